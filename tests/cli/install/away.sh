#!/bin/bash
# What install.sh runs where there is no source: away.sh FOLDER ON|OFF, with the installation in FOLDER/moved and its bin on the PATH.
set -euo pipefail
prefix=$1/moved
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
read -r -a mpiexec <<<"$MPIEXEC"
mkdir "$1/work"
cd "$1/work"

for file in bin/elastem share/doc/elastem/LICENSE share/doc/elastem/CITATION.cff share/doc/elastem/docs/install.md \
  share/elastem/demo.sh share/elastem/chain.sh share/elastem/launch.sh share/elastem/ake_open_ca.pdb; do
  [ -r "$prefix/$file" ] || fail "no $file"
done
[ "$(command -v elastem)" = "$prefix/bin/elastem" ] || fail "elastem is $(command -v elastem)"

# The demonstration's chain, small and without the network.
step() { "$@" >log 2>&1 || fail "$* gives $?: $(cat log)"; }
step elastem modes -i "$prefix/share/elastem/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5
step "${mpiexec[@]}" 2 elastem synthesize -m modes.h5 -o set/particles.star -n 40 --modes 7-9 --relation helix --size 40 \
  --pixel-size 3.5 --snr 0.1
step "${mpiexec[@]}" 2 elastem align -i set/particles.star -m modes.h5 --modes 7-9 -o alignment.h5
step elastem evaluate -i alignment.h5 -t set/truth.h5
step elastem landscape -i alignment.h5 -m modes.h5 -o landscape
[ -n "$(ls landscape)" ] || fail "the landscape is empty"

[ "$2" = ON ] || exit 0

for page in elastem elastem-align; do
  MANPATH=$prefix/share/man man "$page" >page.txt 2>err.txt || fail "man $page gives $?: $(cat err.txt)"
  grep -q '^NAME' page.txt && grep -q -i '^SYNOPSIS' page.txt || fail "man $page shows: $(cat page.txt)"
done
grep -q -e '--modes' <(MANPATH=$prefix/share/man man elastem-align) || fail "man elastem-align does not name --modes"

# offers WORD COMMAND-LINE…: completing the last word offers WORD.
offers() {
  local word=$1
  shift
  bash -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=(); _elastem; printf "%s\n" "${COMPREPLY[@]}"' \
    "$prefix/share/bash-completion/completions/elastem" "$@" >offers.txt
  grep -qx -e "$word" offers.txt || fail "'$*' is not completed by $word but by: $(cat offers.txt)"
}
offers align elastem ali
offers --modes elastem align --mo
offers helix elastem synthesize --relation he
