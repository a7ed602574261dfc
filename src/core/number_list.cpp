#include "core/number_list.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& option, const std::string& why) {
  throw Error(
      fmt::format("{} \"{}\": {}; give numbers and ranges such as 7-9 or 7,9,11-12", option, text, why));
}

// One number at `at`, which moves on behind it.
int read_number(const std::string& text, std::size_t& at, const std::string& option, int largest) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (failure == std::errc::result_out_of_range || number > largest)
    refuse(text, option, fmt::format("a number above {}", largest));
  if (failure != std::errc{}) refuse(text, option, fmt::format("no number at character {}", at + 1));
  if (number < 1) refuse(text, option, "numbers count from 1");
  at = static_cast<std::size_t>(end - text.data());
  return number;
}

}  // namespace

std::vector<int> parse_number_list(const std::string& text, const std::string& option, int largest) {
  std::vector<std::pair<int, int>> ranges;
  std::size_t at = 0;
  do {
    const int first = read_number(text, at, option, largest);
    int last = first;
    if (at < text.size() && text[at] == '-') last = read_number(text, ++at, option, largest);
    if (last < first) refuse(text, option, fmt::format("the range {}-{} runs backwards", first, last));
    ranges.emplace_back(first, last);
    if (at < text.size() && text[at] != ',')
      refuse(text, option, fmt::format("unexpected \"{}\" at character {}", text[at], at + 1));
  } while (at++ < text.size());
  // Each number once, however often the ranges overlap.
  std::sort(ranges.begin(), ranges.end());
  std::vector<int> numbers;
  for (const auto& [first, last] : ranges)
    for (int n = numbers.empty() ? first : std::max(first, numbers.back() + 1); n <= last; ++n)
      numbers.push_back(n);
  return numbers;
}

std::vector<std::pair<int, double>> parse_assignments(const std::string& text, const std::string& option) {
  const auto refuse_at = [&](const char* why, std::size_t at) {
    throw Error(fmt::format("{} \"{}\": {} at character {}; give numbers and values such as 7=120,8=-30.5",
                            option, text, why, at + 1));
  };
  std::vector<std::pair<int, double>> values;
  std::size_t at = 0;
  do {
    if (at == text.size() || text[at] < '0' || text[at] > '9') refuse_at("no number", at);
    const int number = read_number(text, at, option, largest_number);
    if (at == text.size() || text[at] != '=') refuse_at("no \"=\"", at);
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data() + at + 1, text.data() + text.size(), value);
    if (failure != std::errc{} || !std::isfinite(value)) refuse_at("no value", at + 1);
    if (std::ranges::any_of(values, [&](const auto& known) { return known.first == number; }))
      refuse_at("the same number again", at);
    values.emplace_back(number, value);
    at = static_cast<std::size_t>(end - text.data());
    if (at < text.size() && text[at] != ',') refuse_at("no comma", at);
  } while (at++ < text.size());
  return values;
}

std::vector<double> assigned_values(const std::string& text, const std::string& option,
                                    const std::vector<int>& numbers, const std::string& owner) {
  std::vector<double> values(numbers.size(), 0.0);
  for (const auto& [number, value] : parse_assignments(text, option)) {
    const auto at = std::ranges::find(numbers, number) - numbers.begin();
    if (at == std::ssize(numbers))
      throw Error(fmt::format("option {}: {} has no amplitudes of mode {}, but of modes {}", option, owner,
                              number, format_number_list(numbers)));
    values[static_cast<std::size_t>(at)] = value;
  }
  return values;
}

std::string format_number_list(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += fmt::to_string(numbers[i]);
    if (last > i) text += fmt::format("{}{}", last == i + 1 ? ',' : '-', numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace elastem
