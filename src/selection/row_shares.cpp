#include "selection/row_shares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace elastem {

RowShares::RowShares(std::int64_t first, std::int64_t rows, std::size_t sets, float all)
    : first_(first), sets_(sets), values_(static_cast<std::size_t>(rows) * sets, all) {
  require(rows >= 0 && sets > 0, "rows and sets");
}

RowShares halved(const RowShares& shares, std::span<const std::uint8_t> halves) {
  require(std::ssize(halves) == shares.rows(), "a half per row");
  RowShares parts(shares.first(), shares.rows(), 2 * shares.sets(), 0);
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const std::int64_t row = shares.first() + static_cast<std::int64_t>(i);
    for (std::size_t set = 0; set < shares.sets(); ++set)
      parts.of(row)[2 * set + halves[i] - 1] = shares.of(row)[set];
  }
  return parts;
}

void share_between(double value, std::span<const double> places, std::span<float> shares) {
  require(places.size() >= 2 && shares.size() == places.size(), "two places or more, and a share of each");
  const double step = (places.back() - places.front()) / static_cast<double>(places.size() - 1);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double share = 1 - std::abs(value - places[i]) / step;
    shares[i] = share > 0 ? static_cast<float>(share) : 0;  // 0 for NaN too
  }
}

double place_along(std::span<const double> point, std::span<const double> points) {
  const std::size_t width = point.size(), pieces = points.size() / width - 1;
  require(width > 0 && points.size() % width == 0 && points.size() > width, "a line through points");
  double best = std::numeric_limits<double>::infinity(), place = best;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    double along = 0, length = 0;
    for (std::size_t c = 0; c < width; ++c) {
      const double from = points[piece * width + c], way = points[(piece + 1) * width + c] - from;
      along += (point[c] - from) * way;
      length += way * way;
    }
    if (!(length > 0)) continue;
    // The line goes on beyond its ends by a piece's length.
    const double t = std::clamp(along / length, piece == 0 ? -1.0 : 0.0, piece + 1 == pieces ? 2.0 : 1.0);
    double square = 0;
    for (std::size_t c = 0; c < width; ++c) {
      const double from = points[piece * width + c], way = points[(piece + 1) * width + c] - from;
      square += std::pow(point[c] - from - t * way, 2);
    }
    if (square < best) {
      best = square;
      place = static_cast<double>(piece) + t;
    }
  }
  const bool beyond = place <= -1 || place >= static_cast<double>(pieces + 1);
  return std::isfinite(best) && !beyond ? place : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace elastem
