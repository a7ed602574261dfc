#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/reconstruction/particle_spectra.hpp"
#include "mpi/reconstruction/slab_fft.hpp"
#include "mpi/storage/result_table.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "selection/row_shares.hpp"

namespace elastem {

/// How many particles went into maps, and why others did not.
struct InsertionCounts {
  std::int64_t used = 0;
  std::vector<double> shares;     ///< the sum of their shares in each map
  std::int64_t without_pose = 0;  ///< the result has no such particle, or it failed or is pending
  std::int64_t outliers = 0;
  std::int64_t unusable = 0;  ///< the image cannot be read
};

/// Which result a particle's pose and refined defocus come from.
struct PoseSource {
  const ResultTable& table;
  const RowMatch& match;  ///< of the particle file's rows, each rank an equal share
  bool with_outliers = false;
  const ElasticModel* subtracted = nullptr;  ///< taken off each image (ParticleSpectra); null: none
};

/// A Fourier volume of oversampled side for images of `size`², of which each rank holds a slab. Move-only.
struct MapVolume {
  /// Collective; throws Error when the slab does not fit into memory.
  MapVolume(const Communicator& comm, int size)
      : fft(comm, oversampling * size),
        slab(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum()) {}

  SlabFft fft;
  FourierSlab slab;
};

/// Bytes of the Fourier volume per term of the half grid: its value and its weight, both of FourierSlab.
inline constexpr std::size_t fourier_term_bytes = sizeof(std::complex<double>) + sizeof(double);

/// Adds the images of all particles that have a pose to Fourier volumes, as much as their `shares` say (of
/// this rank's rows of the particle file, a set per volume), weighted by their CTF, whose defocus is the
/// refined one where the result has it (append_samples), up to `max_radius` in cells of the set's first grid,
/// which is the map's: images of other boxes and pixel sizes are brought to it. Every rank reads an equal
/// share of the images once and sends each sample to the ranks that own the planes it touches, which add it
/// to their slabs. The sums depend on the number of ranks by rounding alone. Collective; throws Error for a
/// row of the particle file that cannot be read.
InsertionCounts insert_images(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                              const RowShares& shares, double max_radius, std::span<MapVolume> volumes,
                              bool show_progress);

/// The samples of all ranks that touch a plane of this one. Collective.
std::vector<FourierSample> samples_of_own_planes(const Communicator& comm, const SlabFft& fft,
                                                 const std::vector<FourierSample>& samples);

}  // namespace elastem
