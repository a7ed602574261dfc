#pragma once

#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "reconstruction/half_correlation.hpp"

namespace elastem {

/// Whether a map is better for its motion undone: the correlation of half maps as they are, with every
/// particle's motion undone, and with the motion of other particles undone (the control, which has the same
/// smoothing and the same model but no truth).
struct MotionGain {
  std::vector<double> plain, undone, shuffled;  ///< HalfCorrelation::best of each, shells 0 … S/2
  int first = 1, last = 1;  ///< the shells that are compared: up to where the best of them falls below 0.143
  bool held_out = false;    ///< the alignment did not see them
  double gain = 0;          ///< mean over the shells of undone − plain
  double gain_error = 0;    ///< its standard error, from the shells' scatter
  double control_gain = 0;  ///< mean of shuffled − plain

  /// The gain is twice its error or more, and at most half of it comes without the right motion.
  bool won() const { return gain > 0 && gain >= 2 * gain_error && control_gain <= gain / 2; }
};

/// Compares the curves of a grid; `seen` [Å]: the finest detail that the alignment used. Where three shells
/// or more beyond it have a signal, those alone count; 0: it used all.
MotionGain motion_gain(const HalfCorrelation& plain, const HalfCorrelation& undone,
                       const HalfCorrelation& shuffled, ImageGrid grid, double seen);

/// In a sentence for people.
std::string gain_sentence(const MotionGain& gain, ImageGrid grid);

}  // namespace elastem
