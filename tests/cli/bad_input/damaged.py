"""Makes damaged and hostile HDF5 files out of good ones: damaged.py MODES.h5 TABLE.h5 FOLDER"""
import pathlib
import random
import shutil
import sys

import h5py
import numpy as np

modes, table, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
folder.mkdir()
length = len(open(table, "rb").read())


def made(name, source):
    path = folder / name
    shutil.copyfile(source, path)
    return h5py.File(path, "r+")


def replaced(file, name, value, **how):
    kept = dict(file[name].attrs)
    del file[name]
    file.create_dataset(name, data=value, **how)
    file[name].attrs.update(kept)


# Links and data that lie elsewhere.
with made("victim.h5", table):
    pass
with made("table_external_link.h5", table) as file:
    del file["particles/score"]
    file["particles/score"] = h5py.ExternalLink("victim.h5", "/particles/score")
with made("table_external_group.h5", table) as file:
    del file["fit"]
    file["fit"] = h5py.ExternalLink("victim.h5", "/fit")
with made("table_soft_link.h5", table) as file:
    file.move("particles/score", "elsewhere")
    file["particles/score"] = h5py.SoftLink("/elsewhere")
with made("table_external_data.h5", table) as file:
    shape, kind = file["particles/score"].shape, file["particles/score"].dtype
    del file["particles/score"]
    file.create_dataset("particles/score", shape, kind, external=[(str(folder / "victim.h5"), 0, h5py.h5f.UNLIMITED)])
with made("table_virtual.h5", table) as file:
    shape, kind = file["particles/score"].shape, file["particles/score"].dtype
    del file["particles/score"]
    layout = h5py.VirtualLayout(shape, kind)
    layout[:] = h5py.VirtualSource(str(folder / "victim.h5"), "particles/score", shape)
    file.create_virtual_dataset("particles/score", layout)
# Shapes.
with made("table_scalar_state.h5", table) as file:
    replaced(file, "particles/state", np.uint8(1))
with made("table_empty_state.h5", table) as file:
    replaced(file, "particles/state", np.zeros(0, np.uint8))
with made("table_null_state.h5", table) as file:
    replaced(file, "particles/state", h5py.Empty("u1"))
with made("table_huge.h5", table) as file:
    for name in list(file["particles"]):
        old = file["particles/" + name]
        shape, kind, kept = old.shape, old.dtype, dict(old.attrs)
        del file["particles/" + name]
        file.create_dataset("particles/" + name, (10**9,) + shape[1:], kind, chunks=(1000,) + shape[1:])
        file["particles/" + name].attrs.update(kept)
with made("table_doubled_modes.h5", table) as file:
    file["particles/amplitudes"].attrs["modes"] = np.array([7, 7, 9], np.int32)
with made("table_odd_provenance.h5", table) as file:
    replaced(file, "provenance/inputs", np.array([b"odd"], "S3"))
with made("table_scalar_provenance.h5", table) as file:
    replaced(file, "provenance/options", np.bytes_(b"odd"))
with made("table_no_provenance.h5", table) as file:
    del file["provenance"]
# Modes.
with made("modes_doubled.h5", modes) as file:
    file["modes/numbers"][1] = file["modes/numbers"][0]
with made("modes_nan.h5", modes) as file:
    file["structure/positions"][3, 1] = np.nan
with made("modes_other_weight.h5", modes) as file:
    file["structure/weights"][3] *= 1.5
with made("modes_other_option.h5", modes) as file:
    replaced(file, "provenance/version", np.array([b"9.9.9"], "S5"))
with made("modes_bent.h5", modes) as file:
    file["modes/vectors"][0, 5, 1] += 1e-3
with made("modes_huge.h5", modes) as file:
    kept = dict(file["modes/vectors"].attrs)
    del file["modes/vectors"]
    file.create_dataset("modes/vectors", (len(file["modes/numbers"]), 10**9, 3), "f8", chunks=(1, 1000, 3))
with made("modes_external_link.h5", modes) as file:
    del file["modes/vectors"]
    file["modes/vectors"] = h5py.ExternalLink(str(pathlib.Path(modes).resolve()), "/modes/vectors")
# Single bits of the modes.
good = bytearray(open(modes, "rb").read())
chance = random.Random(7)
for i in range(int(sys.argv[4])):
    bits = bytearray(good)
    place = chance.randrange(len(bits))
    bits[place] ^= 1 << chance.randrange(8)
    (folder / f"bit{i}.h5").write_bytes(bits)
