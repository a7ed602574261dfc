// dense_solvers STRUCTURE hessian FILE: writes the all-atom Hessian (8 Å) as raw doubles, for other programs.
// dense_solvers STRUCTURE DRIVER BLOCK GRID_ROWS [COUNT]: its COUNT lowest eigenpairs (all of them) by one
// driver; prints a line of CSV:
//   driver,ranks,grid,block,order,count,seconds,reduction,tridiagonal,back,lambda7
// DRIVER is elastem (lowest_eigenpairs and the move to contiguous rows), pdsyevd (always all), pdsyevr,
// pdsyevx, elpa1, elpa2 (ELPA with one and with two stages), or stages: reduction,
// divide and conquer, transformation; stages-robust takes LAPACK's robust representations instead, an index
// range per rank.
#include <cstdio>
#include <cstdlib>
#include <elpa/elpa.h>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "mpi/linalg/eigensolver.hpp"
#include "mpi/linalg/scalapack.hpp"
#include "structure/structure_file.hpp"

extern "C" {
// C ← op(Q) C with the reflections of a reduction to tridiagonal form.
void pdormtr_(const char* side, const char* uplo, const char* trans, const int* m, const int* n,
              const double* a, const int* ia, const int* ja, const int* desc_a, const double* tau, double* c,
              const int* ic, const int* jc, const int* desc_c, double* work, const int* lwork, int* info);

// Eigenpairs of a symmetric tridiagonal matrix by divide and conquer: d, e on every rank of the grid, Q
// spread.
void pdstedc_(const char* compz, const int* n, double* d, double* e, double* q, const int* iq, const int* jq,
              const int* desc_q, double* work, const int* lwork, int* iwork, const int* liwork, int* info);

// Eigenpairs of a symmetric tridiagonal matrix by multiple relatively robust representations.
void dstemr_(const char* jobz, const char* range, const int* n, double* d, double* e, const double* vl,
             const double* vu, const int* il, const int* iu, int* m, double* w, double* z, const int* ldz,
             const int* nzc, int* isuppz, int* tryrac, double* work, const int* lwork, int* iwork,
             const int* liwork, int* info);

void pdsytrd_(const char* uplo, const int* n, double* a, const int* ia, const int* ja, const int* desc_a,
              double* d, double* e, double* tau, double* work, const int* lwork, int* info);
void pdsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* ia, const int* ja,
              const int* desc_a, double* w, double* z, const int* iz, const int* jz, const int* desc_z,
              double* work, const int* lwork, int* iwork, const int* liwork, int* info);
void pdsyevr_(const char* jobz, const char* range, const char* uplo, const int* n, double* a, const int* ia,
              const int* ja, const int* desc_a, const double* vl, const double* vu, const int* il,
              const int* iu, int* m, int* nz, double* w, double* z, const int* iz, const int* jz,
              const int* desc_z, double* work, const int* lwork, int* iwork, const int* liwork, int* info);
void pdsyevx_(const char* jobz, const char* range, const char* uplo, const int* n, double* a, const int* ia,
              const int* ja, const int* desc_a, const double* vl, const double* vu, const int* il,
              const int* iu, const double* tolerance, int* m, int* nz, double* w, const double* orfac,
              double* z, const int* iz, const int* jz, const int* desc_z, double* work, const int* lwork,
              int* iwork, const int* liwork, int* ifail, int* clusters, double* gap, int* info);
}

