#!/bin/bash
# The same seed and modes give the same particles, star files and truth to the last bit on 1 to 4 ranks, also with fewer
# particles than ranks; another seed gives others.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"

make() {  # RANKS N FOLDER OPTIONS…
  local n=$1 count=$2 folder=$3
  shift 3
  ranks "$n" synthesize -m modes.h5 -o "$folder/particles.star" -n "$count" --modes 7-9 --size 32 --pixel-size 4.4 -q "$@" ||
    fail "synthesize gives $? on $n ranks"
}
for options in "--relation helix" "--relation clusters --noise-before-ctf 0.5" "--relation linear --snr none --psi 0"; do
  for count in 3 150; do
    # shellcheck disable=SC2086
    for n in 1 2 3 4; do
      rm -rf "on$n"
      make "$n" "$count" "on$n" $options
    done
    for n in 2 3 4; do
      for file in particles.mrcs particles.star truth.star; do
        cmp "on1/$file" "on$n/$file" || fail "$file differs on $n ranks ($options, $count particles)"
      done
      same_particles on1/truth.h5 "on$n/truth.h5" || fail "truth.h5 differs on $n ranks"
    done
    echo "ok: $count particles, $options: the same on 1, 2, 3 and 4 ranks"
  done
done

# The same where particles come from files: text and HDF5 tables of amplitudes, structures, angles and CTFs of a STAR
# file with fewer rows than there are particles.
make 2 40 base --relation linear --defocus 5000-15000
mkdir structures
cp "$ELASTEM_SOURCE"/tests/data/ake_*_ca.pdb structures
printf '# q7 q8 q9\n1, 2, 3\n-40 50 -60\n7 8 9\n' >q.txt
views="0,90;20,30,2"
for options in "--relation table --amplitudes q.txt --views base/truth.star --view-spread 3 --shift-distribution gaussian" \
  "--relation structures --structures structures --defocus base/particles.star" \
  "--relation table --amplitudes base/truth.h5 --views $views --view-share 0.5 --defocus 5000-9000 --astigmatism 99-300"; do
  for n in 1 2 3; do
    rm -rf "on$n"
    # shellcheck disable=SC2086
    make "$n" 150 "on$n" $options
    for file in particles.mrcs particles.star truth.star; do
      cmp "on1/$file" "on$n/$file" || fail "$file differs on $n ranks ($options)"
    done
    same_particles on1/truth.h5 "on$n/truth.h5" || fail "truth.h5 differs on $n ranks ($options)"
  done
  echo "ok: $options: the same on 1, 2 and 3 ranks"
done

make 1 3 other --seed 2
make 1 3 again
cmp -s other/particles.mrcs again/particles.mrcs && fail "two seeds give the same particles"
exit 0
