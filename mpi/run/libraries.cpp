// What the program runs on: versions, and which BLAS the loader chose.
#include "mpi/run/libraries.hpp"

#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <Eigen/Core>
#include <boost/version.hpp>
#include <fftw3.h>
#include <gemmi/version.hpp>
#include <hdf5.h>
#include <mpi.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/version.h>
#include <zlib.h>

#include "core/processor.hpp"
#include "elastem_version.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {
namespace {

// The file that holds a symbol as the loader resolved it, "" when no loaded library has it.
std::string file_of_symbol(const char* symbol) {
  void* const address = dlsym(RTLD_DEFAULT, symbol);
  Dl_info info;
  if (!address || !dladdr(address, &info) || !info.dli_fname) return "";
  char resolved[PATH_MAX];
  return realpath(info.dli_fname, resolved) ? resolved : info.dli_fname;
}

// "2.2.1" of "/usr/lib/libscalapack-openmpi.so.2.2.1".
std::string version_in_name(const std::string& path) {
  const auto at = path.find(".so.");
  return at == std::string::npos ? path : path.substr(at + 4);
}

template <class F>
F function(const char* symbol) {
  return reinterpret_cast<F>(dlsym(RTLD_DEFAULT, symbol));
}

// "OpenBLAS 0.3.21 …" when that is what is loaded.
std::string blas_configuration() {
  const auto config = function<char* (*)()>("openblas_get_config");
  const auto core = function<char* (*)()>("openblas_get_corename");
  if (!config) return "";
  return std::string(config()) + (core ? std::string(", kernels for ") + core() : "");
}

// "OpenMPI 4.1.4", or "MPI " and the first line of what another says of itself.
std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string version(text, static_cast<std::size_t>(length));
  const std::string lead = "Open MPI v";
  if (version.starts_with(lead))
    return "OpenMPI " + version.substr(lead.size(), version.find(',') - lead.size());
  return "MPI " + version.substr(0, version.find('\n'));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

std::string fftw() {
  const std::string text = fftw_version;  // "fftw-3.3.10-sse2-avx"
  return text.substr(text.find('-') + 1);
}

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

std::string program_version() {
  return ELASTEM_VERSION;
}
std::string program_commit() {
  return ELASTEM_COMMIT;
}

std::vector<std::string> library_versions() {
  std::vector<std::string> lines = {
      "compiler " + std::string(__VERSION__),
      mpi_version(),
      "FFTW " + fftw(),
      "HDF5 " + hdf5_version(),
      "Eigen " + dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION),
      "Boost " + dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100),
      std::string("gemmi ") + GEMMI_VERSION,
      "spdlog " + dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH),
      "zlib " + std::string(zlibVersion())};
  if (const auto path = file_of_symbol("pdsyevd_"); !path.empty())
    lines.push_back("ScaLAPACK " + version_in_name(path) + " (" + path + ")");
  if (const auto path = file_of_symbol("SlepcInitialize"); !path.empty())
    lines.push_back("SLEPc " + version_in_name(path));
#ifdef ELASTEM_TORCH_VERSION
  lines.push_back("LibTorch " ELASTEM_TORCH_VERSION);
#endif
  const std::string blas = file_of_symbol("dgemm_"), lapack = file_of_symbol("dsyevd_");
  const std::string configuration = blas_configuration();
  if (!blas.empty())
    lines.push_back("BLAS " + blas + (configuration.empty() ? "" : " (" + configuration + ")"));
  if (!lapack.empty()) lines.push_back("LAPACK " + lapack);
  return lines;
}

std::string blas_warning() {
  const auto is_tuned = [](const std::string& path) {
    for (const char* name : {"openblas", "mkl", "blis", "flexiblas", "armpl", "libsci", "essl", "atlas"})
      if (path.find(name) != std::string::npos) return true;
    return false;
  };
  for (const char* symbol : {"dgemm_", "dsyevd_"}) {
    const std::string path = file_of_symbol(symbol);
    if (path.empty() || is_tuned(path)) continue;
    return fmt::format(
        "{} seems to be the reference BLAS or LAPACK: eigenvalue problems will be slow; use OpenBLAS (on "
        "Debian "
        "scripts/setup.sh chooses it, or update-alternatives)",
        path);
  }
  return "";
}

void restart_with_fast_blas(char** argv) {
  const auto core = function<char* (*)()>("openblas_get_corename");
  if (!core || std::getenv("OPENBLAS_CORETYPE") || std::string(core()) != "Prescott") return;
  const InstructionSets has = processor_instructions();
  if (!has.avx2) return;
  setenv("OPENBLAS_CORETYPE", has.avx512 ? "SkylakeX" : "Haswell", 1);
  execv("/proc/self/exe", argv);  // returns only when it fails; slow kernels are right too
}

void limit_library_threads() {
  // The environment was read when the libraries were loaded: their own functions still work.
  const bool openmp_set = std::getenv("OMP_NUM_THREADS") != nullptr;
  const bool blas_set = openmp_set || std::getenv("OPENBLAS_NUM_THREADS") != nullptr;
  if (const auto set = function<void (*)(int)>("openblas_set_num_threads"); set && !blas_set) set(1);
  if (const auto set = function<void (*)(int)>("omp_set_num_threads"); set && !openmp_set) set(1);
}

}  // namespace elastem
