#pragma once

#include <span>

#include "imaging/particle.hpp"
#include "mpi/storage/row_block.hpp"

namespace elastem {

/// Results as rows of /particles with their checksums. A failed particle may leave its amplitudes and
/// standard errors empty: they become NaN. Any other size than K and K+5, and a longer key than the table
/// has room for, is a bug.
ResultRows pack_results(std::span<const ParticleResult> results, const TableShape& table);

/// The rows of /fit; the pose is that of the result. A particle that is not done may have no details: they
/// become NaN. A done one without them is a bug.
FitRows pack_fits(std::span<const ParticleResult> results, const TableShape& table);

/// The state of a row, or pending when its checksum does not fit or the state is none that is known.
ParticleState checked_state(const ResultRows& rows, std::size_t row);
/// A row as a result; all zero, without a key, where `checked_state` is pending.
ParticleResult unpacked(const ResultRows& rows, std::size_t row);
/// A pending row as `unpacked` gives it.
ParticleResult pending_result(std::size_t modes);
/// The key in a row: what stands before the first zero byte.
std::string key_in(const ResultRows& rows, std::size_t row);

/// A row's details; the covariance stays empty where it was not read.
FitDetails details_in(const FitRows& rows, std::size_t row);
/// Puts the amplitudes, the pose and the standard errors (√diag of the covariance) of the image alone into
/// `result`.
void restore_image_alone(const FitRows& rows, std::size_t row, ParticleResult& result);

}  // namespace elastem
