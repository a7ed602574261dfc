"""What a network's checkpoint holds, for script tests.

    network.py show FILE        steps, epochs over, images seen, seconds trained; an error when it is damaged
    network.py same A B         weights, moments, best weights and history (but for its times) are the same to the last bit
    network.py ended FILE       a training that ended before its N epochs, with the weights of its best one: see ended()
    network.py best A B         A ended early with the weights, and their validation errors, that B ends with
    network.py went_on A B      B is what A became in a training that went on: see went_on()
"""

import json
import sys
import zlib


def read(path):
    """(header, bytes of weights, both moments and, where the validation loss is watched, the best weights)"""
    data = open(path, "rb").read()
    start = data.index(b"\n") + 1
    assert data.startswith(b"elastem network "), f"{path} is no network"
    assert zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little"), f"the checksum of {path} is wrong"
    length = int.from_bytes(data[start:start + 8], "little")
    header = json.loads(data[start + 8:start + 8 + length])
    weights = data[start + 8 + length:-4]
    assert header["best_weights"] in (0, header["weights"]), "the best weights are of another network"
    floats = 3 * header["weights"] + header["best_weights"] + header["conformations"]
    assert len(weights) == 4 * floats, f"{path} has a wrong length"
    return header, weights


def show(path):
    header, _ = read(path)
    print(header["optimiser"]["steps"], header["epoch"], int(header["images"]), header["seconds"])


def history(header):
    """The history without what an interruption changes."""
    return [{name: value for name, value in record.items() if name != "seconds"} for record in header["history"]]


def same(path_a, path_b):
    (a, weights_a), (b, weights_b) = read(path_a), read(path_b)
    print("epochs", a["epoch"], b["epoch"], "steps", a["optimiser"]["steps"], b["optimiser"]["steps"])
    assert a["optimiser"]["steps"] == b["optimiser"]["steps"] > 0
    assert len(a["history"]) == a["epoch"], "a line of the history is missing"
    assert history(a) == history(b), "the histories differ"
    assert weights_a == weights_b, "the weights differ"


def went_on(path_a, path_b):
    """The counters went on, the old history stayed, no epoch fell back to the loss of an untrained network, and the loss
    went on to fall."""
    (a, _), (b, _) = read(path_a), read(path_b)
    before, epochs = a["epoch"], b["epoch"]
    assert 2 <= before <= epochs - 2, f"{before} of {epochs} epochs do not show much"
    assert a["optimiser"]["steps"] < b["optimiser"]["steps"] and a["images"] < b["images"]
    assert a["seconds"] < b["seconds"]
    assert len(b["history"]) == epochs and b["history"][:before] == a["history"], "the history is not the old one"
    seen = [record["images"] for record in b["history"]]
    assert all(x < y for x, y in zip(seen, seen[1:])), f"images are lost: {seen}"
    loss = [record["training_loss"] for record in b["history"]]
    old, new = loss[:before], loss[before:]
    assert sum(new[:2]) < sum(old[:2]), f"training began anew: {loss}"
    assert sum(new) / len(new) < sum(old) / len(old), f"the loss does not fall: {loss}"
    print(f"went on after {before} epochs: mean loss {sum(old) / len(old):.3f} before, {sum(new) / len(new):.3f} after")


def ended(path, epochs):
    """The validation loss has not fallen for `patience` epochs; the weights are those of the epoch when it last did."""
    header, weights = read(path)
    schedule, size = header["schedule"], 4 * header["weights"]
    over, best = header["epoch"], schedule["best_epoch"]
    assert over == len(header["history"]) == best + schedule["patience"] < int(epochs), f"{over} epochs, the best {best}"
    loss = [record["validation_loss"] for record in header["history"]]
    least = loss[best - 1] - 1e-3 * abs(loss[best - 1])  # below it an epoch improves
    assert loss[best - 1] == schedule["best_loss"] and min(loss[best:]) >= least, f"{best} is not the best: {loss}"
    assert header["best_weights"] > 0 and weights[:size] == weights[3 * size:4 * size], "the weights are not the best ones"
    print(f"ended after {over} epochs with the weights of {best}")


def best(path_a, path_b):
    (a, weights_a), (b, weights_b) = read(path_a), read(path_b)
    assert a["schedule"]["best_epoch"] == b["epoch"] < a["epoch"], f"the best of {a['epoch']} epochs is not {b['epoch']}"
    size = 4 * a["weights"]
    assert weights_a[:size] == weights_b[:size], "the weights differ"
    assert a["errors"] == b["errors"], f"the errors are of other weights: {a['errors']}, {b['errors']}"


try:
    {"show": show, "same": same, "went_on": went_on, "ended": ended, "best": best}[sys.argv[1]](*sys.argv[2:])
except AssertionError as problem:
    sys.exit(str(problem) or "the networks differ")
