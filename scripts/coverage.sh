#!/bin/bash
# Which lines of src and mpi the tests reach: scripts/coverage.sh [LABEL…]     (unit and mpi unless other labels are named)
# Builds the preset coverage with what these tests need, runs them, and prints the share of all lines and the ten files of
# which the least is reached; every file stands in build/coverage/coverage.txt.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- unit mpi
labels=$(IFS='|'; echo "$*")
targets=(test_programs)
case "|$labels|" in *'|unit|mpi|'* | '|unit|' | '|mpi|') ;; *) targets=(all) ;; esac
build=build/coverage

scripts/build.sh coverage "${targets[@]}"
find "$build" -name '*.gcda' -delete
code=0
ctest --preset coverage -j "$(env -u OMP_NUM_THREADS nproc)" -L "^($labels)\$" || code=$?
gcovr --root . --object-directory "$build" --filter 'src/' --filter 'mpi/' --exclude-throw-branches \
  --gcov-ignore-parse-errors --sort-percentage --txt "$build/coverage.txt" --json-summary "$build/coverage.json"
/usr/bin/python3 - "$build/coverage.json" <<'END'
import json, sys
summary = json.load(open(sys.argv[1]))
print(f"{summary['line_covered']} of {summary['line_total']} lines, {summary['line_percent']} %; least covered:")
files = sorted((file for file in summary["files"] if file["line_total"]), key=lambda file: file["line_percent"])
for file in files[:10]:
    print(f"{file['line_percent']:6.1f} %  {file['line_covered']:4} of {file['line_total']:4}  {file['filename']}")
END
exit "$code"
