#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "alignment/evaluated_rows.hpp"
#include "alignment/sliced_moments.hpp"
#include "imaging/particle.hpp"

namespace elastem {

/// A pose counts as found when the full rotation is within this many degrees of the truth.
inline constexpr double found_within = 15.0;

/// One mode's amplitude against the truth; all in Å but the two without a unit.
struct ModeErrors {
  Summary error;  ///< |estimate − truth|
  double bound = 0;  ///< mean of √(2/π)·σ, σ the truth's Cramér–Rao standard error; NaN where truth has none
  double ratio = 0;    ///< mean error over bound, over the images that have a bound
  double pull_sd = 0;  ///< sd of (estimate − truth)/(stored standard error); NaN without standard errors
};

/// The errors of a group of images.
struct GroupErrors {
  std::int64_t count = 0;
  std::vector<ModeErrors> modes;
  ModeErrors global;                                 ///< mean over the modes (sd: of an image's mean error)
  Summary coordinate_rmsd;                           ///< |Δq|/√N in Å: RMSD of the atoms' positions
  Summary direction;                                 ///< degrees between the viewing directions
  Summary rotation;                                  ///< degrees of the full rotation
  double direction_median = 0, rotation_median = 0;  ///< to 0.01°
  double share_above_15 = 0;                         ///< of the full rotation, 0 … 1
  Summary shift;                                     ///< Å, length of the shift's error
  std::array<double, 5> pose_pull_sd{};  ///< as pull_sd, for rotations about x, y, the view axis, shifts x, y
  /// Median of stored over truth's standard errors: amplitudes, rotations, shifts; to 0.2 %. NaN without any.
  double amplitude_error_ratio = 0, rotation_error_ratio = 0, shift_error_ratio = 0;
};

struct EvaluationReport : EvaluatedRows {
  GroupErrors all, found;  ///< over all done rows; over those with the full rotation within 15°
};

/// Sums up how far results lie from the truth, in memory that does not grow with the number of images. A rank
/// adds whole slices of the rows, each in ascending order; the flat sums and counts are then added over
/// ranks; the report adds the slices in order: its numbers are the same to the last bit on any number of
/// ranks.
class Evaluation {
 public:
  Evaluation(int mode_count, std::int64_t rows);

  /// How the rows are cut.
  const RowSlices& slices() const { return moments_.slices(); }

  /// One row. Rows that are not done are counted and skipped; a row whose truth is not done is a pending one.
  void add(std::int64_t row, const ParticleResult& estimate, const ParticleResult& truth);

  /// What is to be added element by element over ranks before `report`.
  std::span<double> sums() { return moments_.sums(); }
  std::span<std::int64_t> counts() { return counts_; }

  /// `atom_count` N scales the coordinate RMSD.
  EvaluationReport report(std::int64_t atom_count) const;

 private:
  void note(int group, int quantity, double value);
  void tally(int group, int histogram, double position);
  void add_to_group(int group, const ParticleResult& estimate, const ParticleResult& truth);
  double quantile_position(int group, int histogram, double share) const;
  double median_angle(int group, int histogram) const;
  double median_ratio(int group, int histogram) const;
  GroupErrors group_errors(int group, double atom_count) const;

  int modes_;
  int quantities_;
  SlicedMoments moments_;
  std::vector<std::int64_t> counts_;
};

}  // namespace elastem
