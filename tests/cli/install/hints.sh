#!/bin/bash
# Configures the project as on another system: pkg-config knows none of the libraries, each lies in a folder of its own
# under the name its authors gave it, and hints say where. Without its hint the message says which one to give.
set -euo pipefail
# shellcheck source=tests/support/script.sh
. "$ELASTEM_SOURCE/tests/support/script.sh"
for module in scalapack-openmpi elpa fftw3 hdf5-openmpi SLEPc PETSc; do
  pkg-config --exists "$module" || { echo "skipped: pkg-config does not know $module" >&2; exit 77; }
done
fresh_folder hints

folder_of() { pkg-config --variable="$1" "$2"; }
libraries=$(folder_of libdir fftw3)
mkdir -p scalapack/lib fftw/lib fftw/include hdf5/lib
ln -s "$libraries/libscalapack-openmpi.so" scalapack/lib/libscalapack.so
for name in fftw3 fftw3f fftw3_mpi; do ln -s "$libraries/lib$name.so" fftw/lib/; done
for name in fftw3.h fftw3-mpi.h; do ln -s "$(folder_of includedir fftw3)/$name" fftw/include/; done
ln -s "$libraries/hdf5/openmpi/libhdf5.so" hdf5/lib/
ln -s "$(pkg-config --cflags-only-I hdf5-openmpi | tr ' ' '\n' | sed -n 's/^-I\(.*hdf5.*\)/\1/p')" hdf5/include
petsc=$(folder_of prefix PETSc)
slepc=$(folder_of prefix SLEPc)
elpa=$(pkg-config --cflags-only-I elpa | sed 's/^-I\([^ ]*\).*/\1/')

# configured HINT…: what CMake prints.
configured() {
  env PKG_CONFIG_LIBDIR=/nonexistent cmake -S "$ELASTEM_SOURCE" -B build -G Ninja -DELASTEM_LEARNING=OFF -DBUILD_TESTING=OFF "$@" \
    >configured.txt 2>&1
}

hints=(-DSCALAPACK_ROOT="$PWD/scalapack" -DFFTW_ROOT="$PWD/fftw" -DHDF5_ROOT="$PWD/hdf5" -DPETSC_DIR="$petsc" -DSLEPC_DIR="$slepc"
  -DELPA_LIBRARIES="$libraries/libelpa.so" -DELPA_INCLUDE_DIRS="$elpa")
configured "${hints[@]}" || fail "not configured with every hint: $(cat configured.txt)"
for line in "scalapack: $PWD/scalapack/lib/libscalapack.so" "fftw3_mpi: $PWD/fftw/lib/libfftw3_mpi.so" "hdf5: .*$PWD/hdf5/lib" \
  "slepc: .*pkg-config SLEPc"; do
  grep -q "$line" configured.txt || fail "nothing says '$line': $(cat configured.txt)"
done

# A list of libraries in place of a folder, as for MKL.
configured -USCALAPACK_ROOT -DSCALAPACK_LIBRARIES="$PWD/scalapack/lib/libscalapack.so;m" ||
  fail "not configured with a list of libraries: $(cat configured.txt)"

# Wrong hints, one after the other.
refused_hint() {
  if configured "${hints[@]}" "$1"; then fail "configured with $1"; fi
  tr -s ' \n' ' ' <configured.txt | grep -q "$2" || fail "$1: the message does not say '$2': $(cat configured.txt)"
}
mkdir -p empty
configured -USCALAPACK_LIBRARIES "${hints[@]}" || fail "not configured again: $(cat configured.txt)"
refused_hint -DSCALAPACK_ROOT="$PWD/empty" "needs scalapack .* not in $PWD/empty.*-DSCALAPACK_ROOT=FOLDER"
refused_hint -DFFTW_ROOT="$PWD/empty" "needs fftw3 .* not in $PWD/empty.*-DFFTW_ROOT=FOLDER"
echo passed
