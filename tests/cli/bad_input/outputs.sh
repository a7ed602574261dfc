#!/bin/bash
# Outputs never eat inputs, and what is no regular file is neither written nor read: one Error by the option's name,
# before the work, exit code 2, and every file as it was.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder outputs
small_set 6 32 4.4
ranks 1 align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5 || fail "align gives $?"
ranks 1 export -i modes.h5 -o modes.nmd || fail "export gives $?"
cp "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" open.pdb
cp "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" mode07.pdb
mkdir report && cp open.pdb report/mode07.pdb && cp open.pdb report/modes.csv
ln modes.h5 hard.h5
ln -s alignment.h5 soft.h5
ranks 1 reconstruct -i set/particles.star -a alignment.h5 -o map.mrc || fail "reconstruct gives $?"
find . -type f | sort | xargs sha256sum >before.sums

# unharmed TEXT ARGUMENTS…: refused with that text, and no file has changed or come.
unharmed() {
  local text=$1
  shift
  refused 1 "$text" "$@"
  rm -f err.txt out.txt
  find . -type f ! -name before.sums | sort | xargs sha256sum >../after.sums
  cmp -s before.sums ../after.sums || { diff before.sums ../after.sums; fail "files have changed: elastem $*"; }
}
rm -f out.txt err.txt
sed -i '/before.sums/d' before.sums

align=(align -i set/particles.star -m modes.h5 --modes 7-9 --overwrite)
unharmed 'option --output: set/particles.star .*--input' "${align[@]}" -o set/particles.star
unharmed 'option --output: modes.h5 .*--modes-file' "${align[@]}" -o modes.h5
unharmed 'option --output: ./modes.h5 .*--modes-file' "${align[@]}" -o ./modes.h5
unharmed 'option --output: hard.h5 .*--modes-file' "${align[@]}" -o hard.h5
unharmed 'option --output: set/particles.mrcs .*read' "${align[@]}" -o set/particles.mrcs
unharmed 'option --output: soft.h5 is a symbolic link' "${align[@]}" -o soft.h5
unharmed 'option --output: set is a folder' "${align[@]}" -o set
unharmed 'option --output: "" names no file' "${align[@]}" -o ""
unharmed 'no folder' "${align[@]}" -o absent/alignment.h5
unharmed 'no folder' "${align[@]}" -o absent/alignment.h5 --dry-run
unharmed 'the output alignment.h5 exists' align -i set/particles.star -m modes.h5 -o alignment.h5 --dry-run
unharmed 'keeps nothing' "${align[@]}" -o /dev/null
unharmed 'option --output: set/particles.mrcs' reconstruct -i set/particles.star -a alignment.h5 -o set/particles.mrcs --overwrite
unharmed 'option --output: alignment.h5 .*--alignment' reconstruct -i set/particles.star -a alignment.h5 -o alignment.h5 --overwrite
unharmed 'option --output: map.mrc .*--reference' reconstruct -i set/particles.star -a alignment.h5 --reference map.mrc -o map.mrc --overwrite
unharmed 'option --output: set/particles.star' export -i alignment.h5 -o set/particles.star --overwrite
unharmed 'option --output: open.pdb .*--input' modes -i open.pdb -o open.pdb --overwrite
unharmed 'option --pseudoatoms: map.mrc .*--from-map' modes --from-map map.mrc -o new.h5 --pseudoatoms map.mrc --overwrite
unharmed 'option --pseudoatoms: ./new.h5 is an output' modes --from-map map.mrc -o new.h5 --pseudoatoms ./new.h5
unharmed 'option --report: report/mode07.pdb .*--target' modes -i open.pdb --target report/mode07.pdb -o new.h5 --report report --overwrite
unharmed 'option --report: report/modes.csv .*--input' modes -i report/modes.csv -o new.h5 --report report --overwrite
unharmed 'modes.h5 .*--import' modes -i open.pdb --import modes.h5 -o modes.h5 --overwrite
unharmed 'option --output: set/truth.h5 .*read' synthesize -m modes.h5 --modes 7-9 --relation table --amplitudes set/truth.h5 -o set/other.star --overwrite
unharmed 'option --output: map.mrc is a file; name a folder' landscape -i alignment.h5 -m modes.h5 -o map.mrc --overwrite

# Pipes and devices are neither read nor written.
mkfifo pipe.star pipe.h5
for input in pipe.star /dev/zero; do
  unharmed "option --input: $input is a" align -i "$input" -m modes.h5 -o new.h5
  unharmed "option --input: $input is a" modes -i "$input" -o new.h5
  unharmed "option --config: $input is a" modes --config "$input"
done
unharmed 'option --modes-file: pipe.h5 is a pipe' align -i set/particles.star -m pipe.h5 -o new.h5
unharmed 'option --output: pipe.h5 is a pipe' "${align[@]}" -o pipe.h5
unharmed 'option --output: /dev/zero is a device' modes -i open.pdb -o /dev/zero --overwrite
ranks 1 modes -i open.pdb --atoms ca --modes 8 -o /dev/null || fail "modes into /dev/null gives $?"
[ -c /dev/null ] || fail "/dev/null was replaced"

# Two runs never write one output: the first holds it with a lock that only a living process has.
/usr/bin/python3 - <<'END' &
import fcntl, os, struct, time
place = os.open("held.h5.writes.partial", os.O_RDWR | os.O_CREAT)
fcntl.fcntl(place, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 1 << 62, 1, 0))  # F_OFD_SETLK
open("held", "w").close()
time.sleep(60)
END
holder=$!
until [ -e held ]; do sleep 0.1; done
refused 1 'another run is writing held.h5' modes -i open.pdb --atoms ca --modes 8 -o held.h5
kill "$holder"
wait "$holder" 2>/dev/null
ranks 1 modes -i open.pdb --atoms ca --modes 8 -o held.h5 || fail "modes gives $? after the other run was killed"
[ ! -e held.h5.writes.partial ] || fail "the mark of the killed run stays"
