#!/bin/bash
# The landscape of a known distribution: components as numpy finds them, a trajectory that ProDy reads, plots and a page
# that needs no network; the same on any number of ranks.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/landscape
fresh_folder work

small_set 200 32 4.4
for n in 1 2 3; do
  ranks "$n" landscape -i set/truth.h5 -m modes.h5 -o "land$n" --frames 7 || fail "landscape gives $? on $n ranks"
done
for file in components.csv frames.csv trajectory.pdb scatter.png density.png free_energy.png profile.png; do
  for n in 2 3; do cmp "land1/$file" "land$n/$file" || fail "$file depends on the number of ranks"; done
done
/usr/bin/python3 "$here/check_landscape.py" set/truth.h5 modes.h5 land1 7 || fail "the landscape is wrong"

# One mode has one component: a profile, no plane.
ranks 1 synthesize -m modes.h5 -o one/particles.star -n 50 --modes 7 --relation linear --size 32 --pixel-size 4.4 ||
  fail "synthesize gives $?"
ranks 2 landscape -i one/truth.h5 -m modes.h5 -o one_land || fail "landscape of one mode gives $?"
[ -s one_land/profile.png ] && [ ! -e one_land/density.png ] || fail "one mode: $(ls one_land)"

# A result with error bars: two states of known populations, errors taken off; the same on any number of ranks.
/usr/bin/python3 - <<'END' || fail "no amplitudes"
import numpy
random = numpy.random.default_rng(4)
state = random.random(300) < 0.7
numpy.savetxt("two.txt", numpy.stack([numpy.where(state, -50, 50) + 4 * random.normal(size=300), 4 * random.normal(size=300)], 1))
print(state.mean(), file=open("share", "w"))
END
ranks 2 synthesize -m modes.h5 --modes 7-8 --relation table --amplitudes two.txt -n 300 --size 32 --pixel-size 4.4 --snr 0.3 \
  --psi uniform --shift-px 2 -o two/particles.star -q || fail "synthesize gives $?"
ranks 2 align -i two/particles.star -m modes.h5 --modes 7-8 --angular-step 18 -o two.h5 -q || fail "align gives $?"
for n in 1 3; do
  ranks "$n" landscape -i two.h5 -m modes.h5 -o "two$n" >log 2>&1 || { cat log; fail "landscape gives $? on $n ranks"; }
done
grep -q '^state 2: ' log || { cat log; fail "the log tells of no second state"; }
for file in components.csv states.csv profile.csv particles.csv states.pdb trajectory.pdb; do
  cmp "two1/$file" "two3/$file" || fail "$file depends on the number of ranks"
done
/usr/bin/python3 - <<'END' || fail "the states are wrong"
import csv, h5py, numpy
states = list(csv.DictReader(open("two1/states.csv")))
share = float(open("share").read())
assert len(states) == 2, states
population, error = float(states[0]["population"]), float(states[0]["standard_error"])
print("populations %.3f +- %.3f, %.3f in truth" % (population, error, share))
assert abs(population - share) < 0.05 and 0.01 < error < 0.05
particles = list(csv.DictReader(open("two1/particles.csv")))
truth = h5py.File("two/truth.h5")["particles/amplitudes"][:, 0] < 0
assert len(particles) == 300 and particles[7]["image"].startswith("8@")
right = numpy.mean([(row["state"] == "1") == known for row, known in zip(particles, truth)])
assert right > 0.95, right
profile = list(csv.DictReader(open("two1/profile.csv")))
x, p = (numpy.array([float(row[name]) for row in profile]) for name in ("component_1", "density"))
assert abs(p.sum() * (x[1] - x[0]) - 1) < 1e-3
END

refused 2 '--overwrite' landscape -i set/truth.h5 -m modes.h5 -o land1
refused 2 '--frames' landscape -i set/truth.h5 -m modes.h5 -o new --frames 0
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 8 --motion linear -o modes8.h5 || fail "modes gives $?"
refused 2 'modes8.h5' landscape -i set/truth.h5 -m modes8.h5 -o new
touch file
refused 2 'file' landscape -i set/truth.h5 -m modes.h5 -o file/land
ranks 2 landscape -i set/truth.h5 -m modes.h5 -o land1 --overwrite || fail "--overwrite gives $?"
echo "landscape: all well"

# A coordinate that a user defines: the distance of two groups of residues, whose truth numpy knows.
ranks 2 landscape -i two.h5 -m modes.h5 -o distance --replicates 5 --coordinate 'distance(A/30-60, A/120-150)' \
  --coordinate 'rmsd(distance_target.pdb)' >log 2>&1 && fail "a target that is not there is no error"
