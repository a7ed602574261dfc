#pragma once

#include <Eigen/Core>

#include "imaging/noise_spectrum.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// The power of the noise in each shell of an image, from a table with a column per point: spatial frequency
/// in 1/Å, ascending, and relative power. Shell r stands at r/(S·p); between two points the power is linear
/// in the frequency, beyond the ends it is that of the end. Throws Error, which names --noise-spectrum, for a
/// table that is none: frequencies that do not ascend or are negative, a power below 0, no power in any
/// shell.
NoiseSpectrum noise_of_shells(const Eigen::Matrix2Xd& table, ImageGrid grid);

}  // namespace elastem
