"""merge_tables.py OUT.h5 A.h5 B.h5: the rows of two result tables as one, in any order: what reads them goes by their images."""
import shutil
import sys

import h5py
import numpy

out, first, second = sys.argv[1:]
shutil.copy(first, out)
with h5py.File(out, "r+") as table, h5py.File(first) as a, h5py.File(second) as b:
    for name in list(a["particles"]):
        values = numpy.concatenate([a["particles"][name][:], b["particles"][name][:]])
        attributes = dict(a["particles"][name].attrs)
        del table["particles"][name]
        table["particles"].create_dataset(name, data=values).attrs.update(attributes)
