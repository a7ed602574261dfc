"""What --learn-prior leaves of the set of small_set 80 with spoil_images, for script tests.

    learnt_prior.py flags TABLE          images 11 and 42 are outliers, 60 failed, the prior is of the other 77 and changed them
    learnt_prior.py helps WITH WITHOUT   evaluations (JSON): amplitudes are better with the prior than without
"""

import json
import sys


def flags(path):
    import h5py
    import numpy as np

    table = h5py.File(path)
    outliers = list(np.flatnonzero(table["fit/outlier"]))
    assert outliers == [11, 42], f"outliers: {outliers}"
    assert table["particles/state"][60] == 2 and np.isnan(table["fit/chi2"][60]), "60 did not fail"
    learners = table["prior/learners"][0]
    assert learners == 77, f"learnt from {learners}"
    if table["prior/iterations"][0] > 0:
        count, weight = int(table["prior/point_count"][0]), table["prior/weights"][:].sum()
        assert count == 77 and abs(weight - 1) < 1e-12, f"{count} points of weight {weight}"
    done = table["particles/state"][:] == 1
    assert (table["particles/amplitudes"][:][done] != table["fit/amplitudes"][:][done]).any(), "no row was improved"


def helps(with_prior, without):
    after, before = (json.load(open(name))["all"]["global"]["mean_absolute_error"] for name in (with_prior, without))
    print(f"mean amplitude error {before:.2f} Å of the images alone, {after:.2f} Å with the prior")
    assert after < before, "the prior makes it worse"


try:
    {"flags": flags, "helps": helps}[sys.argv[1]](*sys.argv[2:])
except AssertionError as problem:
    sys.exit(str(problem))
