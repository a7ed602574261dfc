#include "reconstruction/motion_gain.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double signal = 0.143;
constexpr int fewest_shells = 3;

// The last shell before the curve first falls below the threshold.
int last_with_signal(const std::vector<double>& curve) {
  const auto below = std::find_if(curve.begin() + 1, curve.end(), [](double c) { return c < signal; });
  return static_cast<int>(below - curve.begin()) - 1;
}

}  // namespace

MotionGain motion_gain(const HalfCorrelation& plain, const HalfCorrelation& undone,
                       const HalfCorrelation& shuffled, ImageGrid grid, double seen) {
  MotionGain result{plain.best(), undone.best(), shuffled.best()};
  require(result.plain.size() == result.undone.size() && result.plain.size() == result.shuffled.size() &&
              result.plain.size() > 1,
          "three curves of one grid");
  result.last = std::max({1, last_with_signal(result.plain), last_with_signal(result.undone)});
  const int beyond =
      seen > 0 ? static_cast<int>(std::floor(grid.size * grid.pixel_size / seen)) + 1 : result.last + 1;
  result.held_out = result.last - beyond + 1 >= fewest_shells;
  if (result.held_out) result.first = beyond;
  const double shells = result.last - result.first + 1;
  double squares = 0;
  for (int s = result.first; s <= result.last; ++s) {
    const auto i = static_cast<std::size_t>(s);
    const double gain = result.undone[i] - result.plain[i];
    result.gain += gain / shells;
    squares += gain * gain;
    result.control_gain += (result.shuffled[i] - result.plain[i]) / shells;
  }
  // Neighbouring shells share terms through the mask: as many as count are taken for independent.
  const double variance = std::max(squares / shells - result.gain * result.gain, 0.0);
  result.gain_error = shells > 1 ? std::sqrt(variance / (shells - 1)) : std::abs(result.gain);
  return result;
}

std::string gain_sentence(const MotionGain& g, ImageGrid grid) {
  const double box = grid.size * grid.pixel_size;
  const std::string where = g.held_out
                                ? fmt::format("between {:.1f} and {:.1f} Å, which the alignment did not see,",
                                              box / g.first, box / g.last)
                                : fmt::format("up to {:.1f} Å", box / g.last);
  const std::string figures = fmt::format(
      "{} the halves correlate by {:+.3f} ± {:.3f} more with the motion undone, by {:+.3f} with "
      "that of other particles",
      where, g.gain, g.gain_error, g.control_gain);
  if (!g.won()) return figures + ": no gain is shown";
  return figures + (g.held_out ? ": the gain is the motion's"
                               : ": the gain seems the motion's; align with --max-resolution to prove it on "
                                 "detail that the alignment did not see");
}

}  // namespace elastem
