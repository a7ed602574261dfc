#include "mpi/reconstruction/slab_fft.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <fftw3-mpi.h>

#include "core/error.hpp"

namespace elastem {
namespace {

// FFTW's two precisions behind one set of names.
template <class Real>
struct Library;

template <>
struct Library<double> {
  using Plan = fftw_plan;
  static void start() { fftw_mpi_init(); }
  static std::ptrdiff_t local_size(std::ptrdiff_t side, MPI_Comm comm, std::ptrdiff_t* count,
                                   std::ptrdiff_t* first) {
    return fftw_mpi_local_size_3d(side, side, side / 2 + 1, comm, count, first);
  }
  static std::complex<double>* allocate(std::size_t terms) {
    return reinterpret_cast<std::complex<double>*>(fftw_alloc_complex(terms));
  }
  static Plan forward(std::ptrdiff_t side, std::complex<double>* data, MPI_Comm comm) {
    return fftw_mpi_plan_dft_r2c_3d(side, side, side, reinterpret_cast<double*>(data),
                                    reinterpret_cast<fftw_complex*>(data), comm, FFTW_ESTIMATE);
  }
  static Plan backward(std::ptrdiff_t side, std::complex<double>* data, MPI_Comm comm) {
    return fftw_mpi_plan_dft_c2r_3d(side, side, side, reinterpret_cast<fftw_complex*>(data),
                                    reinterpret_cast<double*>(data), comm, FFTW_ESTIMATE);
  }
  static void execute(void* plan) { fftw_execute(static_cast<Plan>(plan)); }
  static void destroy(void* plan) { fftw_destroy_plan(static_cast<Plan>(plan)); }
  static void free(void* data) { fftw_free(data); }
};

template <>
struct Library<float> {
  using Plan = fftwf_plan;
  static void start() { fftwf_mpi_init(); }
  static std::ptrdiff_t local_size(std::ptrdiff_t side, MPI_Comm comm, std::ptrdiff_t* count,
                                   std::ptrdiff_t* first) {
    return fftwf_mpi_local_size_3d(side, side, side / 2 + 1, comm, count, first);
  }
  static std::complex<float>* allocate(std::size_t terms) {
    return reinterpret_cast<std::complex<float>*>(fftwf_alloc_complex(terms));
  }
  static Plan forward(std::ptrdiff_t side, std::complex<float>* data, MPI_Comm comm) {
    return fftwf_mpi_plan_dft_r2c_3d(side, side, side, reinterpret_cast<float*>(data),
                                     reinterpret_cast<fftwf_complex*>(data), comm, FFTW_ESTIMATE);
  }
  static Plan backward(std::ptrdiff_t side, std::complex<float>* data, MPI_Comm comm) {
    return fftwf_mpi_plan_dft_c2r_3d(side, side, side, reinterpret_cast<fftwf_complex*>(data),
                                     reinterpret_cast<float*>(data), comm, FFTW_ESTIMATE);
  }
  static void execute(void* plan) { fftwf_execute(static_cast<Plan>(plan)); }
  static void destroy(void* plan) { fftwf_destroy_plan(static_cast<Plan>(plan)); }
  static void free(void* data) { fftwf_free(data); }
};

}  // namespace

template <class Real>
SlabFft<Real>::SlabFft(const Communicator& comm, int side) : side_(side) {
  require(side > 0, "a positive side");
  Library<Real>::start();  // may be called again
  std::ptrdiff_t count = 0, first = 0;
  const std::ptrdiff_t terms = Library<Real>::local_size(side, comm.handle(), &count, &first);
  plane_count_ = static_cast<int>(count);
  first_plane_ = count > 0 ? static_cast<int>(first) : 0;
  collectively(comm, [&] {
    data_ = Library<Real>::allocate(static_cast<std::size_t>(terms > 0 ? terms : 1));
    if (data_ == nullptr)
      throw Error("no memory for a slab of a Fourier volume of side " + std::to_string(side) + " (" +
                  std::to_string(terms * static_cast<std::ptrdiff_t>(sizeof(*data_)) / 1048576) +
                  " MiB on this rank): use more nodes");
  });
  forward_plan_ = Library<Real>::forward(side, data_, comm.handle());
  backward_plan_ = Library<Real>::backward(side, data_, comm.handle());
  require(forward_plan_ != nullptr && backward_plan_ != nullptr, "FFTW makes a plan");

  std::vector<int> counts(static_cast<std::size_t>(comm.size()));
  MPI_Allgather(&plane_count_, 1, MPI_INT, counts.data(), 1, MPI_INT, comm.handle());
  for (int rank = 0; rank < comm.size(); ++rank)
    owners_.insert(owners_.end(), static_cast<std::size_t>(counts[static_cast<std::size_t>(rank)]), rank);
  require(static_cast<int>(owners_.size()) == side, "every plane has an owner");
}

template <class Real>
SlabFft<Real>::SlabFft(SlabFft&& other) noexcept
    : side_(other.side_),
      first_plane_(other.first_plane_),
      plane_count_(other.plane_count_),
      owners_(std::move(other.owners_)),
      data_(std::exchange(other.data_, nullptr)),
      forward_plan_(std::exchange(other.forward_plan_, nullptr)),
      backward_plan_(std::exchange(other.backward_plan_, nullptr)) {}

template <class Real>
SlabFft<Real>& SlabFft<Real>::operator=(SlabFft&& other) noexcept {
  if (this == &other) return *this;
  release();
  side_ = other.side_;
  first_plane_ = other.first_plane_;
  plane_count_ = other.plane_count_;
  owners_ = std::move(other.owners_);
  data_ = std::exchange(other.data_, nullptr);
  forward_plan_ = std::exchange(other.forward_plan_, nullptr);
  backward_plan_ = std::exchange(other.backward_plan_, nullptr);
  return *this;
}

template <class Real>
SlabFft<Real>::~SlabFft() {
  release();
}

// Destroying a plan frees memory only; FFTW-MPI does not communicate here.
template <class Real>
void SlabFft<Real>::release() noexcept {
  if (forward_plan_ != nullptr) Library<Real>::destroy(forward_plan_);
  if (backward_plan_ != nullptr) Library<Real>::destroy(backward_plan_);
  if (data_ != nullptr) Library<Real>::free(data_);
  forward_plan_ = backward_plan_ = nullptr;
  data_ = nullptr;
}

template <class Real>
std::span<std::complex<Real>> SlabFft<Real>::spectrum() {
  return {data_, static_cast<std::size_t>(plane_count_) * static_cast<std::size_t>(side_) *
                     static_cast<std::size_t>(side_ / 2 + 1)};
}

template <class Real>
std::span<Real> SlabFft<Real>::volume() {
  return {reinterpret_cast<Real*>(data_), static_cast<std::size_t>(plane_count_) *
                                              static_cast<std::size_t>(side_) *
                                              static_cast<std::size_t>(row_stride())};
}

template <class Real>
void SlabFft<Real>::forward() {
  Library<Real>::execute(forward_plan_);
}

template <class Real>
void SlabFft<Real>::backward() {
  Library<Real>::execute(backward_plan_);
}

template class SlabFft<float>;
template class SlabFft<double>;

}  // namespace elastem
