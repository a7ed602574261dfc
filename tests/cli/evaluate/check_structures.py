"""make TRUTH RESULT: a result table with known faults. check FOLDER RESULT JSON MODES: numpy's figures against those of
evaluate --structures for the two structures of structures/."""
import json
import sys
import h5py
import numpy
from check_evaluation import make, rotation


def atoms_of(path):
    return numpy.array([[float(line[a : a + 8]) for a in (30, 38, 46)] for line in open(path) if line.startswith("ATOM")])


def kabsch(moving, fixed):
    """The rotation of `moving` onto `fixed`, and the moved atoms."""
    a, b = moving - moving.mean(0), fixed - fixed.mean(0)
    u, _, vt = numpy.linalg.svd(b.T @ a)
    turn = u @ numpy.diag([1, 1, numpy.sign(numpy.linalg.det(u @ vt))]) @ vt
    return turn, a @ turn.T + fixed.mean(0)


def rmsd(a, b):
    return numpy.sqrt(((a - b) ** 2).sum(1).mean())


def superposed_rmsd(a, b):
    return rmsd(kabsch(a, b)[1], b)


def reach(atoms, mean, modes):
    made = mean
    for _ in range(200):
        q = modes @ (kabsch(atoms, made)[1] - mean).ravel()
        made = mean + (q @ modes).reshape(-1, 3)
    return q, superposed_rmsd(atoms, made)


def rows_of(path):
    """(image, structure, rot, tilt, psi) of each particle of a STAR file."""
    labels, rows, inside = [], [], False
    for line in open(path):
        words = line.partition("#")[0].split()
        if line.startswith("data_"):
            inside = line.startswith("data_particles")
        elif inside and line.startswith("_"):
            labels.append(words[0][1:])
        elif inside and words and labels:
            row = dict(zip(labels, words))
            rows.append((row["rlnImageName"], row["elastemStructure"],
                         [float(row["rlnAngle" + name]) for name in ("Rot", "Tilt", "Psi")]))
    return rows


def check(folder, result_path, json_path, modes_path):
    printed = json.load(open(json_path))
    with h5py.File(result_path, "r", locking=False) as file, h5py.File(modes_path, "r", locking=False) as m:
        result = {name: file["particles"][name][:] for name in ("amplitudes", "euler_angles", "standard_errors", "state")}
        mean = m["structure/positions"][:]
        numbers = list(m["modes/numbers"][:])
        modes = numpy.array([m["modes/vectors"][numbers.index(k)].ravel() for k in (7, 8, 9)])
    known = {}
    for name in ("ake_open_ca.pdb", "ake_closed_ca.pdb"):
        atoms = kabsch(atoms_of("structures/" + name), mean)[1]
        known[name] = (atoms, *reach(atoms, mean, modes), superposed_rmsd(atoms, mean))
    figures, pulls, turns = [], [], []
    for (_, name, angles), q, euler, errors in zip(rows_of(folder + "/truth.star"), result["amplitudes"],
                                                   result["euler_angles"], result["standard_errors"]):
        atoms, best, reachable, unmoved = known[name]
        truth = atoms @ rotation(angles).T
        estimate = (mean + (q @ modes).reshape(-1, 3)) @ rotation(euler).T
        back = kabsch(estimate, truth)[0].T
        angle = numpy.arccos(numpy.clip((numpy.trace(back) - 1) / 2, -1, 1))
        axis = numpy.array([back[2, 1] - back[1, 2], back[0, 2] - back[2, 0], back[1, 0] - back[0, 1]])
        turns.append(numpy.degrees(angle / (2 * numpy.sin(angle)) * axis) / errors[3:6])
        figures.append((superposed_rmsd(estimate, truth), reachable, unmoved, numpy.degrees(angle)))
        pulls.append((q - best) / errors[:3])
    figures, pulls, turns = map(numpy.array, (figures, pulls, turns))

    # A STAR file's angles have six decimals; coordinates of some 30 Å turn by that much.
    def agree(name, value, expected, tolerance=1e-5):
        assert abs(value - expected) <= tolerance * max(1, abs(expected)), f"{name}: {value}, numpy says {expected}"

    done = result["state"] == 1
    found = done & (figures[:, 3] < 15)
    assert 0 < found.sum() < done.sum()
    assert (printed["rows"], printed["done"], printed["failed"], printed["pending"]) == (60, 58, 1, 1), printed
    assert printed["unmatched"] == 0 and printed["conformations"] == 2, printed
    agree("share", printed["found_share"], found.sum() / done.sum())
    for group, rows in (("all", done), ("found", found)):
        assert printed[group]["count"] == rows.sum()
        for k, name in enumerate(("rmsd", "reachable_rmsd", "unmoved_rmsd", "rotation")):
            agree(f"{name} of {group}", printed[group][name]["mean"], figures[rows, k].mean())
            agree(f"sd of {name} of {group}", printed[group][name]["sd"], figures[rows, k].std())
        pull = printed[group]["pull_sd"]
        agree("pulls", pull["amplitudes"], pulls[rows].std())
        for k, mode in enumerate(pull["modes"]):
            assert mode["mode"] == 7 + k
            agree("pull of a mode", mode["pull_sd"], pulls[rows, k].std())
        for k, axis in enumerate(("x", "y", "view")):
            agree("pull of a rotation", pull["rotation_" + axis], turns[rows, k].std())
    print("numpy agrees")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
