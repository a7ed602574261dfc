#include "report/text_table.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace elastem {

namespace {

constexpr std::size_t name_width = 34, cell_width = 10;

}  // namespace

std::string cell(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "–";
}

std::string table_row(const std::string& name, const std::vector<std::string>& cells) {
  // Widths count characters: '–' and 'Å' are one column but more than one byte.
  const auto columns = [](const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::string line = "  " + name;
  line.append(name_width - std::min(name_width - 1, columns(name)), ' ');
  for (const auto& text : cells) {
    line.append(cell_width - std::min(cell_width, columns(text)), ' ');
    line += text;
  }
  return line + "\n";
}

std::string particles_line(const EvaluatedRows& rows) {
  return fmt::format("{} particles: {} done, {} failed, {} pending{}\n", rows.rows, rows.done, rows.failed,
                     rows.pending,
                     rows.unmatched > 0 ? fmt::format(", {} without a truth", rows.unmatched) : "");
}

}  // namespace elastem
