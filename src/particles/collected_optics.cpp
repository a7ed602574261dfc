#include "particles/collected_optics.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "particles/particle_writer.hpp"
#include "particles/xmipp_labels.hpp"

namespace elastem {

namespace {

constexpr std::size_t most_groups = 10000;

// What RELION 3.1 keeps in the optics table: the first ones always, the others where the particles have them.
constexpr std::array always = {"rlnOpticsGroupName",     "rlnOpticsGroup",        "rlnVoltage",
                               "rlnSphericalAberration", "rlnAmplitudeContrast",  "rlnImagePixelSize",
                               "rlnImageSize",           "rlnImageDimensionality"};
constexpr std::array sometimes = {"rlnCtfDataArePhaseFlipped",
                                  "rlnCtfDataAreCtfPremultiplied",
                                  "elastemWienerConstant",
                                  "rlnMtfFileName",
                                  "rlnMicrographPixelSize",
                                  "rlnMicrographOriginalPixelSize",
                                  "rlnBeamTiltX",
                                  "rlnBeamTiltY",
                                  "rlnOddZernike",
                                  "rlnEvenZernike",
                                  "rlnMagMat00",
                                  "rlnMagMat01",
                                  "rlnMagMat10",
                                  "rlnMagMat11"};

// The column of a RELION label among those of a file of either kind, or −1.
int column_for(const ParticleFile& file, const std::string& label) {
  const auto find = [&](const std::string& name) {
    const auto found = std::find(file.labels().begin(), file.labels().end(), name);
    return found == file.labels().end() ? -1 : static_cast<int>(found - file.labels().begin());
  };
  const std::string xmipp = xmipp_label(label);
  const int column = find(file.xmipp() && !xmipp.empty() ? xmipp : label);
  if (column >= 0 || label != "rlnImagePixelSize") return column;
  return find(file.xmipp() ? "ctfSamplingRate" : "rlnPixelSize");
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += value + '\n';
  return text;
}

// A value that no column has.
std::string value_as_read(const std::string& label, const Particle& particle) {
  if (label == "rlnVoltage") return star_number(particle.ctf.voltage_kv);
  if (label == "rlnSphericalAberration") return star_number(particle.ctf.cs_mm);
  if (label == "rlnAmplitudeContrast") return star_number(particle.ctf.amplitude_contrast);
  if (label == "rlnImagePixelSize") return scaled_number(particle.pixel_size);
  if (label == "rlnImageSize") return fmt::to_string(particle.size);
  if (label == "rlnImageDimensionality") return "2";
  return "";  // number and name: given when all groups are known
}

}  // namespace

CollectedOptics::CollectedOptics(const ParticleFile& file)
    : opposite_(file.defocus_sign() == DefocusSign::opposite) {
  for (const std::string label : always) {
    labels_.push_back(label);
    columns_.push_back(column_for(file, label));
  }
  for (const std::string label : sometimes) {
    const int column = column_for(file, label);
    if (column < 0) continue;
    labels_.push_back(label);
    columns_.push_back(column);
  }
}

bool CollectedOptics::holds(std::size_t column) const {
  return std::find(columns_.begin(), columns_.end(), static_cast<int>(column)) != columns_.end();
}

std::vector<std::string> CollectedOptics::values_of(const ParticleFile::Row& row) const {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (columns_[i] < 0) {
      values.push_back(value_as_read(labels_[i], row.particle));
      continue;
    }
    values.push_back(row.values[static_cast<std::size_t>(columns_[i])]);
    if (opposite_ && labels_[i] == "rlnAmplitudeContrast") values.back() = absolute_text(values.back());
  }
  return values;
}

void CollectedOptics::add(const ParticleFile::Row& row) {
  add_values(values_of(row));
}

void CollectedOptics::add_values(std::vector<std::string> values) {
  if (!index_.emplace(joined(values), groups_.size()).second) return;
  groups_.push_back(std::move(values));
  if (groups_.size() > most_groups) {
    throw Error(fmt::format(
        "the particles have more than {} different voltages, pixel sizes or the like, too many for the "
        "optics table of a RELION file",
        most_groups));
  }
}

std::string CollectedOptics::serialise() const {
  std::string text;
  for (const auto& values : groups_) text += joined(values);
  return text;
}

void CollectedOptics::add_serialised(const std::string& text) {
  std::vector<std::string> values;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    values.push_back(text.substr(at, end - at));
    at = end + 1;
    if (values.size() == labels_.size()) add_values(std::exchange(values, {}));
  }
}

// Whether the particles' own numbers can be those of the groups.
bool CollectedOptics::numbered() const {
  std::set<std::string_view> numbers;
  for (const auto& values : groups_) numbers.insert(values[1]);
  return columns_[1] >= 0 && numbers.size() == groups_.size();
}

StarTable CollectedOptics::table() const {
  StarTable table{"optics", labels_, groups_};
  const bool has_numbers = numbered();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    auto& row = table.rows[i];
    if (!has_numbers) row[1] = fmt::to_string(i + 1);
    if (row[0].empty()) row[0] = "opticsGroup" + row[1];
  }
  const auto by_number = [](const auto& a, const auto& b) {
    int first = 0, second = 0;
    return parse_number(a[1], first) && parse_number(b[1], second) && first < second;
  };
  std::stable_sort(table.rows.begin(), table.rows.end(), by_number);
  return table;
}

std::string CollectedOptics::number_of(const ParticleFile::Row& row) const {
  const auto values = values_of(row);
  const auto found = index_.find(joined(values));
  require(found != index_.end(), "a particle's optics are in no group");
  return numbered() ? values[1] : fmt::to_string(found->second + 1);
}

}  // namespace elastem
