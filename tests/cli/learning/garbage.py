"""Networks that cannot be, from one that can, each with a right checksum: garbage.py NETWORK.pt FOLDER"""
import json
import pathlib
import struct
import sys
import zlib

import numpy as np

good = open(sys.argv[1], "rb").read()
folder = pathlib.Path(sys.argv[2])
folder.mkdir()
start = good.index(b"\n") + 1
length = struct.unpack("<Q", good[start:start + 8])[0]
header = json.loads(good[start + 8:start + 8 + length])
count, blocks = header["weights"], good[start + 8 + length:-4]
weights = np.frombuffer(blocks[:4 * count], "<f4")


def write(name, values=weights, **changes):
    text = json.dumps({**header, **changes}).encode()
    body = good[:start] + struct.pack("<Q", len(text)) + text + values.astype("<f4").tobytes() + blocks[4 * count:]
    (folder / name).write_bytes(body + struct.pack("<I", zlib.crc32(body)))


bad = weights.copy()
bad[5] = np.nan
write("nan.pt", bad)
write("long.pt", weights=2**40)
write("negative.pt", weights=-1)
write("twice.pt", modes=[7, 7, 8])
write("inputs.pt", inputs=["odd"])
write("grid.pt", grid={"size": 10**9, "pixel_size": 1.0})
write("input.pt", architecture={**header["architecture"], "input_size": 16384})
write("name.pt", architecture={**header["architecture"], "name": "none"})
write("kind.pt", epoch="one")
write("vast.pt", weights * np.float32(1e10))