grep -q 'option --coordinate: .*distance_target.pdb' log || { cat log; fail "the refusal does not name the target"; }
ranks 2 landscape -i two.h5 -m modes.h5 -o distance --replicates 5 --coordinate 'distance(A/30-60, A/120-150)' >log 2>&1 ||
  { cat log; fail "--coordinate gives $?"; }
/usr/bin/python3 - <<'END' || fail "the distance is wrong"
import csv, h5py, numpy
modes, truth = h5py.File("modes.h5"), h5py.File("two/truth.h5")["particles/amplitudes"][:]
positions, vectors = modes["structure/positions"][:], modes["modes/vectors"][:2]
number = modes["structure/residue_number"][:]
first, second = ((number >= low) & (number <= high) for low, high in ((30, 60), (120, 150)))
def distance(q):
    x = positions + numpy.einsum("k,kai->ai", q, vectors)
    return numpy.linalg.norm(x[first].mean(0) - x[second].mean(0))
true = numpy.array([distance(q) for q in truth])
rows = list(csv.reader(open("distance/coordinate_1.csv")))
assert rows[0][0] == "distance(A/30-60, A/120-150)", rows[0]
x, p = (numpy.array([float(row[c]) for row in rows[1:]]) for c in (0, 1))
step = x[1] - x[0]
mean, sd = (p * x).sum() * step, (p * (x - (p * x).sum() * step) ** 2).sum() ** 0.5 * step ** 0.5
print("distance %.2f ± %.2f, %.2f ± %.2f in truth" % (mean, sd, true.mean(), true.std()))
assert abs(mean - true.mean()) < 0.3 and abs(sd / true.std() - 1) < 0.25
END

# Nothing that is read is written over.
refused 1 'is read as well' landscape -i two.h5 -m modes.h5 -o distance --overwrite --landscape distance --selection 'state == 1'
refused 1 'is read as well' landscape -i two.h5 -m modes.h5 -o distance --overwrite --coordinate 'rmsd(distance/trajectory.pdb)'

# A folder holds what its last run made, and what others put there.
echo mine >two1/notes.txt
echo mine >two1/path_8_9.pdb
/usr/bin/python3 - <<'END' || fail "no record"
import json
record = json.load(open("two1/landscape.json"))
assert record["rows"] == 300 and "states.pdb" in record["files"] and "notes.txt" not in record["files"], record
for name in ("path_1_2.pdb", "path_1_2.cxc", "paths.csv"):  # as of a run that found a way between the states
    open("two1/" + name, "w")
    record["files"].append(name)
json.dump(record, open("two1/landscape.json", "w"))
END
for n in 1 2; do
  ranks $n landscape -i two.h5 -m modes.h5 -o two1 --overwrite --selection 'q7 < 0' --coordinate 'distance(*/1-30,*/120-150)' \
    --coordinate 'distance(*/1-30,*/60-90)' >log 2>&1 || { cat log; fail "landscape --selection gives $?"; }
  # The motion in the log is that of the selected particles, of which mode 7 moves 4 Å and not 50 Å.
  grep '^mode\|^no mode' log >motion$n && ! grep -q '^mode' motion$n || { cat log; fail "the motion is not the selected particles'"; }
done
cmp motion1 motion2 || fail "the motion of the selected particles depends on the number of ranks"
[ -s two1/coordinate_2.csv ] || fail "no second coordinate"
[ "$(wc -l <two1/states.csv)" = 2 ] || fail "the selected particles are of one state"
[ ! -e two1/path_1_2.pdb ] && [ ! -e two1/path_1_2.cxc ] && [ ! -e two1/paths.csv ] || fail "a path of an earlier run is left"
ranks 2 landscape -i two.h5 -m modes.h5 -o two1 --overwrite --replicates 0 -q || fail "landscape --overwrite gives $?"
[ ! -e two1/coordinate_1.csv ] && [ ! -e two1/coordinate_2.png ] || fail "a coordinate of an earlier run is left"
[ "$(cat two1/notes.txt two1/path_8_9.pdb)" = "$(printf 'mine\nmine')" ] || fail "a file of another's is gone"

# --dry-run finds what a run refuses, and nothing is left of either.
for option in --dry-run -q; do
  refused 1 'a result of other images' landscape -i two.h5 -m modes.h5 -o refused --particles one/particles.star $option
  refused 2 'coordinate: the result has no error bars' landscape -i set/truth.h5 -m modes.h5 -o refused --coordinate 'distance(*/1-30,*/60-90)' $option
  refused 1 'two particles or more' landscape -i two.h5 -m modes.h5 -o refused --selection 'row == 5' $option
  [ ! -e refused ] || fail "a refused run leaves $(ls refused)"
