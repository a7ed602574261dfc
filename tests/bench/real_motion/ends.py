"""ends.py CONFORMATIONS REFERENCE.pdb…: RMSD after superposition of each reference from the first and the last conformation."""

import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")  # of what ProDy imports
import prody  # noqa: E402

prody.confProDy(verbosity="none")
path = prody.parsePDB(sys.argv[1])
names = {(a.getChid(), a.getResnum(), a.getIcode(), a.getName()): i for i, a in enumerate(path)}
for file in sys.argv[2:]:
    reference = prody.parsePDB(file)
    pairs = [(names[key], i) for i, a in enumerate(reference) if (key := (a.getChid(), a.getResnum(), a.getIcode(), a.getName())) in names]
    ours, own = np.array(pairs).T
    moving = reference.getCoords()[own]
    ends = [path.getCoordsets(frame)[ours] for frame in (0, path.numCoordsets() - 1)]
    distances = [prody.calcRMSD(prody.superpose(moving.copy(), end)[0], end) for end in ends]
    print(file, "%.2f Å from the first, %.2f Å from the last conformation" % tuple(distances))
