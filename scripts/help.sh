#!/bin/bash
# Writes docs/help/*.txt, what --help prints: scripts/help.sh [PROGRAM [FOLDER]]
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
elastem=${1:-build/release/elastem}
folder=${2:-docs/help}
written=$(mktemp -d)
trap 'rm -r "$written"' EXIT
"$elastem" documentation "$written"
mkdir -p "$folder"
cp "$written"/help/*.txt "$folder"
