"""What stacks.sh looks at in the files.

check_stacks.py half A.mrcs B.mrcs        B is A in float16: mode 12, half the size, as near as its 11 bits allow
check_stacks.py sheet FILE.png N SIZE     a PNG of the size that N pairs of SIZE² pixels make, neither black, white nor grey
check_stacks.py spoil FILE.mrcs           puts a NaN into image 2 and an infinity into image 5
check_stacks.py failures FILE.h5          just these two particles failed, for that reason
"""
import os
import struct
import sys
import zlib

import h5py
import mrcfile
import numpy as np


def half(a, b):
    assert os.path.getsize(b) - 1024 == (os.path.getsize(a) - 1024) / 2
    assert mrcfile.validate(b), "mrcfile finds fault with it"
    with mrcfile.open(a) as single, mrcfile.open(b) as stored:
        assert stored.header.mode == 12 and stored.data.dtype == np.float16 and single.data.dtype == np.float32
        assert (single.data.astype(np.float16) == stored.data).all()


def sheet(path, count, size):
    count, size = int(count), int(size)
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name] = chunks.get(name, b"") + body
        at += 12 + length
    width, height, bits, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    side, pairs = size * max(1, 128 // size), -(-count // 8)
    rows = -(-count // pairs)
    assert (bits, colour) == (8, 0), (bits, colour)
    assert width == 20 + pairs * (2 * side + 2) + (pairs - 1) * 10, width
    assert height == 20 + rows * side + (rows - 1) * 2, height
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert len(np.unique(lines[:, 1:])) > 100, "hardly any grey values"


def spoil(path):
    with mrcfile.mmap(path, "r+") as stack:
        stack.data[1, 7, 9] = np.nan
        stack.data[4, 0, 0] = np.inf


def failures(path):
    with h5py.File(path, "r") as file:
        state, reason = file["particles/state"][:], file["particles/reason"][:]
        names = list(file["particles/reason"].attrs["codes"])
    assert list(np.flatnonzero(state == 2)) == [1, 4], state
    assert (state[[0, 2, 3, *range(5, 12)]] == 1).all(), state
    names = [name.decode() if isinstance(name, bytes) else name for name in names]
    assert {names[r] for r in reason[[1, 4]]} == {"not finite"}, reason


if __name__ == "__main__":
    {"half": half, "sheet": sheet, "spoil": spoil, "failures": failures}[sys.argv[1]](*sys.argv[2:])
