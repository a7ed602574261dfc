#!/bin/bash
# Atoms as Gaussians or by their electron scattering factors: stored by `modes`, overridden by what reads the modes, kept
# apart by --resume, and refused where the nodes are no atoms.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work

/usr/bin/python3 "$ELASTEM_SOURCE/tests/support/lump.py" >lump.pdb
for n in 1 3; do
  ranks $n modes -i lump.pdb --modes 9 --atom-model scattering --b-factor 150 -o scattering$n.h5 || fail "modes gives $?"
done
ranks 1 modes -i lump.pdb --modes 9 -o gaussian.h5 || fail "modes gives $?"
ranks 1 modes -i lump.pdb --modes 9 --atom-sigma 2 -o wide.h5 || fail "modes gives $?"
/usr/bin/python3 - <<'END' || fail "the atom model is not stored as it was given"
import h5py
for name, model, sigma, b in (("scattering1", "scattering", 1.5, 150), ("scattering3", "scattering", 1.5, 150),
                              ("gaussian", "gaussian", 1.5, 178), ("wide", "gaussian", 2, 178)):
    group = h5py.File(name + ".h5", "r")["structure"]
    stored = group["atom_model"].asstr()[()]
    assert str(stored if isinstance(stored, str) else stored[0]) == model, (name, stored)
    assert group["atom_sigma"][()] == sigma and group["scattering_b_factor"][()] == b, name
    assert list(group["element"].asstr()[:6]) == ["N", "C", "C", "O", "C", "S"], name
END
ranks 1 inspect scattering1.h5 | grep -q "electron scattering factors with a B-factor of 150 Å²" || fail "inspect does not say it"
ranks 1 inspect wide.h5 | grep -q "Gaussian atoms of 2 Å" || fail "inspect does not say it"

# What an override makes of one file is what the other file holds.
images() {  # NAME MODES OPTIONS…
  local name=$1 modes=$2
  shift 2
  ranks 2 synthesize -m "$modes" -o "$name/particles.star" -n 6 --modes 7-9 --size 24 --pixel-size 2 --snr 5 --amplitude 5 \
    --shift-px 1 "$@" >log 2>&1 || { cat log; fail "synthesize $name gives $?"; }
}
images stored scattering1.h5
images overridden gaussian.h5 --atom-model scattering --b-factor 150
images gaussian gaussian.h5
images back scattering1.h5 --atom-model gaussian
images wide wide.h5
images widened scattering3.h5 --atom-model gaussian --atom-sigma 2
images blurred scattering3.h5 --b-factor 300
same() { cmp -s "$1/particles.mrcs" "$2/particles.mrcs"; }
same stored overridden || fail "the override to scattering gives other images than the modes file"
same gaussian back || fail "the override to gaussian gives other images than the modes file"
same wide widened || fail "the override of sigma gives other images than the modes file"
for pair in "stored gaussian" "wide gaussian" "blurred stored"; do
  # shellcheck disable=SC2086
  ! same $pair || fail "the images do not depend on the atom model: $pair"
done

align() {  # MODES OUTPUT OPTIONS…
  ranks 2 align -i stored/particles.star -m "$1" --modes 7-9 --max-resolution 6 --angular-step 30 --candidates 2 --finalists 1 \
    -o "$2" "${@:3}" >log 2>&1
}
align scattering1.h5 stored.h5 || { cat log; fail "align gives $?"; }
align gaussian.h5 overridden.h5 --atom-model scattering --b-factor 150 || { cat log; fail "align gives $?"; }
align gaussian.h5 other.h5 || { cat log; fail "align gives $?"; }
same_particles stored.h5 overridden.h5 || fail "align with the override gives other results than with the modes file"
! same_particles stored.h5 other.h5 2>/dev/null || fail "the results do not depend on the atom model"
align gaussian.h5 overridden.h5 --atom-model scattering --b-factor 150 --resume || { cat log; fail "align --resume gives $?"; }
align gaussian.h5 overridden.h5 --atom-model scattering --b-factor 160 --resume && fail "another B-factor is not refused"
grep -q "b-factor" log || { cat log; fail "the refusal does not name the B-factor"; }
align gaussian.h5 overridden.h5 --resume && fail "another atom model is not refused"
grep -q "atom-model" log || { cat log; fail "the refusal does not name the atom model"; }

ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o ca.h5 || fail "modes gives $?"
for n in 1 3; do
  modes_refused $n "one per residue" -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --atom-model scattering
  modes_refused $n "pseudoatoms" --from-map absent.mrc --atom-model scattering
  modes_refused $n "b-factor: goes with --atom-model scattering" -i lump.pdb --b-factor 100
  modes_refused $n "atom-sigma: goes with --atom-model gaussian" -i lump.pdb --atom-model scattering --atom-sigma 2
  modes_refused $n "did you mean scattering" -i lump.pdb --atom-model scatering
  modes_refused $n "b-factor: -1; give 0 or more" -i lump.pdb --atom-model scattering --b-factor -1
  refused $n "one per residue" synthesize -m ca.h5 -o new/p.star -n 2 --modes 7-9 --atom-model scattering
  refused $n "one per residue" align -i stored/particles.star -m ca.h5 --modes 7-9 -o new.h5 --atom-model scattering
  refused $n "b-factor: goes with" align -i stored/particles.star -m gaussian.h5 --modes 7-9 -o new.h5 --b-factor 100
done
if "$ELASTEM" predict --help >help.txt 2>&1; then
  for command in train predict; do
    "$ELASTEM" $command --help | grep -q -- "--atom-model gaussian|scattering" || fail "$command has no --atom-model"
  done
fi
# Of a standard residue an impossible element is mended; of an unknown one it is what the file says.
sed 's/ N$/ES/; s/^\(.\{17\}\)[A-Z]\{3\}/\1XEZ/' lump.pdb >exotic.pdb
modes_refused 1 "element \"Es\"" -i exotic.pdb --ligands --atom-model scattering
