#!/bin/bash
# Amplitudes, structures, views and CTFs from files end up in the particles of their rows, in optics groups of their own;
# --resume refuses files that changed; broken files are refused with their place.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder work
data=$ELASTEM_SOURCE/tests/data
ranks 1 modes -i "$data/ake_open_ca.pdb" --atoms ca --modes 9 --motion linear -o modes.h5 -q || fail "modes gives $?"
make() {  # FOLDER OPTIONS…
  local folder=$1
  shift
  ranks 2 synthesize -m modes.h5 -o "$folder/particles.star" -n 7 --modes 7-9 --size 32 --pixel-size 4.4 "$@" >log 2>&1
}

cat >seen.star <<'END'
data_optics

loop_
_rlnOpticsGroup #1
_rlnOpticsGroupName #2
_rlnVoltage #3
_rlnSphericalAberration #4
_rlnAmplitudeContrast #5
_rlnImagePixelSize #6
_rlnImageSize #7
1 one 300 2.7 0.1 1.5 64
2 two 200 2.0 0.07 1.5 64

data_particles

loop_
_rlnImageName #1
_rlnOpticsGroup #2
_rlnDefocusU #3
_rlnDefocusV #4
_rlnDefocusAngle #5
_rlnPhaseShift #6
_rlnAngleRot #7
_rlnAngleTilt #8
_rlnAnglePsi #9
1@elsewhere.mrcs 2 9000 8000 30 0 10 20 30
2@elsewhere.mrcs 1 7000 6500 10 90 -40 100 0
3@elsewhere.mrcs 2 6000 5500 20 0 170 80 -60
END
mkdir structures
cp "$data"/ake_*_ca.pdb structures
printf '1 2 3\n\n4,5,6 # second\r\n' >q.txt
make table --relation table --amplitudes q.txt --views seen.star --defocus seen.star --ctf-correction premultiply ||
  fail "synthesize from files gives $?: $(cat log)"
make known --relation structures --structures structures || fail "synthesize of structures gives $?: $(cat log)"
grep -q '2 structures; what modes 7-9 cannot describe of them is' log || fail "the RMSD beyond the modes is not logged: $(cat log)"
# The same two as models of one gzipped file.
for model in 1 2; do
  form=$([ $model = 1 ] && echo closed || echo open)
  printf 'MODEL     %4d\n%s\nENDMDL\n' $model "$(grep ^ATOM "$data/ake_${form}_ca.pdb")"
done | gzip >both.pdb.gz
make models --relation structures --structures both.pdb.gz || fail "synthesize of models gives $?: $(cat log)"
cmp known/particles.mrcs models/particles.mrcs || fail "models of one file give other particles than files of a folder"
grep -q 'both.pdb.gz:2$' models/truth.star || fail "truth.star does not name the models"

/usr/bin/python3 "$ELASTEM_SOURCE/tests/cli/synthesize/check_sources.py" || fail "the particles are not those of the files"

make table --resume --relation table --amplitudes q.txt --views seen.star --defocus seen.star \
  --ctf-correction premultiply || fail "--resume gives $?: $(cat log)"
refuses_to_resume() {  # TEXT: the inputs of `table` have changed
  make table --resume --relation table --amplitudes q.txt --views seen.star --defocus seen.star \
    --ctf-correction premultiply
  [ $? = 2 ] || fail "--resume goes on with another $1"
  grep -q -e "$1" log || fail "--resume does not name the $1: $(cat log)"
}
sed -i.was 's/^4,5,6/4,5,7/' q.txt
refuses_to_resume amplitudes
mv q.txt.was q.txt
sed -i 's/9000 8000/9000 8001/' seen.star
refuses_to_resume views
sed '/GLY A  42/d' "$data/ake_open_ca.pdb" >structures/partial.pdb
make known --resume --relation structures --structures structures
[ $? = 2 ] || fail "--resume goes on with another structure"

sed 's/10 20 30$/10 x 30/' seen.star >broken.star
ranks 1 synthesize -m modes.h5 -o plain/particles.star -n 2 --modes 7-9 --size 32 --pixel-size 4.4 --defocus none -q ||
  fail "synthesize without a CTF gives $?"
ranks 1 synthesize -m modes.h5 -o seven/particles.star -n 2 --modes 7 --relation linear --size 32 --pixel-size 4.4 -q ||
  fail "synthesize along one mode gives $?"
set -- -m modes.h5 -o refused/particles.star -n 7 --size 32 --pixel-size 4.4
refused 2 'partial.pdb lacks 1 of the 211 atoms.*GLY 42 CA' synthesize "$@" --modes 7-9 --relation structures --structures structures
refused 1 'not found: nowhere' synthesize "$@" --modes 7-9 --relation structures --structures nowhere
mkdir empty
refused 1 'empty: the folder holds no structure' synthesize "$@" --modes 7-9 --relation structures --structures empty
printf '1 2 3\n4 5\n' >short.txt
refused 2 'short.txt:2:1: the row has 2 numbers, but 3 are needed' synthesize "$@" --modes 7-9 --relation table --amplitudes short.txt
refused 1 'none.txt: cannot be opened' synthesize "$@" --modes 7-9 --relation table --amplitudes none.txt
refused 1 'no amplitudes of mode 8' synthesize "$@" --modes 7-9 --relation table --amplitudes seven/truth.h5
refused 2 'broken.star:[0-9]*:.*x' synthesize "$@" --modes 7-9 --views broken.star
refused 1 'has no angles' synthesize "$@" --modes 7-9 --views table/particles.star
refused 1 'has no defocus' synthesize "$@" --modes 7-9 --defocus plain/particles.star
printf '0.1 1\n0.05 1\n' >noise.txt
refused 2 'point 2 .*must ascend' synthesize "$@" --modes 7-9 --noise-spectrum noise.txt
refused 1 'table/truth.h5 .* is read as well' synthesize -m modes.h5 -o table/particles.star -n 7 --modes 7-9 --overwrite \
  --relation table --amplitudes table/truth.h5
refused 1 'half-circle lies in the plane of two modes' synthesize "$@" --modes 7 --relation half-circle
refused 1 '--max-resolution' synthesize "$@" --modes 7-9 --max-resolution 3
refused 1 '--background-radius' synthesize "$@" --modes 7-9 --normalise background --background-radius 40
refused 1 '--view-share' synthesize "$@" --modes 7-9 --views 0,90 --view-share 1.5
[ ! -e refused ] || fail "a refused run leaves an output"
echo ok
