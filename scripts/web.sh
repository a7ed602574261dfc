#!/bin/bash
# Bundles the program of the interactive page with its libraries, as web/package-lock.json pins them: scripts/web.sh [FOLDER]
# (FOLDER: web/bundle, which is part of the sources). Needs node and, for the libraries, a network.
set -euo pipefail
unset CDPATH
folder=$(realpath -m "${1:-$(dirname "$0")/../web/bundle}")
cd "$(dirname "$0")/../web"
command -v node >/dev/null || { echo "web.sh: node is not installed (Debian: nodejs npm)" >&2; exit 1; }
npm ci --ignore-scripts --no-audit --no-fund
node build.mjs "$folder"
du -ch "$folder"/*
