#!/bin/bash
# Writes docs/help/*.txt from what the program prints: scripts/help.sh [PROGRAM [FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/.."
elastem=${1:-build/release/elastem}
folder=${2:-docs/help}
commands='modes synthesize align train predict evaluate landscape reconstruct export inspect'
mkdir -p "$folder"
"$elastem" --help >"$folder/elastem.txt"
for command in $commands; do "$elastem" "$command" --help >"$folder/$command.txt"; done
