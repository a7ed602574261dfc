"""check_motion.py CURVED LINEAR: folders of motion.sh. Trajectories are what numpy makes of the modes, but for bonds that are restored;
alignments find the truth."""

import csv
import sys

import h5py
import numpy


def cross_matrix(w):
    return numpy.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])


def exponential(twist):
    """exp of a 4 × 4 matrix by its series; angles are below 2."""
    total = term = numpy.eye(4)
    for n in range(1, 40):
        term = term @ twist / n
        total = total + term
    return total


def moved(modes, q):
    positions, vectors = modes["structure/positions"][:], modes["modes/vectors"][: len(q)]
    if "rotations" not in modes["modes"]:
        return positions + numpy.einsum("k,kai->ai", q, vectors)
    rotations = modes["modes/rotations"][: len(q)]
    places = []
    for a, x in enumerate(positions):
        twist = numpy.zeros((4, 4))
        for k, amplitude in enumerate(q):
            omega = rotations[k, a]
            twist[:3, :3] += amplitude * cross_matrix(omega)
            twist[:3, 3] += amplitude * (vectors[k, a] - numpy.cross(omega, x))
        places.append((exponential(twist) @ [*x, 1])[:3])
    return numpy.array(places)


def models(path):
    frames = [[]]
    for line in open(path):
        if line.startswith("ATOM"):
            frames[-1].append([float(line[at : at + 8]) for at in (30, 38, 46)])
        elif line.startswith("ENDMDL"):
            frames.append([])
    return [numpy.array(frame) for frame in frames if frame]


curved_by = 0
for folder in sys.argv[1:3]:
    modes = h5py.File(f"{folder}/modes.h5", "r")
    frames = list(csv.DictReader(open(f"{folder}/land/frames.csv")))
    for frame, places in zip(frames, models(f"{folder}/land/trajectory.pdb"), strict=True):
        places = places - modes["structure/centre"][:]  # the file is in the input's frame
        q = [float(frame[f"mode_{number}"]) for number in (7, 8, 9)]
        if "rotations" in modes["modes"]:
            # Distances of neighbours that the motion strains are restored to 1 %, which moves atoms little.
            now, before = (numpy.linalg.norm(numpy.diff(x, axis=0), axis=1) for x in (places, modes["structure/positions"][:]))
            assert abs(now / before - 1)[before < 4.5].max() < 0.011, folder
            assert ((places - moved(modes, q)) ** 2).sum(1).mean() ** 0.5 < 0.5, folder
        else:
            # PDB has three decimals, frames.csv all digits.
            assert abs(places - moved(modes, q)).max() <= 0.0006, folder
        line = modes["structure/positions"][:] + numpy.einsum("k,kai->ai", q, modes["modes/vectors"][:3])
        curved_by = max(curved_by, abs(places - line).max())
    amplitude = 3 * len(places) ** 0.5  # an animation goes to 3 Å RMSD
    animation = models(f"{folder}/report/mode08.pdb")
    for index, places in enumerate(animation):
        q = [0, amplitude * numpy.sin(2 * numpy.pi * index / len(animation)), 0]
        assert abs(places - modes["structure/centre"][:] - moved(modes, q)).max() <= 0.0006, (folder, index)
    table, truth = (h5py.File(f"{folder}/{name}.h5", "r")["particles"] for name in ("alignment", "set/truth"))
    error = table["amplitudes"][:] - truth["amplitudes"][:]
    pull = error / table["standard_errors"][:, :3]
    print(f"{folder}: rms error {(error**2).mean() ** 0.5:.2f} Å, pull {pull.std():.2f}, off the line by {curved_by:.2f} Å")
    # 72 pulls, three an image: 1 ± 0.1 if they are normal.
    assert 0.6 < pull.std() < 1.6, (folder, pull.std())
    if "rotations" in modes["modes"]:
        assert curved_by > 0.3, curved_by  # Å; a turn of half a radian on a few Å
    else:
        assert curved_by <= 0.0006, curved_by
    curved_by = 0