done

# Two runs into one folder at a time; a run that is interrupted leaves no mark.
mkdir held
/usr/bin/python3 - "$ELASTEM" <<'END' || fail "two runs at a time"
import os, subprocess, sys, time
run = [sys.argv[1], "landscape", "-i", "two.h5", "-m", "modes.h5", "-o", "held", "-q"]
first = subprocess.Popen(run + ["--replicates", "10000"])
for _ in range(1000):
    if os.path.exists("held/elastem.writes.partial"):
        break
    time.sleep(0.01)
second = subprocess.run(run, capture_output=True, text=True)
assert second.returncode == 2 and "another run is writing into the folder held" in second.stderr, second
first.terminate()
assert first.wait(30) != 0
assert os.listdir("held") == [], os.listdir("held")
END

# A way between two particles and between amplitudes; what is none is refused, by --dry-run where it does not take the work.
row_of() { awk -F, -v state="$1" 'NR > 1 && $2 == state { print NR - 1 }' two1/particles.csv | sed -n "$2p"; }
first=$(row_of 1 1) second=$(row_of 1 2) other=$(row_of 2 1)
for n in 1 3; do
  ranks $n landscape -i two.h5 -m modes.h5 -o "ways$n" --path "$first : $second" --path 'q7=-52 : q7=-46,q8=2' --even-views >log 2>&1 ||
    { cat log; fail "--path gives $?"; }
done
grep -q '^views evened: .* 300 particles count as' log || { cat log; fail "the log does not say how many particles count"; }
grep -q "^row $first to row $second: a barrier of" log || { cat log; fail "the log does not tell of the way"; }
for file in paths.csv profile.csv states.csv chosen_path_1.pdb chosen_path_2.pdb; do
  cmp ways1/$file ways3/$file || fail "$file depends on the number of ranks"
done
[ "$(grep -c '^chosen_2,' ways1/paths.csv)" = 10 ] && [ "$(grep -c '^MODEL' ways1/chosen_path_2.pdb)" = 10 ] && [ -s ways1/chosen_path_1.cxc ] ||
  fail "no frames of the chosen way"
for option in --dry-run -q; do
  refused 2 'path: "1" is no way' landscape -i two.h5 -m modes.h5 -o none --path 1 $option
  refused 1 'path: there is no row 301: the result has 300' landscape -i two.h5 -m modes.h5 -o none --path '301 : 2' $option
  refused 1 'path: "q9=1": the result has no mode 9' landscape -i two.h5 -m modes.h5 -o none --path 'q9=1 : 2' $option
  refused 1 'path: the result has no error bars' landscape -i set/truth.h5 -m modes.h5 -o none --path '1 : 2' $option
done
refused 2 'path: no particle is seen at q7=900' landscape -i two.h5 -m modes.h5 -o none --path 'q7=900 : 2'
refused 1 'are one place' landscape -i two.h5 -m modes.h5 -o none --path "$first : $first"
refused 1 'path: no way leads' landscape -i two.h5 -m modes.h5 -o none --path "$first : $other"
[ ! -e none ] || fail "a refused run leaves a folder"

# Copies of images make no error bar smaller.
/usr/bin/python3 - <<'END' || fail "no expanded set"
lines = open("two/particles.star").read().splitlines()
rows = [line for line in lines if "@" in line]
open("two/expanded.star", "w").write("\n".join(lines + rows) + "\n")
END
ranks 2 align -i two/expanded.star -m modes.h5 --modes 7-8 --angular-step 18 -o expanded.h5 -q || fail "align gives $?"
for n in 1 2; do ranks $n landscape -i expanded.h5 -m modes.h5 -o "expanded$n" >log 2>&1 || { cat log; fail "landscape gives $?"; }; done
grep -q '^300 rows are copies of an image' log || { cat log; fail "copies are not told of"; }
for file in states.csv profile.csv; do cmp expanded1/$file expanded2/$file || fail "$file of copies depends on the number of ranks"; done
ranks 1 landscape -i two.h5 -m modes.h5 -o once -q || fail "landscape gives $?"
/usr/bin/python3 - <<'END' || fail "the error bars of copies"
import csv
error = [float(next(csv.DictReader(open(f"{folder}/states.csv")))["standard_error"]) for folder in ("once", "expanded1")]
print("standard errors of a population, each image once and twice:", error)
assert 0.75 < error[1] / error[0] < 1.35, error  # 1/√2 = 0.71 if copies were images of their own
END
