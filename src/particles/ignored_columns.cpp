#include "particles/ignored_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "core/star_text.hpp"
#include "particles/cryosparc_file.hpp"

namespace elastem {

namespace {

constexpr double neutral_within = 1e-5;  // files have six decimals

struct Label {
  const char* name;
  double neutral;
};
constexpr std::array ignored_labels = {
    Label{"rlnBeamTiltX", 0},   Label{"rlnBeamTiltY", 0}, Label{"rlnOddZernike", 0},
    Label{"rlnEvenZernike", 0}, Label{"rlnMagMat00", 1},  Label{"rlnMagMat01", 0},
    Label{"rlnMagMat10", 0},    Label{"rlnMagMat11", 1},  Label{"rlnCtfScalefactor", 1}};

// Whether a number, or one of a list "[0.1,0,2]", is something else; other text says nothing.
bool says_something(std::string_view text, double neutral) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("[], "), text.size());
    double value = neutral;
    if (parse_number(text.substr(0, end), value) && std::abs(value - neutral) > neutral_within) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

void add_of_optics(const StarTable& optics, std::set<std::string>& found) {
  for (const auto& [name, neutral] : ignored_labels)
    if (const int column = optics.column(name); column >= 0)
      for (const auto& row : optics.rows)
        if (says_something(row[static_cast<std::size_t>(column)], neutral)) found.insert(name);
}

void add_of_particles(const ParticleFile& file, std::int64_t first, std::int64_t count,
                      std::set<std::string>& found) {
  struct Column {
    std::size_t place;
    Label label;
  };
  std::vector<Column> columns;
  for (std::size_t i = 0; i < file.labels().size(); ++i)
    for (const Label& label : ignored_labels)
      if (file.labels()[i] == label.name) columns.push_back({i, label});
  if (columns.empty()) return;
  file.for_each(first, count, [&](const ParticleFile::Row& row) {
    for (const auto& [place, label] : columns)
      if (says_something(row.values[place], label.neutral)) found.insert(label.name);
  });
}

bool any_begins(const std::vector<std::string>& names, std::initializer_list<const char*> beginnings) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return std::ranges::any_of(beginnings, [&](const char* text) { return name.starts_with(text); });
  });
}

}  // namespace

std::vector<std::string> ignored_columns(const ParticleFile& file, std::int64_t first, std::int64_t count) {
  std::set<std::string> found;
  if (file.cryosparc() != nullptr) {
    for (std::string& name : file.cryosparc()->ignored_fields(first, count)) found.insert(std::move(name));
  } else {
    add_of_optics(file.optics(), found);
    add_of_particles(file, first, count, found);
  }
  return {found.begin(), found.end()};
}

std::string ignored_warning(const std::string& path, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::vector<std::string> meanings;
  if (any_begins(names, {"rlnBeamTilt", "rlnOddZernike", "rlnEvenZernike", "ctf/shift_A", "ctf/tilt_A",
                         "ctf/trefoil_A", "ctf/tetra_A"}))
    meanings.emplace_back("phases of fine detail are off by these aberrations");
  if (any_begins(names, {"rlnMagMat", "ctf/anisomag"}))
    meanings.emplace_back("the molecule looks stretched one way, which modes may take for motion");
  if (any_begins(names, {"rlnCtfScalefactor"}))
    meanings.emplace_back("images count as if their signal were equally strong");
  return fmt::format("{}: {} say something of the images that is not taken into account: {}", path,
                     fmt::join(names, ", "), fmt::join(meanings, "; "));
}

}  // namespace elastem
