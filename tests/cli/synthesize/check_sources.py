"""What sources.sh made holds, particle by particle, what the files say of row i modulo their rows."""
import h5py
import numpy as np


def rows(path, table):
    """A table of a STAR file as a list of dictionaries."""
    labels, found, inside = [], [], False
    for line in open(path):
        words = line.partition("#")[0].split()  # labels have their numbers, files their versions, as comments
        if line.startswith("data_"):
            inside, labels = words[0] == "data_" + table, []
        elif inside and line.startswith("_"):
            labels.append(words[0][1:])
        elif inside and words and labels:
            found.append(dict(zip(labels, words)))
    return found


def close(a, b, digits=6):
    assert abs(float(a) - float(b)) < 1.01 * 10.0**-digits, (a, b)  # a STAR file has six decimals


seen, groups = rows("seen.star", "particles"), {g["rlnOpticsGroup"]: g for g in rows("seen.star", "optics")}
truth, optics = rows("table/truth.star", "particles"), {g["rlnOpticsGroup"]: g for g in rows("table/truth.star", "optics")}
assert len(truth) == 7 and len(optics) == 2, (len(truth), optics)
with h5py.File("table/truth.h5", "r") as file:
    amplitudes = file["particles/amplitudes"][:]
    angles = file["particles/euler_angles"][:]
assert np.array_equal(amplitudes, np.array([[1, 2, 3], [4, 5, 6]], float)[np.arange(7) % 2]), amplitudes
for i, particle in enumerate(truth):
    source = seen[i % 3]
    for label, value in zip(("rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi"), angles[i]):
        close(particle[label], source[label])
        close(value, source[label])
    for label in ("rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnPhaseShift"):
        close(particle[label], source[label])
    for label in ("rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast"):
        close(optics[particle["rlnOpticsGroup"]][label], groups[source["rlnOpticsGroup"]][label])
    group = optics[particle["rlnOpticsGroup"]]
    assert group["rlnCtfDataAreCtfPremultiplied"] == "1" and float(group["rlnImagePixelSize"]) == 4.4, group
hidden = {"rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi", "rlnOriginXAngst", "rlnOriginYAngst", "elastemStructure"}
assert not hidden & set(rows("table/particles.star", "particles")[0]), "particles.star tells the truth"

# The open form is the reference itself; of the closed one the modes tell what the numbers of method.md say: the overlaps
# of modes 7 to 9 with the change are 0.800, 0.206 and 0.122, cumulative squared 0.698.
names = [particle["elastemStructure"] for particle in rows("known/truth.star", "particles")]
assert set(names) == {"ake_open_ca.pdb", "ake_closed_ca.pdb"}, names
assert "elastemStructure" not in rows("known/particles.star", "particles")[0]
with h5py.File("known/truth.h5", "r") as file:
    amplitudes = file["particles/amplitudes"][:]
    inputs = [line.decode().split() for line in file["provenance/inputs"][:]]
structures = [(role, path) for role, path, *_ in inputs if role.startswith("structure")]
assert structures == [("structure1", "structures/ake_closed_ca.pdb"), ("structure2", "structures/ake_open_ca.pdb")], inputs
for name, q in zip(names, amplitudes):
    if "open" in name:
        assert np.linalg.norm(q) < 1e-6, q  # coordinates of three decimals, superposed on themselves
    else:
        overlaps = np.abs(q) / np.linalg.norm(q) * np.sqrt(0.698)
        assert np.allclose(overlaps, [0.800, 0.206, 0.122], atol=1.01e-3), overlaps  # figures of three decimals
print("ok: particles from files")