namespace {

using namespace elastem;

constexpr int one = 1, ask = -1;

double now(const Communicator& comm) {
  comm.barrier();
  return MPI_Wtime();
}

/// What a run takes, in seconds, and the eigenvalues it found.
struct Timing {
  double all = 0, reduction = 0, tridiagonal = 0, back = 0;
  std::vector<double> values;
};

// Calls a driver twice: for its work space, then for its work. `slack` numbers are added to what it asks for.
template <class Call>
double timed(const Communicator& comm, std::size_t slack, Call&& call) {
  std::vector<double> work(10);  // pdsyevx answers with three numbers
  std::vector<int> integer_work(10);
  call(work.data(), ask, integer_work.data(), ask);
  work.resize(static_cast<std::size_t>(work[0]) + slack);
  integer_work.resize(static_cast<std::size_t>(integer_work[0]) + slack);
  const double start = now(comm);
  call(work.data(), static_cast<int>(work.size()), integer_work.data(),
       static_cast<int>(integer_work.size()));
  return now(comm) - start;
}

Timing by_driver(const std::string& driver, DistributedMatrix& a, DistributedMatrix& z, int count) {
  const Communicator& comm = a.grid().comm();
  const int n = a.rows();
  const auto order = static_cast<std::size_t>(n), ranks = static_cast<std::size_t>(comm.size());
  Timing timing;
  timing.values.resize(order);
  double* const w = timing.values.data();
  const double unused = 0, tolerance = 2 * std::numeric_limits<double>::min(), reorthogonalise = 1e-3;
  int m = 0, nz = 0, info = 0;
  std::vector<int> fail(order), clusters(2 * ranks);
  std::vector<double> gaps(ranks);
  if (driver == "pdsyevd")
    timing.all = timed(comm, 0, [&](double* work, int size, int* integer_work, int integers) {
      pdsyevd_("V", "L", &n, a.data(), &one, &one, a.descriptor(), w, z.data(), &one, &one, z.descriptor(),
               work, &size, integer_work, &integers, &info);
    });
  else if (driver == "pdsyevr")  // Debian 12's refuses the size it asks for
    timing.all = timed(comm, 100 * order, [&](double* work, int size, int* integer_work, int integers) {
      pdsyevr_("V", "I", "L", &n, a.data(), &one, &one, a.descriptor(), &unused, &unused, &one, &count, &m,
               &nz, w, z.data(), &one, &one, z.descriptor(), work, &size, integer_work, &integers, &info);
    });
  else  // with room to orthogonalise clusters of 500 eigenvalues
    timing.all = timed(comm, 500 * order, [&](double* work, int size, int* integer_work, int integers) {
      pdsyevx_("V", "I", "L", &n, a.data(), &one, &one, a.descriptor(), &unused, &unused, &one, &count,
               &tolerance, &m, &nz, w, &reorthogonalise, z.data(), &one, &one, z.descriptor(), work, &size,
               integer_work, &integers, fail.data(), clusters.data(), gaps.data(), &info);
    });
  if (info != 0) std::fprintf(stderr, "%s: code %d\n", driver.c_str(), info);
  return timing;
}

Timing by_elpa(int solver, DistributedMatrix& a, DistributedMatrix& z, int count) {
  const ProcessGrid& grid = a.grid();
  const Communicator& comm = grid.comm();
  constexpr int api_version = 20221109;
  Timing timing;
  timing.values.resize(static_cast<std::size_t>(a.rows()));
  int code = elpa_init(api_version);
  const elpa_t handle = elpa_allocate(&code);
  const auto set = [&](const char* name, int value) { elpa_set_integer(handle, name, value, &code); };
  set("na", a.rows());
  set("nev", count);
  set("local_nrows", a.local_rows());
  set("local_ncols", a.local_columns());
  set("nblk", a.row_block());
  set("mpi_comm_parent", static_cast<int>(MPI_Comm_c2f(comm.handle())));
  set("process_row", grid.row());
  set("process_col", grid.column());
  code = elpa_setup(handle);
  set("solver", solver);
  const double start = now(comm);
  elpa_eigenvectors_a_h_a_d(handle, a.data(), timing.values.data(), z.data(), &code);
  timing.all = now(comm) - start;
  if (code != ELPA_OK) std::fprintf(stderr, "ELPA: code %d\n", code);
  elpa_deallocate(handle, &code);
  elpa_uninit(&code);
  return timing;
}

// Every rank its range of indices.
double by_robust_representations(const Communicator& comm, std::vector<double> d, std::vector<double> e) {
  const int n = static_cast<int>(d.size());
  const int first = 1 + n * comm.rank() / comm.size(), last = n * (comm.rank() + 1) / comm.size();
  const int count = last - first + 1;
  std::vector<double> values(d.size()), z(d.size() * static_cast<std::size_t>(count));
  std::vector<int> support(2 * static_cast<std::size_t>(count));
  const double unused = 0;
  int found = 0, robust = 1, info = 0;
  return timed(comm, 0, [&](double* work, int size, int* integer_work, int integers) {
    dstemr_("V", "I", &n, d.data(), e.data(), &unused, &unused, &first, &last, &found, values.data(),
            z.data(), &n, &count, support.data(), &robust, work, &size, integer_work, &integers, &info);
  });
}

Timing by_stages(bool robust, DistributedMatrix& a, DistributedMatrix& z) {
  const ProcessGrid& grid = a.grid();
  const Communicator& comm = grid.comm();
  const int n = a.rows();
  const auto order = static_cast<std::size_t>(n);
  std::vector<double> d(order), e(order), tau(order);
  int info = 0;
  Timing timing;
  timing.reduction = timed(comm, 0, [&](double* work, int size, int*, int) {
    pdsytrd_("L", &n, a.data(), &one, &one, a.descriptor(), d.data(), e.data(), tau.data(), work, &size,
             &info);
  });
  std::vector<double> diagonal(order), below(order);
  for (int j = 0; j < a.local_columns() && grid.row() == 0; ++j) {
    const auto column = static_cast<std::size_t>(a.global_column(j));
    diagonal[column] = d[static_cast<std::size_t>(j)];
    below[column] = e[static_cast<std::size_t>(j)];
  }
  comm.sum(std::span(diagonal));
  comm.sum(std::span(below));
  if (robust) timing.tridiagonal = by_robust_representations(comm, diagonal, below);
  std::vector<double> work(2 * static_cast<std::size_t>(a.local_rows()) *
                               static_cast<std::size_t>(a.local_columns()) +
                           6 * order + 1000);
  std::vector<int> integer_work(2 + 7 * order + 8 * static_cast<std::size_t>(grid.columns()));
  const int size = static_cast<int>(work.size()), integers = static_cast<int>(integer_work.size());
  const double start = now(comm);
  pdstedc_("I", &n, diagonal.data(), below.data(), z.data(), &one, &one, z.descriptor(), work.data(), &size,
           integer_work.data(), &integers, &info);
  if (!robust) timing.tridiagonal = now(comm) - start;
  timing.back = timed(comm, 0, [&](double* space, int space_size, int*, int) {
    pdormtr_("L", "L", "N", &n, &n, a.data(), &one, &one, a.descriptor(), tau.data(), z.data(), &one, &one,
             z.descriptor(), space, &space_size, &info);
  });
  timing.all = timing.reduction + timing.tridiagonal + timing.back;
  timing.values = diagonal;
  return timing;
}

Timing by_elastem(DistributedMatrix matrix, int count) {
  const Communicator& comm = matrix.grid().comm();
  const int n = matrix.rows();
  std::vector<std::int64_t> rows;
  for (std::int64_t rank = 0; rank <= comm.size(); ++rank) rows.push_back(n * rank / comm.size());
  Timing timing;
  const double start = now(comm);
  const Eigenpairs pairs = lowest_eigenpairs(std::move(matrix), count, rows);
  timing.all = now(comm) - start;
  timing.values.assign(pairs.values.begin(), pairs.values.end());
  return timing;
}

// H_ij = −d dᵀ/|d|² of nodes nearer than 8 Å, minus their sum on the diagonal: each rank its part.
DistributedMatrix elastic_hessian(const ProcessGrid& grid, const Eigen::Matrix3Xd& positions, int block) {
  constexpr double cutoff = 8;
  DistributedMatrix hessian(grid, positions.size(), positions.size(), block, block);
  const auto add = [&](Eigen::Index i, Eigen::Index j, const Eigen::Matrix3d& values) {
    for (int row = 0; row < 3; ++row)
      for (int column = 0; column < 3; ++column)
        if (double* entry =
                hessian.local_entry(3 * static_cast<int>(i) + row, 3 * static_cast<int>(j) + column))
          *entry += values(row, column);
  };
  for (Eigen::Index i = 0; i < positions.cols(); ++i)
    for (Eigen::Index j = 0; j < positions.cols(); ++j) {
      const Eigen::Vector3d d = positions.col(i) - positions.col(j);
      if (i == j || d.norm() >= cutoff) continue;
      const Eigen::Matrix3d values = d * d.transpose() / d.squaredNorm();
      add(i, j, -values);
      add(i, i, values);
    }
  return hessian;
}

Timing by(const std::string& driver, DistributedMatrix& hessian, DistributedMatrix& vectors, int count) {
  if (driver == "elastem") return by_elastem(std::move(hessian), count);
  if (driver == "stages" || driver == "stages-robust")
    return by_stages(driver == "stages-robust", hessian, vectors);
  if (driver == "elpa1") return by_elpa(ELPA_SOLVER_1STAGE, hessian, vectors, count);
  if (driver == "elpa2") return by_elpa(ELPA_SOLVER_2STAGE, hessian, vectors, count);
  return by_driver(driver, hessian, vectors, count);
}

void write_hessian(const Communicator& comm, const Eigen::Matrix3Xd& positions, const char* path) {
  const ProcessGrid grid(comm, 1, 1);
  DistributedMatrix hessian = elastic_hessian(grid, positions, 64);
  const auto bytes = sizeof(double) * static_cast<std::size_t>(hessian.local_rows()) *
                     static_cast<std::size_t>(hessian.local_columns());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(hessian.data()), static_cast<std::streamsize>(bytes));
}

