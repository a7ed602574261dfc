#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "imaging/particle.hpp"

namespace elastem {

/// Consecutive rows of a result table as its data sets hold them: row-major, K amplitudes a row.
struct ResultRows {
  ResultRows(std::size_t rows, std::size_t amplitudes_per_row);

  std::size_t rows, modes;
  std::vector<double> amplitudes, euler_angles, shifts, standard_errors, score;
  std::vector<std::uint8_t> state, reason;
  std::vector<std::uint32_t> checksum;

  /// CRC-32 (zlib) of a row's fields in the order amplitudes, euler_angles, shifts, standard_errors, score,
  /// state, reason, little-endian.
  std::uint32_t row_checksum(std::size_t row) const;
  /// `state` of a row, or pending when its checksum does not fit or the state is none we know.
  ParticleState checked_state(std::size_t row) const;
  /// A row as a result; all zero and pending where `checked_state` is pending.
  ParticleResult result(std::size_t row) const;
  /// A pending row as `result` gives it.
  ParticleResult pending_result() const;
};

/// The rows of some results with their checksums. A failed particle may leave its amplitudes and standard
/// errors empty: they become NaN. Any other size than K and K+5 is a bug.
ResultRows pack_results(std::span<const ParticleResult> results, std::size_t modes);

}  // namespace elastem
