#include "io/particle_rows.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem {

namespace {

// "000012@stack.mrcs" is slice 11 of stack.mrcs; a name without @ is the first slice.
void parse_image_name(const std::string& name, Particle& particle, const std::string& place) {
  const std::size_t mark = name.find('@');
  particle.stack = mark == std::string::npos ? name : name.substr(mark + 1);
  particle.slice = 0;
  if (mark == std::string::npos && !name.empty()) return;
  std::int64_t number = 0;
  if (!parse_number(std::string_view(name).substr(0, mark), number) || number < 1 || particle.stack.empty()) {
    throw Error(place + ": the image name \"" + name + "\" cannot be read; expected e.g. 000001@stack.mrcs");
  }
  particle.slice = number - 1;
}

}  // namespace

int image_column(const std::vector<std::string>& labels) {
  for (const char* name : {"rlnImageName", "image"}) {
    const auto found = std::find(labels.begin(), labels.end(), name);
    if (found != labels.end()) return static_cast<int>(found - labels.begin());
  }
  return -1;
}

ParticleTables parse_head(const std::string& head) {
  StarTable table;
  ParticleTables tables;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find('\n', at), head.size());
    const std::string_view line(head.data() + at, end - at);
    at = end + 1;
    if (line.substr(0, 5) == "data_" && line.find(' ') == std::string_view::npos) {
      if (table.block == "optics") tables.optics = std::move(table);
      table = StarTable{std::string(line.substr(5)), {}, {}};
    } else if (!line.empty() && line.front() == '_') {
      table.labels.emplace_back(line.substr(1, line.find(' ') - 1));
    } else if (!line.empty() && line != "loop_") {
      table.rows.emplace_back();
      split_star_line(line, table.rows.back());
    }
  }
  tables.block = table.block;
  tables.labels = std::move(table.labels);
  const int image = image_column(tables.labels);
  require(image >= 0, "the head has no particle table");
  tables.xmipp = tables.labels[static_cast<std::size_t>(image)] == "image";
  return tables;
}

RowReader::Source RowReader::source(std::string_view relion, std::string_view xmipp) const {
  const std::string_view label = tables_.xmipp ? xmipp : relion;
  Source found{std::string(label), -1, -1};
  if (label.empty()) return found;
  StarTable particles{"", tables_.labels, {}};
  found.particle = particles.column(label);
  if (found.particle < 0) found.optics = tables_.optics.column(label);
  return found;
}

RowReader::Source RowReader::required(std::string_view relion, std::string_view xmipp,
                                      const std::string& purpose) const {
  Source found = source(relion, xmipp);
  if (found.there()) return found;
  std::vector<std::string> known = tables_.labels;
  known.insert(known.end(), tables_.optics.labels.begin(), tables_.optics.labels.end());
  throw Error(path_ + ": the label _" + found.label + " is missing" + suggestion(found.label, known) + "; " +
              purpose);
}

RowReader::RowReader(const std::string& path, ParticleTables tables)
    : path_(path), tables_(std::move(tables)) {
  image_ = source("rlnImageName", "image");
  group_ = source("rlnOpticsGroup", "");
  size_ = source("rlnImageSize", "");
  pixel_size_ = source("rlnImagePixelSize", "samplingRate");
  if (!pixel_size_.there()) pixel_size_ = source("rlnPixelSize", "ctfSamplingRate");
  detector_ = source("rlnDetectorPixelSize", "");
  magnification_ = source("rlnMagnification", "");
  if (!tables_.xmipp && !pixel_size_.there() && !(detector_.there() && magnification_.there())) {
    required(
        "rlnImagePixelSize", "",
        "the pixel size must stand in the optics table, or as _rlnDetectorPixelSize with _rlnMagnification");
  }
  defocus_u_ = source("rlnDefocusU", "ctfDefocusU");
  defocus_v_ = source("rlnDefocusV", "ctfDefocusV");
  defocus_angle_ = source("rlnDefocusAngle", "ctfDefocusAngle");
  phase_shift_ = source("rlnPhaseShift", "ctfPhaseShift");
  b_factor_ = source("rlnCtfBfactor", "");
  voltage_ = source("rlnVoltage", "ctfVoltage");
  cs_ = source("rlnSphericalAberration", "ctfSphericalAberration");
  contrast_ = source("rlnAmplitudeContrast", "ctfQ0");
  if (defocus_u_.there()) {
    required("rlnVoltage", "ctfVoltage", "the CTF needs it");
    required("rlnSphericalAberration", "ctfSphericalAberration", "the CTF needs it");
    required("rlnAmplitudeContrast", "ctfQ0", "the CTF needs it");
  }
  rot_ = source("rlnAngleRot", "angleRot");
  tilt_ = source("rlnAngleTilt", "angleTilt");
  psi_ = source("rlnAnglePsi", "anglePsi");
  x_angstrom_ = source("rlnOriginXAngst", "");
  y_angstrom_ = source("rlnOriginYAngst", "");
  x_pixels_ = source("rlnOriginX", "shiftX");
  y_pixels_ = source("rlnOriginY", "shiftY");
  check_optics();
  const int number = tables_.optics.column("rlnOpticsGroup");
  for (const auto& row : tables_.optics.rows) {
    groups_.push_back(number >= 0 ? row[static_cast<std::size_t>(number)] : "");
  }
}

