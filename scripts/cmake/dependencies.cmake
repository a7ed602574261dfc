# Every library the program links, as imported targets. All are Debian packages: scripts/setup.sh installs them.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(PkgConfig REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)

pkg_check_modules(FFTW3 REQUIRED IMPORTED_TARGET fftw3)
pkg_check_modules(FFTW3F REQUIRED IMPORTED_TARGET fftw3f)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-openmpi)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(PLPLOT REQUIRED IMPORTED_TARGET plplot)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(SLEPC REQUIRED IMPORTED_TARGET SLEPc)  # and PETSc, with MUMPS

# Debian's own scalapack-config.cmake names a file that is not there.
find_library(SCALAPACK_LIBRARY scalapack-openmpi REQUIRED)
add_library(scalapack INTERFACE)
target_link_libraries(scalapack INTERFACE ${SCALAPACK_LIBRARY} PkgConfig::OPENBLAS)

find_library(FFTW3_MPI_LIBRARY fftw3_mpi REQUIRED)
find_library(FFTW3F_MPI_LIBRARY fftw3f_mpi REQUIRED)
find_path(GEMMI_INCLUDE_DIR gemmi/cif.hpp REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

add_library(elastem_headers INTERFACE)
target_include_directories(elastem_headers SYSTEM INTERFACE ${GEMMI_INCLUDE_DIR} ${RANDOM123_INCLUDE_DIR})

if(ELASTEM_LEARNING)
  find_package(Torch REQUIRED)
endif()
