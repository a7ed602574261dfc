#pragma once

#include <complex>
#include <span>
#include <vector>

#include "imaging/fftw.hpp"
#include "mpi/comm/communicator.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {

/// The 3-D transform of a real cube of side M, in place, cut into slabs of planes along z over the ranks
/// (FFTW-MPI, FFTW_ESTIMATE, double precision). A rank may own no plane. Unnormalised: forward then backward
/// multiplies by M³. Move-only; all but the accessors is collective.
class SlabFft {
 public:
  /// Throws Error when the slab does not fit into memory.
  SlabFft(const Communicator& comm, int side);

  int side() const { return side_; }
  int first_plane() const { return first_plane_; }
  int plane_count() const { return plane_count_; }
  /// The rank that owns a plane.
  int owner(int plane) const { return owners_[static_cast<std::size_t>(plane)]; }

  /// The slab in Fourier space: planes of M rows (y) of M/2+1 terms (x), FFTW order.
  std::span<std::complex<double>> spectrum();
  /// The slab in real space: planes of M rows of `row_stride` values, of which the first M count.
  std::span<double> volume();
  int row_stride() const { return 2 * (side_ / 2 + 1); }
  /// In real space a value of one of this rank's planes (counted from its first), x and y from −M/2 on.
  double& voxel(int plane, int y, int x) {
    return volume()[(static_cast<std::size_t>(plane) * static_cast<std::size_t>(side_) +
                     static_cast<std::size_t>((y + side_) % side_)) *
                        static_cast<std::size_t>(row_stride()) +
                    static_cast<std::size_t>((x + side_) % side_)];
  }

  /// volume → spectrum, F(k) = Σ f(x)·exp(−2πi k·x/M).
  void forward();
  /// spectrum → volume, without the factor 1/M³.
  void backward();

 private:
  int side_ = 0, first_plane_ = 0, plane_count_ = 0;
  std::vector<int> owners_;
  FftwArray<double, std::complex<double>> data_;
  FftwPlan<double> forward_plan_, backward_plan_;  ///< destroyed without communicating
};

/// Fourier shell correlation of two volumes of one side, shells 0 … M/2; the same on every rank. Collective.
std::vector<double> correlation_of(const Communicator& comm, SlabFft& first, SlabFft& second,
                                   Counting counting = Counting::evenly);

}  // namespace elastem
