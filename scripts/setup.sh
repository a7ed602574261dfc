#!/bin/bash
# Installs what elastem is built and tested with, from Debian 12's own packages, and makes OpenBLAS the BLAS and
# LAPACK of the machine. Run it again at any time: what is there already is left alone.
#
#   scripts/setup.sh          everything in scripts/debian-packages.txt
#   scripts/setup.sh build    only what building and running needs
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 2; }

case "${1:-all}" in
  all) sections='build test' ;;
  build) sections='build' ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) fail "unknown argument '$1'; give 'build', 'all' or nothing" ;;
esac

# The packages of the named sections of the list.
packages_of() {
  awk -v wanted=" $1 " '
    /^# \[/ { section = substr($2, 2, length($2) - 2); next }
    /^#/ || NF == 0 { next }
    index(wanted, " " section " ") { print $1 }' scripts/debian-packages.txt
}

# Those of the packages given that dpkg does not know as installed.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "$@" 2>/dev/null | awk '$2 == "ii" {print $1}' || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "'$1' needs root: run this script as root, or install sudo"
  fi
}

require_debian() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    fail "this is no Debian system (apt-get and dpkg-query are missing); install what scripts/debian-packages.txt lists by other means, then run scripts/build.sh"
  local codename='' id='' version=''
  if [ -r /etc/os-release ]; then
    codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-}")
    id=$(. /etc/os-release; echo "${ID:-unknown}")
    version=$(. /etc/os-release; echo "${VERSION_ID:-}")
  fi
  [ "$codename" = bookworm ] && return
  [ -n "${ELASTEM_ANY_SYSTEM:-}" ] && { say "this is $id $version, not Debian 12: going on as ELASTEM_ANY_SYSTEM is set"; return; }
  fail "this is $id $version; the packages are those of Debian 12 (bookworm). Use a Debian 12 system or container, or set ELASTEM_ANY_SYSTEM=1 to try all the same"
}

install_packages() {
  local wanted missing
  mapfile -t wanted < <(packages_of "$sections")
  mapfile -t missing < <(missing_of "${wanted[@]}")
  if [ "${#missing[@]}" = 0 ]; then
    say "all ${#wanted[@]} packages are installed"
    return
  fi
  say "${#missing[@]} of ${#wanted[@]} packages are missing: ${missing[*]}"
  say "apt-get update"
  as_root apt-get update -qq || fail "apt-get update failed; look at the network and at /etc/apt/sources.list"
  say "apt-get install"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
    fail "apt-get could not install the packages; its message above says which"
  mapfile -t missing < <(missing_of "${wanted[@]}")
  [ "${#missing[@]}" = 0 ] || fail "still missing after the installation: ${missing[*]}"
}

# ScaLAPACK, PETSc and NumPy call whatever stands behind libblas.so.3: the reference BLAS is many times slower.
choose_openblas() {
  local triplet name alternative wanted current
  triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
  for name in libblas.so.3 liblapack.so.3; do
    alternative=$name-$triplet
    wanted=$(update-alternatives --list "$alternative" 2>/dev/null | grep -m1 '/openblas-pthread/' || true)
    [ -n "$wanted" ] || fail "no OpenBLAS stands behind $name; install libopenblas0-pthread"
    current=$(update-alternatives --query "$alternative" | awk '$1 == "Value:" {print $2}')
    if [ "$current" != "$wanted" ]; then
      say "$name: from $current to $wanted"
      as_root update-alternatives --quiet --set "$alternative" "$wanted"
    fi
  done
  say "BLAS and LAPACK are OpenBLAS"
}

require_debian
install_packages
choose_openblas
