#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/reconstruction/slab_fft.hpp"
#include "reconstruction/half_correlation.hpp"

namespace elastem {

/// The half of the data that each of this rank's rows of a particle file is of, 1 or 2: rlnRandomSubset where
/// the file has it, else every second image of its stack is of the second half (of every second stack: of the
/// first), so that all rows of one image are of one half; says which in the log. Collective. Throws Error for
/// a subset that is neither.
std::vector<std::uint8_t> halves_of(const Communicator& comm, const ParticleSet& set, Range rows);

/// Where two maps are compared.
struct CorrelationMask {
  double radius = 0;  ///< Å, of a sphere with a soft edge of 5 voxels; 0: no sphere
  std::string file;   ///< a map of weights 0 … 1 of the same box; empty: none

  bool empty() const { return radius == 0 && file.empty(); }
};

/// The weights of some sections of the box, S² values each. Any rank; throws Error for a file that cannot be
/// read or has another box.
std::vector<float> mask_sections(Range sections, const CorrelationMask& mask, ImageGrid grid);

/// Throws Error for a map that is no mask of this box: values that do not lie between 0 and 1, or all 0.
/// Collective.
void require_mask(const Communicator& comm, const std::string& path, ImageGrid grid);

/// Makes the phases of all terms from shell `from` on random: a function of seed and place. Each rank its
/// planes.
void randomise_phases(SlabFft& fft, int from, std::uint64_t seed);

/// Of two files of this grid. The same on any number of ranks but for rounding. Collective. Throws Error for
/// a file that cannot be read or has another box.
HalfCorrelation correlation_of_halves(const Communicator& comm, const std::string& first,
                                      const std::string& second, ImageGrid grid, const CorrelationMask& mask,
                                      std::uint64_t seed);

}  // namespace elastem
