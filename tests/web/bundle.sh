#!/bin/bash
# The committed bundle of the interactive page is what scripts/web.sh makes of web/: by the hash of its sources, and byte for
# byte where node and the libraries are there.
set -u
cd "$ELASTEM_SOURCE/web" || exit 1
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
/usr/bin/python3 - <<'END' || fail "web/bundle is not of these sources: run scripts/web.sh and commit it"
import hashlib, pathlib, re, sys
listed = re.search(r"sources = \[(.*?)\];", pathlib.Path("build.mjs").read_text(), re.S).group(1)
modules = re.findall(r'"(\w+)"', re.search(r"\.\.\.\[(.*?)\]", listed, re.S).group(1))
names = ["build.mjs", "package.json", "package-lock.json", *(f"src/{name}.js" for name in modules), "src/page.css"]
assert sorted(f"src/{path.name}" for path in pathlib.Path("src").iterdir()) == sorted(names[3:]), "build.mjs lists other sources"
digest = hashlib.sha256()
for name in names:
    digest.update(f"{name}\n".encode() + pathlib.Path(name).read_bytes())
sys.exit(digest.hexdigest() != pathlib.Path("bundle/SOURCES.sha256").read_text().strip())
END
[ "$(du -cb bundle/* | tail -1 | cut -f1)" -le 3000000 ] || fail "the bundle is larger than 3 MB"
for name in 3dmol regl d3-scale d3-scale-chromatic; do
  grep -q "^$name [0-9.]* (" bundle/LICENSES.txt || fail "LICENSES.txt does not know $name"
done
if command -v node >/dev/null && [ -d node_modules ]; then
  made=$(mktemp -d)
  trap 'rm -rf "$made"' EXIT
  node build.mjs "$made" || fail "build.mjs gives $?"
  diff -rq "$made" bundle || fail "web/bundle is not what build.mjs makes: run scripts/web.sh and commit it"
  echo "bundle: as build.mjs makes it"
else
  echo "bundle: of these sources (node or its libraries are missing: not made anew)"
fi
