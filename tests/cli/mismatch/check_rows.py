"""make STAR: files of the same particles beside it. check: every exported row is its image's. compare: maps and errors."""
import csv
import json
import os
import random
import sys


def split(star):
    """The text up to the first row, and the rows."""
    lines = open(star).read().splitlines(keepends=True)
    rows = [i for i, line in enumerate(lines) if "@" in line]
    return "".join(lines[: rows[0]]), [lines[i] for i in rows]


def make(star):
    head, rows = split(star)
    folder = os.path.dirname(star)
    write = lambda name, chosen: open(os.path.join(folder, name), "w").write(head + "".join(chosen) + "\n")
    shuffled = list(rows)
    random.Random(4).shuffle(shuffled)
    write("whole.star", rows)
    write("part.star", rows[5:17:2] + rows[1:4])
    write("shuffled.star", shuffled)
    write("expanded.star", [row for row in rows for _ in range(3)])  # as relion_particle_symmetry_expand makes them
    write("more.star", rows + [row.replace("particles.mrcs", "new.mrcs") for row in rows[:2]])
    os.makedirs(os.path.join(folder, "moved"), exist_ok=True)
    write("moved/moved.star", [row.replace("@particles", "@../particles") for row in shuffled])


def table(path):
    """image → the row's other cells, in the order of the file"""
    return [(row["image"].replace("@../", "@"), {k: v for k, v in row.items() if k != "image"}) for row in csv.DictReader(open(path))]


def images(star):
    return [row.split()[0].split("@") for row in split(star)[1]]


def check():
    whole = dict(table("rows_whole_1.csv"))
    assert len(whole) == 24 and all(row["state"] == "done" for row in whole.values())
    assert len({row["amplitude_7"] for row in whole.values()}) == 24
    for kind, path in (("whole", "whole"), ("part", "part"), ("shuffled", "shuffled"), ("moved", "moved/moved"),
                       ("expanded", "expanded")):
        wanted = [f"{int(number)}@particles.mrcs" for number, _ in images(f"set/{path}.star")]
        for n in (1, 2, 3):
            rows = table(f"rows_{kind}_{n}.csv")
            assert [image for image, _ in rows] == wanted, (kind, n)
            for image, row in rows:
                assert row == whole[image], (kind, n, image)
    print("ok: rows of whole, part, shuffled, moved and expanded files")


def compare():
    import mrcfile
    import numpy

    whole, shuffled, expanded = (mrcfile.open(name).data for name in ("whole.mrc", "shuffled.mrc", "expanded.mrc"))
    bound = 4 * numpy.finfo("f4").eps * abs(whole).max()  # sums in another order, then rounded to float
    assert abs(whole - shuffled).max() <= bound, abs(whole - shuffled).max()
    assert abs(whole - expanded).max() <= bound, abs(whole - expanded).max()
    json_of = lambda name: json.load(open(name))["all"]
    one, other, part = (json_of(f"{name}.json") for name in ("alignment", "shuffled", "part_alignment"))
    assert (one["count"], other["count"], part["count"]) == (24, 24, 9)
    # The noise is estimated from the particles in another order. Rows of others would be off by tens of degrees and Å.
    for name in ("direction_error", "shift_error"):
        assert abs(one[name]["mean"] - other[name]["mean"]) < 0.05 * one[name]["mean"], (name, one[name], other[name])
        assert part[name]["mean"] < 3 * one[name]["mean"], (name, one[name], part[name])
    print("ok: the same map, the same errors")


{"make": make, "check": check, "compare": compare}[sys.argv[1]](*sys.argv[2:])
