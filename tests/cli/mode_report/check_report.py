"""Checks the folders of `elastem modes --report`: check_report.py STRUCTURE modes.h5 DIR DIR_OF_OTHER_RANKS…"""
import csv
import pathlib
import re
import sys

import h5py
import numpy

structure, modes_file, folder, *others = sys.argv[1:]
folder = pathlib.Path(folder)
with h5py.File(modes_file, "r") as file:
    vectors, values = file["modes/vectors"][:], file["modes/eigenvalues"][:]
    numbers, collectivity = list(file["modes/numbers"][:]), file["modes/collectivity"][:]
    reference = file["structure/positions"][:] + file["structure/centre"][:]
    b_factors = file["structure/b_factor"][:]
atoms = len(reference)

rows = list(csv.DictReader(open(folder / "modes.csv")))
assert [int(row["mode"]) for row in rows] == numbers == list(range(7, 21))
column = lambda table, name: numpy.array([float(row[name]) for row in table])
assert (column(rows, "eigenvalue") == values).all() and (column(rows, "collectivity") == collectivity).all()
assert ((column(rows, "enabled") == 1) == (collectivity >= 0.15)).all()
# Known to three decimals, from figures of other programs.
overlap, cumulative = column(rows, "overlap"), column(rows, "cumulative_overlap")
assert abs(overlap[:3] - [0.800, 0.206, 0.122]).max() < 0.0005 and abs(cumulative[2] ** 2 - 0.698) < 0.0005
assert abs(numpy.sqrt(numpy.cumsum(overlap**2)) - cumulative).max() < 1e-14
assert abs(column(rows, "cumulative_squared_overlap") - cumulative**2).max() < 1e-14

nodes = list(csv.DictReader(open(folder / "nodes.csv")))
fluctuation = (numpy.linalg.norm(vectors, axis=2) ** 2 / values[:, None]).sum(axis=0)
assert abs(column(nodes, "fluctuation") / fluctuation - 1).max() < 1e-13
assert (column(nodes, "b_factor") == b_factors).all()
amplitude = 2.5 * atoms**0.5

animations = sorted(path.name for path in folder.glob("mode*.pdb"))
assert animations == ["mode07.pdb", "mode08.pdb", "mode09.pdb", "mode12.pdb"], animations
for name in animations:
    vector = vectors[numbers.index(int(name[4:6]))]
    text = (folder / name).read_text()
    assert re.search(rf"REMARK.* Q = {amplitude:.3f} ", text) and "2.500 ANGSTROM RMSD" in text
    frames = [[[float(line[30:38]), float(line[38:46]), float(line[46:54])] for line in model.splitlines() if line.startswith("ATOM")]
              for model in text.split("ENDMDL")[:-1]]
    frames = numpy.array(frames)
    assert frames.shape == (20, atoms, 3), frames.shape
    expected = reference + amplitude * numpy.sin(2 * numpy.pi * numpy.arange(20) / 20)[:, None, None] * vector
    assert abs(frames - expected).max() <= 0.00051  # three decimals
    rmsd = numpy.sqrt((numpy.linalg.norm(frames - reference, axis=2) ** 2).mean(axis=1))
    assert abs(rmsd.max() - 2.5) < 0.002 and rmsd[0] < 0.001
    shifts = column(nodes, f"shift_mode_{int(name[4:6])}")
    assert abs(shifts - amplitude * numpy.linalg.norm(vector, axis=1)).max() < 1e-12

page = (folder / "index.html").read_text()
plots = ["collectivity.png", "eigenvalues.png", "fluctuations.png", "overlaps.png", "shifts.png"]
assert page.count("data:image/png;base64,") == len(plots) and "http" not in page
assert "0.800" in page and "mode12.pdb" in page and f"{numpy.corrcoef(fluctuation, b_factors)[0, 1]:.3f}" in page
for name in plots:
    assert (folder / name).read_bytes()[:4] == b"\x89PNG", name
# Other ranks: modes are the same up to rounding, and so the coordinates but for the last decimal.
for other in others:
    files = sorted(path.name for path in folder.iterdir())
    assert sorted(path.name for path in pathlib.Path(other).iterdir()) == files, other
    again = list(csv.DictReader(open(pathlib.Path(other) / "modes.csv")))
    assert abs(column(again, "overlap") - overlap).max() < 1e-9
print("report: all well")
