#!/bin/bash
# relion_project, from a density map of the same structure and with the angles, origins and CTF of truth.star, makes the
# same images: what angles, shifts, the image's origin and the sign of the CTF mean is then the same in both programs.
# RELION interpolates in Fourier space, so that the images correlate by 0.9985–0.9999, not 1; a wrong sign of any angle
# or shift gives less than 0.95.
set -u
. "$ELASTEM_SOURCE/tests/interop/relion/relion.sh"

compare() {  # NAME LEAST SIZE OPTIONS…
  local name=$1 least=$2 size=$3
  shift 3
  particles 50 --amplitude 0 --snr none --size "$size" "$@"
  images density modes.h5 "$size" 2.2 density.mrc
  local ctf=--ctf
  [[ " $* " == *" --defocus none "* ]] && ctf=
  # shellcheck disable=SC2086
  relion_project --i density.mrc --o projected --ang set/truth.star $ctf --angpix 2.2 >log 2>&1 ||
    { cat log; fail "relion_project gives $?"; }
  printf '%s: ' "$name"
  images correlate set/particles.mrcs projected.mrcs "$least" || fail "$name: the images differ from RELION's"
}

for case in plain ctf strong_ctf odd odder; do
  rm -rf "$case"
  mkdir "$case"
  cd "$case" || exit 1
  case $case in
    plain) compare "without CTF" 0.998 64 --defocus none ;;
    ctf) compare "with CTF" 0.998 64 ;;
    odd) compare "65 pixels" 0.998 65 --defocus none ;;
    odder) compare "41 pixels" 0.99 41 --defocus none ;;
    strong_ctf) compare "300 kV, 1.2 µm" 0.998 64 --defocus 12000 --voltage 300 --cs 2.7 --amplitude-contrast 0.07 ;;
  esac
  cd ..
done
