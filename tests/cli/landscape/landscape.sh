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

refused 2 '--overwrite' landscape -i set/truth.h5 -m modes.h5 -o land1
refused 2 '--frames' landscape -i set/truth.h5 -m modes.h5 -o new --frames 0
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 8 --motion linear -o modes8.h5 || fail "modes gives $?"
refused 2 'modes8.h5' landscape -i set/truth.h5 -m modes8.h5 -o new
touch file
refused 2 'file' landscape -i set/truth.h5 -m modes.h5 -o file/land
ranks 2 landscape -i set/truth.h5 -m modes.h5 -o land1 --overwrite || fail "--overwrite gives $?"
echo "landscape: all well"