void run(const Communicator& comm, int words, char** arguments) {
  const Eigen::Matrix3Xd positions = read_structure(arguments[1], {}).structure.positions;
  const std::string driver = arguments[2];
  if (driver == "hessian") return write_hessian(comm, positions, arguments[3]);
  const int block = std::atoi(arguments[3]), rows = words > 4 ? std::atoi(arguments[4]) : 1;
  const ProcessGrid grid(comm, rows, comm.size() / rows);
  DistributedMatrix hessian = elastic_hessian(grid, positions, block);
  const int n = hessian.rows(), count = words > 5 ? std::atoi(arguments[5]) : n;
  DistributedMatrix vectors(grid, driver == "elastem" ? 1 : n, driver == "elastem" ? 1 : n, block, block);
  const Timing timing = by(driver, hessian, vectors, count);
  if (comm.root())
    std::printf("%s,%d,%dx%d,%d,%d,%d,%.2f,%.2f,%.2f,%.2f,%.7f\n", driver.c_str(), comm.size(), rows,
                comm.size() / rows, block, n, count, timing.all, timing.reduction, timing.tridiagonal,
                timing.back, timing.values.at(6));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4)
    return std::fputs("usage: dense_solvers STRUCTURE DRIVER|hessian BLOCK|FILE [GRID_ROWS [COUNT]]\n",
                      stderr),
           2;
  MPI_Init(&count, &arguments);
  run(Communicator::world(), count, arguments);
  MPI_Finalize();
}
