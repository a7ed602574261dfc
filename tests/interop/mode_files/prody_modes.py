"""ProDy on the other side of our mode files: prody_modes.py reads|judges|writes|compares …"""
import csv
import os
import sys

import h5py
import numpy
import prody

prody.confProDy(verbosity="none")
cutoff = 15.0


def stored(name):
    with h5py.File(name) as file:
        vectors, values = file["modes/vectors"][:], file["modes/eigenvalues"][:]
        return vectors.reshape(len(values), -1), values, file["structure/positions"][:] + file["structure/centre"][:]


def network(structure, modes):
    atoms = prody.parsePDB(structure, subset="ca")
    anm = prody.ANM("ake")
    anm.buildHessian(atoms, cutoff=cutoff, gamma=1.0)
    anm.calcModes(n_modes=modes)
    return atoms, anm


def reads(modes_file, folder):
    vectors, values, positions = stored(modes_file)
    nma, atoms = prody.parseNMD(f"{folder}/modes.nmd")
    # nine significant digits each; of 1/√λ nine decimals, by which λ changes by 2 λ^1.5
    assert abs(nma.getEigvecs().T - vectors).max() <= 5e-9 * abs(vectors).max()
    assert (abs(nma.getEigvals() / values - 1) <= 2 * 5.1e-10 * values**0.5).all()
    assert abs(atoms.getCoords() - positions).max() <= 5e-9 * abs(positions).max()
    with h5py.File(modes_file) as file:
        labels = file["structure"]
        assert list(atoms.getResnums()) == list(labels["residue_number"][:])
        assert abs(atoms.getBetas() - labels["b_factor"][:]).max() <= 5e-9 * labels["b_factor"][:].max()
        for name, texts in (("atom_name", atoms.getNames()), ("residue_name", atoms.getResnames()), ("chain", atoms.getChids())):
            assert list(texts) == list(labels[name].asstr()[:]), name
    here = os.getcwd()
    os.chdir(folder)  # ProDy takes the paths of the table from there
    nma = prody.parseScipionModes("modes.xmd")
    os.chdir(here)
    assert abs(nma.getEigvecs().T - vectors).max() <= 5e-10 * abs(vectors).max()
    assert abs(nma.getEigvals() / values - 1).max() <= 5e-13  # thirteen digits
    print(f"ProDy reads our {len(values)} modes")


def judges(open_form, closed_form, report):
    rows, nodes = (list(csv.DictReader(open(f"{report}/{name}.csv"))) for name in ("modes", "nodes"))
    atoms, anm = network(open_form, len(rows))
    closed = prody.parsePDB(closed_form, subset="ca")
    prody.superpose(closed, atoms)
    change = prody.calcDeformVector(atoms, closed)
    column = lambda table, name: numpy.array([float(row[name]) for row in table])
    # Coordinates have three decimals and both solve to rounding; 1e-9 is far above either's.
    assert abs(column(rows, "overlap") - abs(prody.calcOverlap(anm, change))).max() < 1e-9
    assert abs(column(rows, "cumulative_overlap") - prody.calcCumulOverlap(anm, change)).max() < 1e-9
    assert abs(column(nodes, "fluctuation") / prody.calcSqFlucts(anm) - 1).max() < 1e-9
    # ProDy's collectivity is normalised as Brüschweiler's.
    assert abs(column(rows, "collectivity") / prody.calcCollectivity(anm) - 1).max() < 1e-9
    print("ProDy finds the same overlaps, fluctuations and collectivities")


def writes(structure, folder):
    os.makedirs(folder)
    atoms, anm = network(structure, 12)
    prody.writeNMD(f"{folder}/modes.nmd", anm, atoms)
    prody.writeScipionModes(folder, anm, write_star=True)


def compares(ours, *theirs):
    vectors, values, _ = stored(ours)
    # ProDy writes three decimals of the vectors and two of 1/√λ to NMD, five digits and six decimals of λ to XMD. A vector
    # has 633 components, each off by half a unit: a turn of at most √633 times that.
    for name in theirs:
        v, lam, _ = stored(name)
        nmd = "nmd" in name
        assert v.shape == vectors.shape, name
        turn = numpy.sqrt(633) * (0.0005 if nmd else 5e-5 * abs(vectors).max())
        assert (abs((v * vectors).sum(axis=1)) >= 1 - turn**2).all(), name
        allowed = 2 * 0.0051 * values**0.5 if nmd else 1e-6 / values
        assert (abs(lam / values - 1) <= allowed).all(), (name, lam, values)
        with h5py.File(name) as file:
            assert list(file["modes/numbers"][:]) == list(range(7, 19)), name
    print("we read ProDy's modes")


{"reads": reads, "judges": judges, "writes": writes, "compares": compares}[sys.argv[1]](*sys.argv[2:])
