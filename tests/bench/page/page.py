"""page.py make SMALL LARGE NUMBER: a result table of NUMBER rows like those of SMALL, in two states.
page.py open FOLDER: how long Chromium takes to open the page of a landscape and to draw a lasso; its size."""

import pathlib
import sys
import time
import zlib

import h5py
import numpy

for folder in ("web", "support"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / folder))
from browser import Browser
from table_rows import FIELDS


def make(small_path, large_path, number):
    random = numpy.random.default_rng(1)
    with h5py.File(small_path, "r") as small, h5py.File(large_path, "w") as large:
        for name, value in small.attrs.items():
            large.attrs[name] = value
        for name in small:
            if name != "particles":
                small.copy(name, large)
        source, rows = small["particles"], large.create_group("particles")
        for name, value in source.attrs.items():
            rows.attrs[name] = value
        values = {name: numpy.repeat(source[name][:1], number, axis=0) for name in source}
        modes = values["amplitudes"].shape[1]
        values["amplitudes"] = random.normal(size=(number, modes)) * numpy.linspace(12, 3, modes)
        values["amplitudes"][:, 0] += numpy.where(random.random(number) < 0.7, -30, 30)
        values["euler_angles"] = numpy.stack([random.uniform(-180, 180, number),
                                              numpy.degrees(numpy.arccos(random.uniform(-1, 1, number))),
                                              random.uniform(-180, 180, number)], axis=1)
        values["score"] = random.normal(0.3, 0.05, number)
        length = source["image"].dtype.itemsize
        # Stacks of 500 images, of which a few are missing.
        chosen = numpy.sort(random.choice(int(number * 1.2), number, replace=False))
        values["image"] = numpy.array([f"{i % 500 + 1}@m{i // 500:05d}.mrcs".encode() for i in chosen])
        length = max(length, values["image"].dtype.itemsize)
        values["image"] = values["image"].astype(f"S{length}")
        columns = [numpy.ascontiguousarray(values[name]).view(numpy.uint8).reshape(number, -1) for name in FIELDS]
        together = numpy.concatenate(columns, axis=1)
        values["checksum"] = numpy.array([zlib.crc32(row.tobytes()) for row in together], numpy.uint32)
        for name, value in values.items():
            if name == "image":  # the same kind of text
                kind = source[name].id.get_type().copy()
                kind.set_size(length)
                made = h5py.Dataset(h5py.h5d.create(rows.id, name.encode(), kind, h5py.h5s.create_simple(value.shape)))
                made.id.write(h5py.h5s.ALL, h5py.h5s.ALL, value, kind)
            else:
                made = rows.create_dataset(name, data=value.astype(source[name].dtype))
            for attribute, text in source[name].attrs.items():
                made.attrs[attribute] = text


def opened(folder):
    size = pathlib.Path(folder, "index.html").stat().st_size
    with Browser() as browser:
        start = time.monotonic()
        page = browser.open(f"{folder}/index.html")
        page.wait("document.body.dataset.ready === 'yes'", 60)
        page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        ready = time.monotonic() - start
        polygon = "Array.from({length: 60}, (_, k) => [(20 + 5 * (k % 2)) * Math.cos(k / 9.55) - 25, 20 * Math.sin(k / 9.55)])"
        lasso = page.value(f"(() => {{ const t = performance.now(); elastem.lasso({polygon}); return (performance.now() - t) / 1000; }})()")
        start = time.monotonic()
        page.value("elastem.scatter.particle_at(400, 250)")
        hover = time.monotonic() - start
        start = time.monotonic()
        page.value("elastem.plot('pc2', 'score', 'tilt')")
        other = time.monotonic() - start
        print(f"{page.value('elastem.count')} particles, {size / 1e6:.1f} MB, columns {' '.join(page.value('elastem.columns'))}")
        print(f"open {ready:.1f} s, lasso {lasso:.2f} s around {page.value('elastem.selection().length')}, first hover {hover:.2f} s, "
              f"other coordinates {other:.2f} s; {page.errors or 'no errors'}")
        page.screenshot(f"{folder}/page.png", whole=False)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    opened(sys.argv[2])
