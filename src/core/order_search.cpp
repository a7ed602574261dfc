#include "core/order_search.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr std::uint64_t sign = std::uint64_t{1} << 63;

// Larger for larger numbers; both zeros are the same.
std::uint64_t ordered_bits(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

double of_ordered_bits(std::uint64_t bits) {
  return std::bit_cast<double>((bits & sign) != 0 ? bits & ~sign : ~bits);
}

}  // namespace

void OrderSearch::count(std::span<const double> values) {
  require(known_ < 64, "a step that is left");
  const int shift = 56 - known_;
  const std::uint64_t mask = known_ == 0 ? 0 : ~std::uint64_t{0} << (64 - known_);
  for (const double value : values) {
    const std::uint64_t bits = ordered_bits(value);
    if ((bits & mask) == bits_) ++counts_[(bits >> shift) & 0xFFU];
  }
}

void OrderSearch::narrow() {
  std::uint64_t digit = 0;
  while (digit < counts_.size() && place_ >= counts_[digit]) place_ -= counts_[digit++];
  require(digit < counts_.size(), "more numbers than the place");
  bits_ |= digit << (56 - known_);
  known_ += 8;
  counts_.fill(0);
}

double OrderSearch::value() const {
  require(known_ == 64, "all steps");
  return of_ordered_bits(bits_);
}

QuantilePlace QuantilePlace::of(std::int64_t n, double share) {
  require(n > 0 && share >= 0 && share <= 1, "a share of some numbers");
  const double at = static_cast<double>(n - 1) * share;
  const double below = std::min(std::floor(at), static_cast<double>(n - 1));
  return {static_cast<std::int64_t>(below), at - below};
}

double QuantilePlace::value(double low, double high) const {
  if (low == high) return low;  // also where both are infinite
  const double step = high - low;
  return fraction < 0.5 ? low + step * fraction : high - step * (1 - fraction);
}

}  // namespace elastem
