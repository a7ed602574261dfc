"""check_page.py: opens the pages that page.sh made, looks at them as a user does, and saves what a selection gives."""

import csv
import math
import pathlib
import time

import numpy
from browser import Browser

READY = "document.body.dataset.ready === 'yes'"


def opened(browser, folder, **more):
    page = browser.open(f"{folder}/index.html", **more)
    page.wait(READY, 20)
    return page


def quiet(page, name):
    assert not page.errors, f"{name}: {page.errors}"
    assert not page.requests, f"{name} wants {page.requests}"


def numbers(rows, name):
    return [float(row[name]) if row[name] else math.nan for row in rows]


def check_values(page, rows):
    """The page's particles are those of particles.csv that have values, in their order."""
    done = [row for row in rows if row["component_1"]]
    count = page.value("elastem.count")
    assert count == len(done) == 199, (count, len(done))
    assert page.value("Array.from({length: elastem.count}, (_, i) => elastem.key(i))") == [row["image"] for row in done]
    for name, column in (("pc1", "component_1"), ("pc2", "component_2"), ("p", "probability_1")):
        values = page.value(f"Array.from(elastem.values('{name}'))")
        expected = numbers(done, column)
        if name == "p":
            expected = [max(float(row["probability_1"]), float(row["probability_2"])) for row in done]
        step = (max(expected) - min(expected)) / 65534
        assert max(abs(a - b) for a, b in zip(values, expected)) <= step + 0.0006, name  # three decimals, 16 bits
    assert page.value("Array.from(elastem.values('state'))") == [int(row["state"]) for row in done]
    return done


def check_hover(page, done):
    for i in (0, 57, 131):
        # Another particle may lie nearer to the pixel's middle: what counts is that one is shown that lies there.
        x, y = page.value(f"elastem.pixel({i})")
        page.mouse("mouseMoved", x, y)
        shown = page.value("document.getElementById('particle-key').textContent")
        row = next(k for k, row in enumerate(done) if row["image"] == shown)
        u, v = page.value(f"elastem.pixel({row})")
        assert math.hypot(u - x, v - y) <= 1, (i, row)
        pc1 = page.value("[...document.querySelectorAll('#particle-values dt')].find(t => t.title === 'pc1').nextSibling.textContent")
        assert abs(float(pc1) - float(done[row]["component_1"])) < 0.06, pc1


def check_images(page):
    """A particle with images shows its own, and the model's like it."""
    size, count = page.value("elastem.figures.images.size"), page.value("elastem.figures.images.keys.length")
    assert size == 32 and 150 < count < 182, (size, count)
    pixels = numpy.memmap("set/particles.mrcs", dtype="<f4", mode="r", offset=1024, shape=(200, size, size))
    likeness = []
    for key in page.value("elastem.figures.images.keys")[::10]:
        page.value(f"elastem.hover([...Array(elastem.count).keys()].find(i => elastem.key(i) === '{key}'))")
        shown = numpy.array(page.value(
            "[...document.querySelectorAll('#particle-images canvas')].map(c => "
            f"[...c.getContext('2d').getImageData(0, 0, {size}, {size}).data].filter((_, k) => k % 4 === 0))"), float)
        assert shown.shape == (2, size * size), key
        own = pixels[int(key.split("@")[0]) - 1].ravel()
        low, high = numpy.percentile(own, (0.5, 99.5))
        # A grey value of 256, and the percentiles' neighbours.
        assert abs(shown[0] - 255 * numpy.clip((own - low) / (high - low), 0, 1)).max() < 6, key
        likeness.append(numpy.corrcoef(*shown)[0, 1])
    assert numpy.median(likeness) > 0.3, likeness  # SNR 0.3: about √(0.3/1.3) where all is known


def check_lasso(page, done, downloads):
    """Around the right well, by the mouse: what lies inside of the polygon in pixels."""
    box = page.value("(b => [b.left, b.top, b.width, b.height])(document.getElementById('scatter').getBoundingClientRect())")
    polygon = [(box[0] + box[2] * u, box[1] + box[3] * v) for u, v in ((0.55, 0.2), (0.95, 0.1), (0.9, 0.6), (0.75, 0.8), (0.5, 0.7))]
    page.drag(polygon)
    pixels = [page.value(f"elastem.pixel({i})") for i in range(len(done))]

    def inside(x, y):
        odd = False
        for (a, b), (c, d) in zip(polygon, polygon[1:] + polygon[:1]):
            if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
                odd = not odd
        return odd

    wanted = [row["image"] for row, pixel in zip(done, pixels) if inside(*pixel)]
    assert 20 < len(wanted) < 180 and page.value("elastem.selected_keys()") == wanted, len(wanted)
    text = page.value("document.getElementById('selection-count').textContent")
    assert text.startswith(f"{len(wanted)} of 199 particles"), text
    chosen = [row for row in done if row["image"] in set(wanted)]
    cells = page.value("[...document.querySelectorAll('#states tr')].slice(1).map(r => r.lastChild.textContent)")
    assert [int(cell) for cell in cells] == [sum(row["state"] == str(s) for row in chosen) for s in (1, 2)], cells
    for button, name in (("#download-star", "selection.star"), ("#download-txt", "selection.txt")):
        page.click(button)
        end = time.monotonic() + 10
        while not (downloads / name).exists():
            assert time.monotonic() < end, f"{name} was not downloaded"
            time.sleep(0.05)
    pathlib.Path("lasso.keys").write_text("".join(key + "\n" for key in wanted))
    # The same by the interface for scripts, in the units of the axes.
    page.value("elastem.clear()")
    assert page.value("elastem.selected_keys()") == []
    page.value("elastem.lasso([[-1000, -1000], [0, -1000], [0, 1000], [-1000, 1000]])")
    assert page.value("elastem.selected_keys()") == [row["image"] for row in done if float(row["component_1"]) < 0]


