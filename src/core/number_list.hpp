#pragma once

#include <string>
#include <utility>
#include <vector>

namespace elastem {

/// Far above any mode number; keeps "1-2000000000" out of memory.
inline constexpr int largest_number = 1'000'000;

/// Reads a selection by number such as "7-9" or "7,9,11-12" into a sorted list without repeats.
/// Throws Error that names `option` when the text is no such list, a range runs backwards or a number is
/// above `largest`.
std::vector<int> parse_number_list(const std::string& text, const std::string& option,
                                   int largest = largest_number);

/// Reads values by number such as "7=120,8=-30.5", in the order of the text. Throws Error that names `option`
/// when the text is no such list or a number comes twice.
std::vector<std::pair<int, double>> parse_assignments(const std::string& text, const std::string& option);

/// Such values for each of `numbers` in turn, 0 where the text has none. Throws Error, naming `owner`, for a
/// number that is none of them.
std::vector<double> assigned_values(const std::string& text, const std::string& option,
                                    const std::vector<int>& numbers, const std::string& owner);

/// Writes numbers as a selection, e.g. {7, 8, 9, 12} as "7-9,12".
std::string format_number_list(const std::vector<int>& numbers);

}  // namespace elastem
