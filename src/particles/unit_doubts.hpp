#pragma once

#include <string>
#include <vector>

#include "particles/extremes.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// The lowest and the highest of each quantity of a set that may stand in another unit than is meant.
struct QuantityRanges {
  Extremes voltage, cs, contrast, pixel_size;  ///< kV, mm, share, Å
  Extremes defocus, phase_shift, b_factor;     ///< Å, degrees, Å²
  Extremes angle;                              ///< |rot|, |tilt|, |psi|, degrees
  std::int64_t odd_boxes = 0;                  ///< particles of an odd number of pixels
  std::int64_t posed = 0;                      ///< particles with a pose

  void add(const Particle& particle);
};

/// What in a file looks like another unit or sign than is meant: a sentence each, with the column, its
/// values, what is meant, what it seems to be and how to mend it.
std::vector<std::string> unit_doubts(const ParticleFile& file, const QuantityRanges& ranges);

/// Whether there is a CTF and every defocus is negative: overfocus as it is read.
bool all_overfocus(const QuantityRanges& ranges);

}  // namespace elastem
