#include "report/page_particles.hpp"

#include <algorithm>
#include <cmath>

namespace elastem {

std::string page_codes(const PageColumn& column, std::span<const float> values) {
  const double greatest = column.levels() - 1;
  const double scale = column.high > column.low ? greatest / (column.high - column.low) : 0;
  std::string codes;
  codes.reserve(values.size() * static_cast<std::size_t>(column.bytes));
  for (const float value : values) {
    const auto code = static_cast<std::uint32_t>(
        std::isnan(value) ? column.levels()
                          : std::clamp(std::round((value - column.low) * scale), 0.0, greatest));
    codes += static_cast<char>(code & 255u);
    if (column.bytes == 2) codes += static_cast<char>(code >> 8u);
  }
  return codes;
}

void PageKeys::add(std::int64_t index, std::int64_t stack) {
  const bool changes = stack != stack_;
  const std::int64_t step = index - (changes ? 0 : index_) - 1;
  const auto zigzag =
      step < 0 ? 2 * static_cast<std::uint64_t>(-step) - 1 : 2 * static_cast<std::uint64_t>(step);
  put(2 * zigzag + (changes ? 1 : 0));
  if (changes) put(static_cast<std::uint64_t>(stack));
  stack_ = stack;
  index_ = index;
}

void PageKeys::put(std::uint64_t number) {
  for (; number > 127; number >>= 7u) bytes_ += static_cast<char>(128u | (number & 127u));
  bytes_ += static_cast<char>(number);
}

}  // namespace elastem
