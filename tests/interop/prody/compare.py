"""compare.py STRUCTURE MODES.h5 ca|all: compares the modes with ProDy's anisotropic network model of the same atoms."""
import sys

import h5py
import numpy
import prody

prody.confProDy(verbosity="none")
structure, modes_file, which = sys.argv[1:4]
with h5py.File(modes_file, "r") as file:
    vectors, values = file["modes/vectors"][:], file["modes/eigenvalues"][:]
    positions, centre = file["structure/positions"][:], file["structure/centre"][:]
    cutoff, collectivity = float(file["modes/cutoff"][()]), file["modes/collectivity"][:]

selection = {"ca": "name CA and not hetero", "all": "not hydrogen and not hetero"}
atoms = prody.parsePDB(structure).select(selection[which])
anm = prody.ANM("reference")
anm.buildHessian(atoms, cutoff=cutoff, gamma=1.0)
anm.calcModes(n_modes=len(values))

order = 3 * len(atoms)
# Both solvers are backward stable: n·ε of the largest eigenvalue, which twice the largest diagonal block bounds.
tolerance = 10 * order * numpy.finfo(float).eps * 2 * anm.getHessian().diagonal().max()
largest = numpy.abs(values - anm.getEigvals()).max()
assert largest <= tolerance, f"eigenvalues differ by {largest}, allowed {tolerance}"

# What is promised of the eigenvalues, relative.
relative = (numpy.abs(values - anm.getEigvals()) / anm.getEigvals()).max()
assert relative <= 1e-9, f"eigenvalues differ by {relative} of themselves"

# An eigenvector turns by the perturbation over the gap to the nearest other eigenvalue, here above 0.01.
flat = vectors.reshape(len(values), order)
gap = numpy.diff(anm.getEigvals()).min()
for k, vector in enumerate(flat[:-1]):  # the last one's upper neighbour is not known
    difference = 1 - abs(vector @ anm.getEigvecs()[:, k])
    assert difference <= (tolerance / gap) ** 2 + 10 * order * numpy.finfo(float).eps, (k + 7, difference)
    assert vector[numpy.abs(vector).argmax()] > 0, f"sign of mode {k + 7}"
    assert abs(numpy.linalg.norm(vector) - 1) <= order * numpy.finfo(float).eps
    peer = prody.calcCollectivity(anm[k])
    assert abs(peer - collectivity[k]) <= 1e-3 * peer + tolerance / gap, (k + 7, peer, collectivity[k])

# PDB coordinates have three decimals.
assert numpy.abs(positions + centre - atoms.getCoords()).max() < 1e-9
print(f"{structure}: {len(values)} modes, eigenvalues within {largest:.1e} of ProDy's")
