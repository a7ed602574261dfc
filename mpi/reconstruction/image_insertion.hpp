#pragma once

#include <cstdint>

#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/reconstruction/slab_fft.hpp"
#include "mpi/storage/result_table.hpp"
#include "reconstruction/fourier_slab.hpp"

namespace elastem {

/// How many particles went into a map, and why others did not.
struct InsertionCounts {
  std::int64_t used = 0;
  std::int64_t without_pose = 0;  ///< the result has no such particle, or it failed or is pending
  std::int64_t outliers = 0;
  std::int64_t unusable = 0;  ///< the image cannot be read
};

/// Which result a particle's pose and refined defocus come from.
struct PoseSource {
  const ResultTable& table;
  const RowMatch& match;  ///< of the particle file's rows, each rank an equal share
  bool with_outliers = false;
};

/// Bytes of the Fourier volume per term of the half grid: its value and its weight, both of FourierSlab.
inline constexpr std::size_t fourier_term_bytes = sizeof(std::complex<double>) + sizeof(double);

/// Adds the images of all particles that have a pose to the Fourier volume, weighted by their CTF, whose
/// defocus is the refined one where the result has it (append_samples), up to `max_radius` in cells of the
/// images' own grid. Every rank reads an equal share of the images and sends each sample to the ranks that
/// own the planes it touches (`fft.owner`), which add it to their `slab`. The sums depend on the number of
/// ranks by rounding alone. Collective; throws Error for a row of the particle file that cannot be read.
InsertionCounts insert_images(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                              double max_radius, const SlabFft& fft, FourierSlab& slab, bool show_progress);

/// The samples of all ranks that touch a plane of this one. Collective.
std::vector<FourierSample> samples_of_own_planes(const Communicator& comm, const SlabFft& fft,
                                                 const std::vector<FourierSample>& samples);

}  // namespace elastem
