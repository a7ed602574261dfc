#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "imaging/particle.hpp"

namespace elastem {

/// Consecutive rows of what an alignment knows of its particles beyond their results, as the data sets of
/// /fit hold them: row-major, K amplitudes a row. It is what the image alone says, and stays as it is when a
/// learnt prior changes the results.
struct FitRows {
  FitRows(std::size_t rows, std::size_t amplitudes_per_row, bool with_covariance = true);

  std::size_t rows, modes;
  std::vector<float> covariance;  ///< (K+5)² a row
  std::vector<double> amplitudes, euler_angles, shifts, chi2, defocus_change;
  std::vector<std::uint8_t> outlier;
  std::vector<std::uint32_t> checksum;

  std::size_t side() const { return modes + 5; }
  /// CRC-32 (zlib) of a row's covariance, amplitudes, euler_angles, shifts, chi2, defocus_change,
  /// little-endian. `outlier` is not part of it: it is found later, when all rows are known.
  std::uint32_t row_checksum(std::size_t row) const;
  bool intact(std::size_t row) const { return checksum[row] == row_checksum(row); }
  /// A row's details; the covariance stays empty where it was not read.
  FitDetails details(std::size_t row) const;
  /// Puts the amplitudes, the pose and the standard errors (√diag of the covariance) of the image alone into
  /// `result`.
  void restore(std::size_t row, ParticleResult& result) const;
};

/// The rows of some results with their checksums; the pose is that of the result. A particle that is not done
/// may have no details: they become NaN. A done one without them is a bug.
FitRows pack_fits(std::span<const ParticleResult> results, std::size_t modes);

}  // namespace elastem