def check_rectangle(page):
    page.click("#mode-rectangle")
    box = page.value("(b => [b.left, b.top, b.width, b.height])(document.getElementById('scatter').getBoundingClientRect())")
    page.drag([(box[0] + box[2] * u, box[1] + box[3] * v) for u, v in ((0.2, 0.25), (0.3, 0.3), (0.6, 0.7))])
    keys, expression = page.value("elastem.selected_keys()"), page.value("elastem.expression()")
    assert len(keys) > 10 and "pc1" in expression and "pc2" in expression, (keys, expression)
    assert expression in page.value("document.getElementById('export-command').textContent")
    pathlib.Path("rectangle.keys").write_text("".join(key + "\n" for key in keys))
    pathlib.Path("rectangle.expression").write_text(expression)
    page.value("elastem.plot('q7', 'error', 'outlier')")  # --selection knows no "error"
    page.value("elastem.rectangle([-1000, 1000], [0, 1000])")
    assert page.value("elastem.selection().length") == 199 and page.value("elastem.expression()") == ""
    assert page.value("elastem.selected_keys()").count("11@particles.mrcs") == 1
    page.click("#show-outliers")
    page.value("elastem.rectangle([-1000, 1000], [0, 1000])")
    outliers = page.value("elastem.values('outlier').reduce((a, b) => a + b)")
    assert outliers >= 1 and page.value("elastem.selection().length") == 199 - outliers, outliers
    page.click("#show-outliers")
    page.click("#mode-lasso")
    page.value("elastem.plot('pc1', 'pc2', 'score')")


def check_movie(page):
    label = "document.getElementById('frame-label').textContent"
    coordinates = "elastem.movie.atoms.map(a => a.x).reduce((a, b) => a + Math.abs(b), 0)"
    frames = pathlib.Path("land/trajectory.pdb").read_text().split("ENDMDL")
    atoms = sum(line.startswith("ATOM") for line in frames[6].splitlines())
    assert page.value(label) == "frame 1" and page.value("elastem.movie.atoms.length") == atoms > 100, atoms
    before = page.value(coordinates)
    page.click("#play")
    page.wait(f"Number({label}.slice(6)) >= 3", 60)
    assert page.value("elastem.movie.playing") and page.value(coordinates) != before
    page.click("#play")
    assert not page.value("elastem.movie.playing")
    page.value("elastem.movie.show(6)")
    expected = [[float(line[at:at + 8]) for at in (30, 38, 46)] for line in frames[6].splitlines() if line.startswith("ATOM")]
    found = page.value("elastem.movie.atoms.map(a => [a.x, a.y, a.z])")
    shift = [a - b for a, b in zip(expected[0], found[0])]
    worst = max(abs(e - f - s) for a, b in zip(expected, found) for e, f, s in zip(a, b, shift))
    assert worst < 0.02, worst


def check_without(browser_options, script=True):
    """The page without WebGL, or without JavaScript: plots and tables are there."""
    with Browser(**browser_options) as browser:
        page = browser.open("land/index.html")
        if not script:
            page.call("Emulation.setScriptExecutionDisabled", value=True)
            page.call("Page.reload")
            time.sleep(1)
        else:
            page.wait(READY)
            assert not page.value("elastem.webgl")
            page.value("elastem.lasso([[-1000, -1000], [0, -1000], [0, 1000], [-1000, 1000]])")
            assert page.value("elastem.selection().length") > 20
            page.click("#play")
            page.wait("Number(document.getElementById('frame-label').textContent.slice(6)) >= 3", 60)
            assert not page.errors, page.errors
        visible = page.value("[...document.querySelectorAll('.still img')].map(i => i.getBoundingClientRect().height)")
        assert len(visible) == 4 and min(visible) > 100, visible
        assert "population" in page.value("document.body.innerText")
        assert script or page.value("document.getElementById('explore').getBoundingClientRect().height") == 0


def main():
    rows = list(csv.DictReader(open("land/particles.csv")))
    downloads = pathlib.Path("downloads")
    downloads.mkdir()
    with Browser() as browser:
        page = opened(browser, "land", downloads=downloads)
        assert page.value("elastem.webgl"), "this Chromium draws no WebGL"
        done = check_values(page, rows)
        check_hover(page, done)
        check_images(page)
        check_lasso(page, done, downloads)
        check_rectangle(page)
        check_movie(page)
        page.screenshot("page.png")
        quiet(page, "land")
        for width in (1400, 800):
            page = opened(browser, "land", width=width)
            assert page.value("document.documentElement.scrollWidth") <= width, f"wider than {width} px"
            page.click("#worst tr[data-row]")
            assert page.value("document.getElementById('particle').dataset.row") == page.value("document.querySelector('#worst tr[data-row]').dataset.row")
            page.pdf(f"page{width}.pdf")
            quiet(page, width)
        for folder, count in (("true", None), ("one_land", 50)):
            page = opened(browser, folder)
            assert count in (None, page.value("elastem.count"))
            assert folder != "true" or page.value("elastem.values('q7').every(q => q < 0)")
            quiet(page, folder)
    check_without({"webgl": False})
    check_without({}, script=False)
    print("the page shows, selects and plays")


main()
