#include "mpi/reconstruction/slab_fft.hpp"

#include <array>
#include <cstddef>

#include <fftw3-mpi.h>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

SlabFft::SlabFft(const Communicator& comm, int side) : side_(side) {
  require(side > 0, "a positive side");
  fftw_mpi_init();  // may be called again
  std::ptrdiff_t count = 0, first = 0;
  const std::ptrdiff_t terms =
      fftw_mpi_local_size_3d(side, side, side / 2 + 1, comm.handle(), &count, &first);
  plane_count_ = static_cast<int>(count);
  first_plane_ = count > 0 ? static_cast<int>(first) : 0;
  collectively(comm, [&] {
    const std::size_t wanted = terms > 0 ? static_cast<std::size_t>(terms) : 1;
    data_.reset(reinterpret_cast<std::complex<double>*>(fftw_alloc_complex(wanted)));
    if (data_ == nullptr)
      throw Error(fmt::format(
          "no memory for a slab of a Fourier volume of side {} ({} MiB on this rank): use more nodes", side,
          wanted * sizeof(std::complex<double>) >> 20));
  });
  auto* complex = reinterpret_cast<fftw_complex*>(data_.get());
  auto* real = reinterpret_cast<double*>(data_.get());
  forward_plan_.reset(
      fftw_mpi_plan_dft_r2c_3d(side, side, side, real, complex, comm.handle(), FFTW_ESTIMATE));
  backward_plan_.reset(
      fftw_mpi_plan_dft_c2r_3d(side, side, side, complex, real, comm.handle(), FFTW_ESTIMATE));
  collectively(comm,
               [&] { require(forward_plan_ != nullptr && backward_plan_ != nullptr, "FFTW makes a plan"); });

  int rank = 0;
  for (const int planes : comm.all_gathered(std::array{plane_count_}))
    owners_.insert(owners_.end(), static_cast<std::size_t>(planes), rank++);
  require(static_cast<int>(owners_.size()) == side, "every plane has an owner");
}

std::span<std::complex<double>> SlabFft::spectrum() {
  return {data_.get(), static_cast<std::size_t>(plane_count_) * static_cast<std::size_t>(side_) *
                           static_cast<std::size_t>(side_ / 2 + 1)};
}

std::span<double> SlabFft::volume() {
  return {reinterpret_cast<double*>(data_.get()), static_cast<std::size_t>(plane_count_) *
                                                      static_cast<std::size_t>(side_) *
                                                      static_cast<std::size_t>(row_stride())};
}

void SlabFft::forward() {
  fftw_execute(forward_plan_.get());
}

void SlabFft::backward() {
  fftw_execute(backward_plan_.get());
}

std::vector<double> correlation_of(const Communicator& comm, SlabFft& first, SlabFft& second,
                                   Counting counting) {
  ShellSums sums(first.side());
  add_planes(sums, first.first_plane(), first.spectrum(), second.spectrum(), counting);
  for (auto* values : {&sums.product, &sums.first_power, &sums.second_power}) comm.sum(*values);
  return shell_correlation(sums);
}

}  // namespace elastem
