"""The network of `elastem train` in PyTorch: images per second of training and of prediction, from memory.

    mpirun -n N /usr/bin/python3 training_peer.py --width 32 --blocks 1,1,1,1 --stem 5 --hidden 256 [--weights COUNT] …

On two ranks and more DistributedDataParallel with gloo adds up the gradients. Everything else is the same as in
training_bench: images per rank, precision, one thread, Adam, the gradient clipped to norm 1, the same loss. With --weights
the number of weights must be that of elastem's network. Of PyTorch's two memory layouts the faster one is timed. Prints CSV
like training_bench.
"""

import argparse
import math
import os
import platform
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class Norm(nn.GroupNorm):
    """Of 8 groups; PyTorch 1.13 wants its weights in the precision of the image."""

    def __init__(self, channels):
        super().__init__(8, channels)

    def forward(self, x):
        return F.group_norm(x, 8, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), Norm(after), nn.ReLU(inplace=True),
            nn.Conv2d(after, after, 3, 1, 1, bias=False), Norm(after))
        same = before == after and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(before, after, 1, stride, bias=False)

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


class Network(nn.Module):
    """Raw numbers: K amplitudes, K errors, 2 shifts, 2 errors, M orientations of 8."""

    def __init__(self, o):
        super().__init__()
        self.o = o
        pooled = o.hidden == 0
        layers = [nn.Conv2d(1, o.width, o.stem, 2, o.stem // 2, bias=False), Norm(o.width), nn.ReLU(inplace=True)]
        if pooled:
            layers.append(nn.MaxPool2d(3, 2, 1))
        channels, side = o.width, o.size // (4 if pooled else 2)
        for stage, blocks in enumerate(o.blocks):
            for i in range(blocks):
                stride = 2 if stage > 0 and i == 0 else 1
                layers.append(Block(channels, o.width << stage, stride))
                channels, side = o.width << stage, (side + stride - 1) // stride
        self.image = nn.Sequential(*layers)
        outputs = 2 * o.amplitudes + 4 + 8 * o.components
        if pooled:
            self.answer = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, outputs))
        else:
            self.answer = nn.Sequential(nn.Flatten(), nn.Linear(channels * side * side, o.hidden), nn.ReLU(inplace=True),
                                        nn.Linear(o.hidden, outputs))
        with torch.no_grad():
            self.answer[-1].bias[-8 * o.components:].view(o.components, 8)[:, :6].normal_()

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.o.precision == "bfloat16"):
            return self.answer(self.image(x)).float()


def loss(raw, target, k, components):
    """Mean over images; target: K amplitudes, 9 of the rotation, 2 shifts, of labels without errors."""
    value = torch.cat([raw[:, :k], raw[:, 2 * k:2 * k + 2]], 1) - torch.cat([target[:, :k], target[:, k + 9:]], 1)
    log_error = torch.cat([raw[:, k:2 * k], raw[:, 2 * k + 2:2 * k + 4]], 1).clamp(math.log(1e-3), 3)
    each = F.smooth_l1_loss(value, torch.zeros_like(value), reduction="none", beta=0.1)
    each = each + 0.1 * (value.detach().abs() * torch.exp(-log_error) + log_error)
    pose = raw[:, 2 * k + 4:].view(-1, components, 8)
    x = F.normalize(pose[..., :3], dim=-1, eps=1e-6)
    y = pose[..., 3:6] - (x * pose[..., 3:6]).sum(-1, keepdim=True) * x
    y = F.normalize(y, dim=-1, eps=1e-6)
    rotation = torch.cat([x, y, torch.cross(x, y, dim=-1)], -1)
    kappa = (F.softplus(pose[..., 7]) + 0.05).clamp(max=1000)
    trace = (rotation * target[:, None, k:k + 9]).sum(-1)
    constant = torch.special.i0e(2 * kappa) - torch.special.i1e(2 * kappa)
    density = torch.logsumexp(torch.log_softmax(pose[..., 6], 1) + kappa * (trace - 3) - torch.log(constant), 1)
    return (each[:, :k].mean(1) + each[:, k:].mean(1) - 0.25 * density).mean()


