"""Rows of /particles for scripts that change a result table or check it: which columns there are, and their checksum."""

import pathlib
import re
import zlib

# docs/files.md lists them in the order of the schema, which a test compares with the page.
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "files.md"
FIELDS = [name for name in re.findall(r"^\| /particles/(\w+) \|", PAGE.read_text(), re.MULTILINE) if name != "checksum"]
assert "state" in FIELDS, f"{PAGE} does not list the columns of /particles"


def row_checksum(rows, i):
    """Of a row of the group /particles, or of its columns as arrays."""
    crc = 0
    for name in FIELDS:
        crc = zlib.crc32(rows[name][i : i + 1].tobytes(), crc)
    return crc


def seal(rows, i):
    """Makes a changed row of an open table count."""
    rows["checksum"][i] = row_checksum(rows, i)
