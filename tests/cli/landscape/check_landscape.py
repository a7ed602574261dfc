"""check_landscape.py TRUTH MODES FOLDER FRAMES: what `elastem landscape` wrote, by numpy, ProDy and the PNG header."""
import csv
import re
import struct
import sys
import h5py
import numpy
import prody

truth_path, modes_path, folder, frame_count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
prody.confProDy(verbosity="none")
with h5py.File(truth_path, "r", locking=False) as file:
    amplitudes = file["/particles/amplitudes"][:]
with h5py.File(modes_path, "r", locking=False) as file:
    positions = file["/structure/positions"][:]
    vectors = file["/modes/vectors"][:]
n, modes = amplitudes.shape

# Components: the same variances and axes as numpy's covariance, up to rounding of n sums.
tolerance = 100 * n * numpy.finfo(float).eps
rows = list(csv.DictReader(open(f"{folder}/components.csv")))
names = [f"mode_{number}" for number in (7, 8, 9)]
mean = numpy.array([float(rows[0][name]) for name in names])
assert numpy.allclose(mean, amplitudes.mean(axis=0), rtol=tolerance, atol=tolerance * abs(amplitudes).max()), mean
values, axes = numpy.linalg.eigh(numpy.cov(amplitudes.T))
order = numpy.argsort(values)[::-1]
variances = numpy.array([float(row["variance"]) for row in rows[1:]])
assert numpy.allclose(variances, values[order], rtol=tolerance, atol=tolerance * values.max()), (variances, values)
assert abs(sum(float(row["share"]) for row in rows[1:]) - 1) < 2e-6  # six decimals each
first = numpy.array([float(rows[1][name]) for name in names])
assert abs(abs(first @ axes[:, order[0]]) - 1) < tolerance, first

# Frames: means of the middles of groups of (nearly) equal size in the order of the first component, which together hold all.
frames = list(csv.DictReader(open(f"{folder}/frames.csv")))
assert len(frames) == frame_count
counts = numpy.array([int(frame["particles"]) for frame in frames])
assert counts.sum() == n and abs(counts - n / frame_count).max() <= 2, counts
coordinate = (amplitudes - amplitudes.mean(axis=0)) @ first
ends = numpy.cumsum(counts)
groups = numpy.split(numpy.argsort(coordinate), ends[:-1])
reach = 0.5 * coordinate.std(ddof=1) * n ** (-1 / 6)
for frame, group in zip(frames, groups):
    away = abs(coordinate[group] - numpy.median(coordinate[group]))
    expected = amplitudes[group[away <= reach]].mean(axis=0)
    found = numpy.array([float(frame[name]) for name in names])
    # One particle at the border may be in or out.
    border = abs(amplitudes[group] - expected).max() / (away <= reach).sum()
    assert numpy.allclose(found, expected, rtol=0, atol=border + tolerance * abs(amplitudes).max()), (found, expected)

# The trajectory holds those conformations; PDB has three decimals.
models = prody.parsePDB(f"{folder}/trajectory.pdb")
assert models.numCoordsets() == frame_count and models.numAtoms() == len(positions)
centre = h5py.File(sys.argv[2])["structure/centre"][:]
for index, frame in enumerate(frames):
    q = numpy.array([float(frame[name]) for name in names])
    expected = positions + centre + numpy.einsum("k,kai->ai", q, vectors[:3])
    assert abs(models.getCoordsets(index) - expected).max() <= 0.0006, index

# Plots and page.
for name in ("scatter", "density", "free_energy", "profile"):
    head = open(f"{folder}/{name}.png", "rb").read(24)
    assert head[1:4] == b"PNG" and struct.unpack(">II", head[16:24]) == (1000, 800), name
page = open(f"{folder}/index.html", encoding="utf-8").read()
assert page.count("data:image/png;base64,") == 4
assert not re.search(r"https?://|<script[^>]* src|<link", page), "the page refers to something outside"
assert f"{n} of {n} particles" in page and "open trajectory.pdb" in page
print(f"landscape of {n} particles: numpy, ProDy and the page agree")
