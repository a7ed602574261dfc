# Every library the program links, as imported targets. On Debian 12 all are packages, which scripts/setup.sh installs;
# docs/install.md says how to point to those of another system.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

include(CheckCXXSourceCompiles)
include(CheckCXXSymbolExists)
include(external_library)
find_package(PkgConfig)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(nlohmann_json REQUIRED)

# A system with several MPIs keeps a library for each of them, named after it.
set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_CXX)
check_cxx_symbol_exists(OPEN_MPI mpi.h ELASTEM_OPENMPI)
check_cxx_symbol_exists(MPICH_VERSION mpi.h ELASTEM_MPICH)
unset(CMAKE_REQUIRED_LIBRARIES)
set(flavour mpi)
if(ELASTEM_OPENMPI)
  set(flavour openmpi)
elseif(ELASTEM_MPICH)
  set(flavour mpich)
endif()
message(STATUS "MPI: ${MPI_CXX_LIBRARIES} (${flavour})")

# BLAS and LAPACK: BLA_VENDOR chooses, else OpenBLAS where there is one.
if(NOT BLA_VENDOR AND NOT DEFINED ENV{BLA_VENDOR})
  set(BLA_VENDOR OpenBLAS)
  find_package(LAPACK QUIET)
  if(NOT LAPACK_FOUND)
    unset(BLA_VENDOR)
  endif()
endif()
if(NOT LAPACK_FOUND)
  find_package(LAPACK REQUIRED)
endif()
message(STATUS "LAPACK: ${LAPACK_LIBRARIES}")

external_library(fftw3 ROOT FFTW_ROOT HEADER fftw3.h NAMES fftw3 MODULES fftw3)
external_library(fftw3f ROOT FFTW_ROOT HEADER fftw3.h NAMES fftw3f MODULES fftw3f)
external_library(fftw3_mpi ROOT FFTW_ROOT HEADER fftw3-mpi.h NAMES fftw3_mpi BESIDE fftw3 USES external::fftw3 MPI::MPI_CXX)
external_library(plplot ROOT PLPLOT_ROOT HEADER plplot/plplot.h NAMES plplot MODULES plplot)
external_library(scalapack ROOT SCALAPACK_ROOT NAMES scalapack-${flavour} scalapack MODULES scalapack-${flavour} scalapack
  USES LAPACK::LAPACK MPI::MPI_CXX)
external_library(elpa ROOT ELPA_ROOT HEADER elpa/elpa.h NAMES elpa MODULES elpa USES external::scalapack)

# PETSc and SLEPc in their own folders: PETSC_DIR and SLEPC_DIR, with PETSC_ARCH where they were built and not installed.
foreach(variable PETSC_DIR SLEPC_DIR PETSC_ARCH)
  if(NOT ${variable})
    set(${variable} $ENV{${variable}})
  endif()
endforeach()
foreach(folder ${PETSC_DIR} ${SLEPC_DIR})
  set(ENV{PKG_CONFIG_PATH} "${folder}/${PETSC_ARCH}/lib/pkgconfig:${folder}/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
endforeach()
external_library(petsc ROOT PETSC_ROOT HEADER petsc.h NAMES petsc_real petsc MODULES PETSc petsc USES MPI::MPI_CXX)
external_library(slepc ROOT SLEPC_ROOT HEADER slepceps.h NAMES slepc_real slepc MODULES SLEPc slepc USES external::petsc)
external_check(ELASTEM_PETSC_FITS "#include <petscconf.h>
  #if defined(PETSC_USE_COMPLEX) || !defined(PETSC_USE_REAL_DOUBLE) || !defined(PETSC_HAVE_MUMPS)
  #error
  #endif"
  USES external::petsc MPI::MPI_CXX
  OR "PETSc must be built for real numbers in double precision and with MUMPS; point PETSC_DIR and SLEPC_DIR to such builds.")

# HDF5 for this MPI: under the flavour's name, else what CMake finds (HDF5_ROOT says where).
if(NOT HDF5_ROOT AND NOT DEFINED ENV{HDF5_ROOT} AND PKG_CONFIG_FOUND)
  pkg_check_modules(HDF5_MODULE QUIET IMPORTED_TARGET hdf5-${flavour})
endif()
add_library(external::hdf5 INTERFACE IMPORTED)
if(HDF5_MODULE_FOUND)
  target_link_libraries(external::hdf5 INTERFACE PkgConfig::HDF5_MODULE)
  message(STATUS "hdf5: ${HDF5_MODULE_VERSION}, pkg-config hdf5-${flavour}")
else()
  set(HDF5_PREFER_PARALLEL ON)
  find_package(HDF5 COMPONENTS C)
  if(NOT HDF5_FOUND)
    message(FATAL_ERROR "elastem needs HDF5 with MPI; give its folder by -DHDF5_ROOT=FOLDER. See docs/install.md.")
  endif()
  target_link_libraries(external::hdf5 INTERFACE hdf5::hdf5)
  message(STATUS "hdf5: ${HDF5_VERSION}, ${HDF5_C_LIBRARIES}")
endif()
external_check(ELASTEM_HDF5_FITS "#include <hdf5.h>
  #ifndef H5_HAVE_PARALLEL
  #error
  #endif"
  USES external::hdf5 MPI::MPI_CXX
  OR "The HDF5 that was found is not built for MPI (H5_HAVE_PARALLEL); point to one that is by -DHDF5_ROOT=FOLDER.")

find_path(GEMMI_INCLUDE_DIR gemmi/cif.hpp REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
add_library(elastem_headers INTERFACE)
target_include_directories(elastem_headers SYSTEM INTERFACE ${GEMMI_INCLUDE_DIR} ${RANDOM123_INCLUDE_DIR})

if(ELASTEM_LEARNING)
  find_package(Torch 1.13 REQUIRED)
  if(Torch_VERSION VERSION_GREATER_EQUAL 2)
    message(WARNING "LibTorch ${Torch_VERSION}: elastem is tested with 1.13 and uses some of its internals (gradient "
                    "hooks in flat_parameters.cpp, CUDA hooks in compute_device.cpp, oneDNN weights in convolution.cpp)")
  endif()
endif()
