#include "landscape/amplitude_range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

AmplitudeTally::AmplitudeTally(Eigen::Index modes)
    : sums_(static_cast<std::size_t>(2 * modes + 1), 0.0),
      lows_(static_cast<std::size_t>(modes), std::numeric_limits<double>::max()),
      highs_(static_cast<std::size_t>(modes), std::numeric_limits<double>::lowest()) {}

void AmplitudeTally::add(const Eigen::VectorXd& amplitudes) {
  const std::size_t modes = lows_.size();
  sums_[0] += 1;
  for (std::size_t k = 0; k < modes; ++k) {
    const double q = amplitudes[static_cast<Eigen::Index>(k)];
    sums_[1 + k] += q;
    sums_[1 + modes + k] += q * q;
    lows_[k] = std::min(lows_[k], q);
    highs_[k] = std::max(highs_[k], q);
  }
}

AmplitudeRange AmplitudeTally::range() const {
  require(sums_[0] > 0, "the range of some particles");
  const auto modes = static_cast<Eigen::Index>(lows_.size());
  const Eigen::Map<const Eigen::VectorXd> sums(sums_.data() + 1, modes),
      squares(sums_.data() + 1 + modes, modes);
  AmplitudeRange range;
  range.mean = sums / sums_[0];
  range.sd = (squares / sums_[0] - range.mean.cwiseProduct(range.mean)).cwiseMax(0).cwiseSqrt();
  range.low = Eigen::Map<const Eigen::VectorXd>(lows_.data(), modes);
  range.high = Eigen::Map<const Eigen::VectorXd>(highs_.data(), modes);
  return range;
}

std::vector<std::string> far_from_particles(const AmplitudeRange& range, const std::vector<int>& numbers,
                                            const Eigen::VectorXd& place) {
  constexpr double far = 3;          // standard deviations
  constexpr double rounding = 1e-6;  // Å
  std::vector<std::string> sentences;
  for (Eigen::Index k = 0; k < place.size(); ++k) {
    const bool outside = place[k] < range.low[k] - rounding || place[k] > range.high[k] + rounding;
    if (!outside && std::abs(place[k] - range.mean[k]) <= far * range.sd[k] + rounding) continue;
    sentences.push_back(fmt::format(
        "mode {}: {:.1f} Å is {} the particles', which go from {:.1f} to {:.1f} Å (mean {:.1f}, "
        "standard deviation {:.1f})",
        numbers[static_cast<std::size_t>(k)], place[k], outside ? "outside of" : "far from most of",
        range.low[k], range.high[k], range.mean[k], range.sd[k]));
  }
  return sentences;
}

}  // namespace elastem
