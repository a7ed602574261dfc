"""make TRUTH RESULT: a result table with known faults. check TRUTH RESULT JSON MODES: numpy's figures against evaluate's."""
import json
import pathlib
import shutil
import sys
import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from table_rows import FIELDS, row_checksum


def make(truth, result):
    shutil.copyfile(truth, result)
    rng = numpy.random.default_rng(5)
    with h5py.File(result, "r+", locking=False) as file:
        table = file["particles"]
        values = {name: table[name][:] for name in FIELDS}
        n = len(values["state"])
        values["amplitudes"] += 9 * rng.normal(size=values["amplitudes"].shape)
        values["euler_angles"] += 4 * rng.normal(size=(n, 3))
        values["euler_angles"][3] += [0, 0, 170]  # a pose that was missed
        values["shifts"] += 0.7 * rng.normal(size=(n, 2))
        values["standard_errors"] *= rng.uniform(0.8, 1.5, size=values["standard_errors"].shape)
        values["state"][10], values["reason"][10] = 2, 5
        values["state"][11] = 0
        checksums = [row_checksum(values, i) for i in range(n)]
        for name in FIELDS:
            table[name][:] = values[name]
        table["checksum"][:] = numpy.array(checksums, dtype="u4")


def rotation(angles):
    rot, tilt, psi = numpy.radians(angles)
    z = lambda a: numpy.array([[numpy.cos(a), numpy.sin(a), 0], [-numpy.sin(a), numpy.cos(a), 0], [0, 0, 1]])
    y = lambda a: numpy.array([[numpy.cos(a), 0, -numpy.sin(a)], [0, 1, 0], [numpy.sin(a), 0, numpy.cos(a)]])
    return z(psi) @ y(tilt) @ z(rot)


def check(truth_path, result_path, json_path, modes_path):
    printed = json.load(open(json_path))
    with h5py.File(truth_path, "r", locking=False) as t, h5py.File(result_path, "r", locking=False) as r, \
            h5py.File(modes_path, "r", locking=False) as m:
        truth = {name: t["particles"][name][:] for name in FIELDS}
        result = {name: r["particles"][name][:] for name in FIELDS}
        atoms = len(m["/structure/weights"])
    done = result["state"] == 1
    assert (printed["rows"], printed["done"], printed["failed"], printed["pending"]) == (60, 58, 1, 1), printed
    assert printed["atom_count"] == atoms and printed["pixel_size"] == 4.4

    products = [rotation(a) @ rotation(b).T for a, b in zip(result["euler_angles"], truth["euler_angles"])]
    angle = numpy.degrees(numpy.arccos(numpy.clip([(numpy.trace(p) - 1) / 2 for p in products], -1, 1)))
    direction = numpy.degrees(numpy.arccos(numpy.clip(
        [rotation(a)[2] @ rotation(b)[2] for a, b in zip(result["euler_angles"], truth["euler_angles"])], -1, 1)))
    error = result["amplitudes"] - truth["amplitudes"]
    modes = error.shape[1]
    shift = numpy.linalg.norm(result["shifts"] - truth["shifts"], axis=1)
    found = done & (angle <= 15)
    assert 0 < found.sum() < done.sum()

    def agree(name, value, expected, tolerance=1e-9):  # both sum some dozens of doubles; 1e-9 leaves room for acos
        assert abs(value - expected) <= tolerance * max(1, abs(expected)), f"{name}: {value}, numpy says {expected}"

    for name, rows in (("all", done), ("found", found)):
        group = printed[name]
        agree("count", group["count"], rows.sum())
        absolute = abs(error[rows])
        bound = numpy.sqrt(2 / numpy.pi) * truth["standard_errors"][rows, :modes]
        pull = error[rows] / result["standard_errors"][rows, :modes]
        for k, mode in enumerate(group["modes"]):
            assert mode["mode"] == 7 + k
            agree("error", mode["mean_absolute_error"], absolute[:, k].mean())
            agree("sd", mode["sd"], absolute[:, k].std())
            agree("bound", mode["bound"], bound[:, k].mean())
            agree("ratio", mode["ratio"], absolute[:, k].mean() / bound[:, k].mean())
            agree("pull", mode["pull_sd"], pull[:, k].std())
        agree("global", group["global"]["mean_absolute_error"], absolute.mean())
        agree("global bound", group["global"]["bound"], bound.mean())
        agree("rmsd", group["coordinate_rmsd"]["mean"], numpy.linalg.norm(error[rows], axis=1).mean() / atoms**0.5)
        agree("rotation", group["rotation_error"]["mean"], angle[rows].mean(), 1e-6)
        agree("direction", group["direction_error"]["mean"], direction[rows].mean(), 1e-6)
        agree("share", group["rotation_error"]["share_above_15"], (angle[rows] > 15).mean())
        agree("shift", group["shift_error"]["mean"], shift[rows].mean())
        agree("shift px", group["shift_error_px"]["mean"], shift[rows].mean() / 4.4)
        # A median by histogram lies between the neighbours of the middle, give or take a bin of 0.01° or 0.2 %.
        ordered = numpy.sort(angle[rows])
        middle = len(ordered) // 2
        median = group["rotation_error"]["median"]
        assert ordered[middle - 1] - 0.01 <= median <= ordered[middle] + 0.01, (median, ordered[middle - 1 : middle + 1])
        ratio = numpy.sort((result["standard_errors"] / truth["standard_errors"])[rows, :modes].ravel())
        middle = len(ratio) // 2
        median = group["standard_error_ratio"]["amplitudes"]
        assert ratio[middle - 1] * 0.998 <= median <= ratio[middle] * 1.002, median
    print("numpy agrees")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