void RowReader::check_optics() const {
  for (const auto& row : tables_.optics.rows) {
    require(row.size() == tables_.optics.labels.size(), "a row of the optics table does not fit its labels");
  }
  if (tables_.optics.rows.size() > 1 &&
      (group_.particle < 0 || tables_.optics.column("rlnOpticsGroup") < 0)) {
    throw Error(path_ + ": has several optics groups but no _rlnOpticsGroup in " +
                (group_.particle < 0 ? "the particle" : "the optics") + " table");
  }
}

std::size_t RowReader::optics_row(const std::vector<std::string>& values, const std::string& place) const {
  if (groups_.size() <= 1 && group_.particle < 0) return 0;
  const std::string& group = values[static_cast<std::size_t>(group_.particle)];
  const auto found = std::find(groups_.begin(), groups_.end(), group);
  if (found == groups_.end()) {
    throw Error(place + ": the optics group " + group + " is not in the optics table");
  }
  return static_cast<std::size_t>(found - groups_.begin());
}

Particle RowReader::particle(const std::vector<std::string>& values, const std::string& place) const {
  if (values.size() != tables_.labels.size()) {
    throw Error(place + ": the row has " + std::to_string(values.size()) + " values, but the table has " +
                std::to_string(tables_.labels.size()) + " labels");
  }
  const std::size_t group = tables_.optics.rows.empty() ? 0 : optics_row(values, place);
  const auto text = [&](const Source& from) -> const std::string& {
    return from.particle >= 0 ? values[static_cast<std::size_t>(from.particle)]
                              : tables_.optics.rows[group][static_cast<std::size_t>(from.optics)];
  };
  const auto number = [&](const Source& from, double otherwise) {
    if (!from.there()) return otherwise;
    double value = 0;
    if (!parse_number(text(from), value)) {
      throw Error(place + ": _" + from.label + " is \"" + text(from) + "\", not a finite number");
    }
    return value;
  };

  Particle particle;
  parse_image_name(text(image_), particle, place);
  const double size = number(size_, 0);
  if (!(size >= 0 && size <= 1 << 20))
    throw Error(place + ": _" + size_.label + " is " + text(size_) + ", no image size");
  particle.size = static_cast<int>(size);
  // RELION 3.0: the detector's pixels in micrometres over the magnification.
  particle.pixel_size =
      pixel_size_.there() ? number(pixel_size_, 0) : 1e4 * number(detector_, 0) / number(magnification_, 1);
  const bool told = pixel_size_.there() || detector_.there();
  if (told && !(particle.pixel_size > 0 && std::isfinite(particle.pixel_size))) {
    throw Error(place + ": the pixel size is " + std::to_string(particle.pixel_size) +
                " Å; it must be above 0 (_" +
                (pixel_size_.there() ? pixel_size_.label : magnification_.label) + ")");
  }
  Ctf& ctf = particle.ctf;
  ctf.enabled = defocus_u_.there();
  ctf.defocus_u = number(defocus_u_, 0);
  ctf.defocus_v = number(defocus_v_, ctf.defocus_u);
  ctf.defocus_angle = number(defocus_angle_, 0);
  ctf.phase_shift = number(phase_shift_, 0);
  ctf.b_factor = number(b_factor_, 0);
  ctf.voltage_kv = number(voltage_, ctf.voltage_kv);
  ctf.cs_mm = number(cs_, ctf.cs_mm);
  ctf.amplitude_contrast = number(contrast_, ctf.amplitude_contrast);
  if (ctf.enabled && !(ctf.voltage_kv > 0))
    throw Error(place + ": _" + voltage_.label + " must be above 0 kV");
  if (!(std::abs(ctf.amplitude_contrast) <= 1)) {
    throw Error(place + ": _" + contrast_.label + " is " + text(contrast_) +
                "; it must lie between -1 and 1");
  }

  particle.has_pose = rot_.there() && tilt_.there() && psi_.there();
  particle.pose.rot = number(rot_, 0);
  particle.pose.tilt = number(tilt_, 0);
  particle.pose.psi = number(psi_, 0);
  // The origin centres the particle: it is the opposite of where the particle lies. Pixels wait for the pixel
  // size.
  const bool angstrom = !shifts_in_pixels();
  particle.pose.shift.x() = -number(angstrom ? x_angstrom_ : x_pixels_, 0);
  particle.pose.shift.y() = -number(angstrom ? y_angstrom_ : y_pixels_, 0);
  if (!angstrom && particle.pixel_size > 0) particle.pose.shift *= particle.pixel_size;
  return particle;
}

}  // namespace elastem