def random_images(o, seed):
    torch.manual_seed(seed)
    frame, _ = torch.linalg.qr(torch.randn(o.batch, 3, 3))
    frame = frame * torch.sign(torch.linalg.det(frame))[:, None, None]
    target = torch.cat([torch.randn(o.batch, o.amplitudes), frame.flatten(1), torch.randn(o.batch, 2)], 1)
    return torch.randn(o.batch, 1, o.size, o.size), target


class Run:
    """A network in one of the memory layouts and what is timed of it."""

    def __init__(self, o, layout, ranks):
        torch.manual_seed(1)
        self.o, self.layout = o, layout
        self.network = Network(o).to(memory_format=layout)
        self.model = nn.parallel.DistributedDataParallel(self.network, gradient_as_bucket_view=True) if ranks > 1 else self.network
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-4)

    def step(self, images, target):
        images = images.contiguous(memory_format=self.layout)
        result = loss(self.model(images), target, self.o.amplitudes, self.o.components)
        self.adam.zero_grad(set_to_none=True)
        result.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1)
        self.adam.step()
        return result.item()

    @torch.no_grad()
    def predict(self, images):
        return self.network(images.contiguous(memory_format=self.layout))


def median_seconds(work, seconds, ranks):
    """Median seconds of `work`, repeated equally often on all ranks, for about `seconds` together."""
    def repeat(times):
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    repeat(2)
    times = torch.tensor([seconds / repeat(3)])
    if ranks > 1:
        torch.distributed.broadcast(times, 0)
    return repeat(max(3, int(times)))


def options():
    parser = argparse.ArgumentParser()
    for name, value in [("width", 32), ("stem", 5), ("hidden", 256), ("amplitudes", 3), ("components", 16), ("size", 32),
                        ("batch", 64), ("weights", 0)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--blocks", type=lambda text: [int(n) for n in text.split(",")], default=[1, 1, 1, 1])
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--store", help="a file for the ranks to find one another, which is not there yet")
    return parser.parse_args()


def main():
    o = options()
    rank, ranks = (int(os.environ.get(f"OMPI_COMM_WORLD_{what}", default)) for what, default in [("RANK", 0), ("SIZE", 1)])
    torch.set_num_threads(1)
    count = sum(weight.numel() for weight in Network(o).parameters())
    if o.weights and o.weights != count:
        raise SystemExit(f"this network has {count} weights, elastem's {o.weights}: give its width, blocks, stem, hidden")
    if ranks > 1:
        torch.distributed.init_process_group("gloo", init_method=f"file://{o.store}", rank=rank, world_size=ranks)
    images, target = random_images(o, rank)
    best = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        run = Run(o, layout, ranks)
        step = median_seconds(lambda run=run: run.step(images, target), o.seconds / 2, ranks)
        predict = median_seconds(lambda run=run: run.predict(images), o.seconds / 10, ranks)
        few = images[:8]
        predict_few = median_seconds(lambda run=run, few=few: run.predict(few), o.seconds / 10, ranks)
        for what, seconds in (("training", step), ("prediction", predict), ("prediction of 8", predict_few)):
            slowest = torch.tensor([seconds])
            if ranks > 1:
                torch.distributed.all_reduce(slowest, torch.distributed.ReduceOp.MAX)
            best[what] = min(best.get(what, math.inf), slowest.item())
    if rank == 0:
        print("machine,ranks,architecture,precision,weights,batch_a_rank,what,value,unit")
        for what, seconds in best.items():
            done = len(images[:8]) if what.endswith("of 8") else o.batch
            print(f"{platform.node()},{ranks},torch {torch.__version__},{o.precision},{count},{o.batch},{what},"
                  f"{ranks * done / seconds:.6g},images/s")


main()
