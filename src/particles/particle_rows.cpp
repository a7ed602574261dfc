#include "particles/particle_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "particles/particle_writer.hpp"

namespace elastem {

namespace {

constexpr int largest_box = 1 << 15;  // its pixels, and those of twice its half grid, fit into an int

constexpr double least_pixel = 0.01, largest_pixel = 1000;  // Å

int column_of(const std::vector<std::string>& labels, std::string_view label) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  return found == labels.end() ? -1 : static_cast<int>(found - labels.begin());
}

}  // namespace

bool parse_image_name(const std::string& name, Particle& particle) {
  const std::size_t mark = name.find('@');
  particle.stack = mark == std::string::npos ? name : name.substr(mark + 1);
  particle.stack.resize(particle.stack.size() - format_suffix(particle.stack).size());
  particle.slice = 0;
  if (mark == std::string::npos) return !name.empty();
  std::int64_t number = 0;
  if (!parse_number(std::string_view(name).substr(0, mark), number) || number < 1) return false;
  particle.slice = number - 1;
  return !particle.stack.empty();
}

std::string_view format_suffix(std::string_view stack) {
  constexpr std::array formats = {":mrc", ":mrcs", ":map", ":st", ":spi", ":stk", ":vol", ":xmp", ":ccp4"};
  const std::size_t colon = stack.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return "";
  const std::string_view suffix = stack.substr(colon);
  return std::find(formats.begin(), formats.end(), suffix) == formats.end() ? "" : suffix;
}

int image_column(const std::vector<std::string>& labels) {
  const int relion = column_of(labels, "rlnImageName");
  return relion >= 0 ? relion : column_of(labels, "image");
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

RowReader::Source RowReader::source(std::string_view relion, std::string_view xmipp) {
  const std::string_view label = tables_.xmipp ? xmipp : relion;
  Source found{std::string(label), -1, -1};
  if (label.empty()) return found;
  found.particle = column_of(tables_.labels, label);
  if (found.particle < 0) found.optics = tables_.optics.column(label);
  if (found.there()) labels_read_.push_back(found.label);
  return found;
}

RowReader::Source RowReader::required(std::string_view relion, std::string_view xmipp,
                                      const std::string& purpose) {
  Source found = source(relion, xmipp);
  if (found.there()) return found;
  std::vector<std::string> known = tables_.labels;
  known.insert(known.end(), tables_.optics.labels.begin(), tables_.optics.labels.end());
  throw Error(path_ + ": the label _" + found.label + " is missing" + suggestion(found.label, known) + "; " +
              purpose);
}

RowReader::RowReader(const ParticleSource& source_of_rows, ParticleTables tables)
    : path_(source_of_rows.path), tables_(std::move(tables)), sign_(source_of_rows.defocus_sign()) {
  if (sign_ == DefocusSign::opposite) turn_optics();
  image_ = source("rlnImageName", "image");
  group_ = source("rlnOpticsGroup", "");
  size_ = source("rlnImageSize", "rlnImageSize");
  dimensions_ = source("rlnImageDimensionality", "rlnImageDimensionality");
  enabled_ = source("enabled", "enabled");
  index_groups();
  find_pixel_size(source_of_rows.pixel_size > 0);
  find_ctf();
  find_pose();
}

// The amplitude contrast of the optics table, as it is read and exported.
void RowReader::turn_optics() {
  const int contrast = tables_.optics.column("rlnAmplitudeContrast");
  for (auto& row : tables_.optics.rows)
    if (contrast >= 0 && static_cast<std::size_t>(contrast) < row.size())
      row[static_cast<std::size_t>(contrast)] = absolute_text(row[static_cast<std::size_t>(contrast)]);
}

// `given`: by --pixel-size.
void RowReader::find_pixel_size(bool given) {
  pixel_size_ = source("rlnImagePixelSize", "samplingRate");
  if (!pixel_size_.there()) pixel_size_ = source("rlnPixelSize", "ctfSamplingRate");
  detector_ = source("rlnDetectorPixelSize", "");
  magnification_ = source("rlnMagnification", "");
  const bool said = pixel_size_.there() || (detector_.there() && magnification_.there());
  if (given && said)
    throw Error("option --pixel-size: " + path_ + " says the pixel size itself (_" +
                (pixel_size_.there() ? pixel_size_.label : magnification_.label) +
                "); leave the option out, or change it there");
  if (given || said || tables_.xmipp || tables_.form == ParticleIndex::Form::stack) return;
  required("rlnImagePixelSize", "",
           "the pixel size must stand in the optics table, or as _rlnDetectorPixelSize with "
           "_rlnMagnification; or give it "
           "with --pixel-size");
}

void RowReader::find_ctf() {
  defocus_u_ = source("rlnDefocusU", "ctfDefocusU");
  defocus_v_ = source("rlnDefocusV", "ctfDefocusV");
  defocus_angle_ = source("rlnDefocusAngle", "ctfDefocusAngle");
  phase_shift_ = source("rlnPhaseShift", "ctfPhaseShift");
  b_factor_ = source("rlnCtfBfactor", "ctfBfactor");
  voltage_ = source("rlnVoltage", "ctfVoltage");
  cs_ = source("rlnSphericalAberration", "ctfSphericalAberration");
  contrast_ = source("rlnAmplitudeContrast", "ctfQ0");
  phase_flipped_ = source("rlnCtfDataArePhaseFlipped", "ctfPhaseFlipped");
  premultiplied_ = source("rlnCtfDataAreCtfPremultiplied", "elastemCtfPremultiplied");
  corrected_ = source("", "ctfCorrected");
  wiener_constant_ = source("elastemWienerConstant", "elastemWienerConstant");
  // What the row says itself counts; Xmipp's files are read where it says no defocus.
  for (const char* name : {"ctfModel", "CTFModel", "ctfParam", "ctfParams"})
    if (tables_.xmipp && !defocus_u_.there() && !ctf_file_.there() && column_of(tables_.labels, name) >= 0)
      ctf_file_ = source("", name);
  if (defocus_u_.there()) {
    required("rlnVoltage", "ctfVoltage", "the CTF needs it");
    required("rlnSphericalAberration", "ctfSphericalAberration", "the CTF needs it");
    required("rlnAmplitudeContrast", "ctfQ0", "the CTF needs it");
  }
}

void RowReader::find_pose() {
  rot_ = source("rlnAngleRot", "angleRot");
  tilt_ = source("rlnAngleTilt", "angleTilt");
  psi_ = source("rlnAnglePsi", "anglePsi");
  x_angstrom_ = source("rlnOriginXAngst", "");
  y_angstrom_ = source("rlnOriginYAngst", "");
  x_pixels_ = source("rlnOriginX", "shiftX");
  y_pixels_ = source("rlnOriginY", "shiftY");
  flip_ = source("", "flip");
  for (const char* name : {"scale", "scaleX", "scaleY"})
    if (tables_.xmipp && column_of(tables_.labels, name) >= 0) scales_.push_back(source("", name));
  if (x_angstrom_.there()) required("rlnOriginYAngst", "", "the origin needs x and y");
  if (y_angstrom_.there()) required("rlnOriginXAngst", "", "the origin needs x and y");
}

void RowReader::index_groups() {
  const StarTable& optics = tables_.optics;
  const int number = optics.column("rlnOpticsGroup");
  if (group_.particle >= 0 && optics.rows.empty()) {
    throw Error(
        fmt::format("{}: column {}, _rlnOpticsGroup, names optics groups, but the file has no optics table "
                    "(data_optics)",
                    path_, group_.particle + 1));
  }
  if (optics.rows.size() > 1 && (group_.particle < 0 || number < 0)) {
    throw Error(path_ + ": has several optics groups but no _rlnOpticsGroup in " +
                (group_.particle < 0 ? "the particle" : "the optics") + " table");
  }
  for (std::size_t row = 0; row < optics.rows.size(); ++row) {
    require(optics.rows[row].size() == optics.labels.size(), "a row of the optics table lacks values");
    if (number < 0) continue;
    const std::string& name = optics.rows[row][static_cast<std::size_t>(number)];
    if (!groups_.emplace(name, row).second) {
      throw Error(fmt::format("{}: the optics group {} stands in the optics table twice, first in line {}",
                              place(tables_.optics_lines.at(row)), name,
                              tables_.optics_lines.at(groups_.at(name))));
    }
  }
}

std::string RowReader::place(std::uint64_t line) const {
  return fmt::format("{}:{}", path_, line);
}

std::size_t RowReader::optics_row(const std::vector<std::string>& values, std::uint64_t line) const {
  if (group_.particle < 0) return 0;
  const std::string& group = values[static_cast<std::size_t>(group_.particle)];
  const auto found = groups_.find(group);
  if (found == groups_.end()) {
    throw Error(fmt::format("{}: column {}, _rlnOpticsGroup: the optics group {} is not in the optics table",
                            place(line), group_.particle + 1, group));
  }
  return found->second;
}

void RowReader::split(std::string_view row, std::uint64_t line, std::vector<std::string>& values) const {
  if (!split_star_line(row, values)) throw Error(place(line) + ": a quotation mark has no end");
  const auto& labels = tables_.labels;
  if (values.size() == labels.size()) return;
  throw Error(fmt::format(
      "{}: the row has {} values, but the table has {} labels; {}", place(line), values.size(), labels.size(),
      values.size() < labels.size() ? fmt::format("the first without a value is column {}, _{}",
                                                  values.size() + 1, labels[values.size()])
                                    : "a value that holds blanks needs quotes"));
}

const std::string& RowReader::text(const Source& from, const Row& row) const {
  return from.particle >= 0 ? row.values[static_cast<std::size_t>(from.particle)]
                            : tables_.optics.rows[row.group][static_cast<std::size_t>(from.optics)];
}

std::string RowReader::where(const Source& from, const Row& row) const {
  return from.particle >= 0
             ? fmt::format("{}: column {}, _{},", place(row.line), from.particle + 1, from.label)
             : fmt::format("{}: column {} of the optics table, _{},",
                           place(tables_.optics_lines.at(row.group)), from.optics + 1, from.label);
}

double RowReader::number(const Source& from, const Row& row, double otherwise) const {
  if (!from.there()) return otherwise;
  double value = 0;
  if (!parse_number(text(from, row), value)) {
    throw Error(where(from, row) + " is \"" + text(from, row) + "\", not a finite number");
  }
  return value;
}

bool RowReader::flag(const Source& from, const Row& row) const {
  const double value = number(from, row, 0);
  if (value != 0 && value != 1)
    throw Error(where(from, row) + " is " + text(from, row) + "; it must be 0 or 1");
  return value == 1;
}

Particle RowReader::particle(const std::vector<std::string>& values, std::uint64_t line,
                             const Ctf* from_file) const {
  require(values.size() == tables_.labels.size(), "a row that was not split");
  const Row row{values, line, tables_.optics.rows.empty() ? 0 : optics_row(values, line)};
  Particle particle;
  if (!parse_image_name(text(image_, row), particle)) {
    throw Error(where(image_, row) + " is \"" + text(image_, row) +
                "\", no image name; expected e.g. 000001@stack.mrcs");
  }
  particle.enabled = number(enabled_, row, 1) > 0;
  read_box(row, particle);
  read_ctf(row, from_file, particle.ctf);
  read_pose(row, particle);
  return particle;
}

void RowReader::read_box(const Row& row, Particle& particle) const {
  const double size = number(size_, row, 0);
  if (size_.there() && !(size >= 1 && size <= largest_box && size == std::floor(size))) {
    throw Error(fmt::format("{} is {}, no image size: a number of pixels from 1 to {}", where(size_, row),
                            text(size_, row), largest_box));
  }
  particle.size = static_cast<int>(size);
  if (number(dimensions_, row, 2) != 2)
    throw Error(where(dimensions_, row) + " is " + text(dimensions_, row) +
                ": these are volumes (subtomograms), and elastem works on images of particles (2)");
  const auto positive = [&](const Source& from) {
    const double value = number(from, row, 0);
    if (!(value > 0)) {
      throw Error(where(from, row) + " is " + text(from, row) + ": the pixel size must be above 0");
    }
    return value;
  };
  if (pixel_size_.there()) {
    particle.pixel_size = positive(pixel_size_);
    if (particle.pixel_size < least_pixel || particle.pixel_size > largest_pixel)
      throw Error(fmt::format("{} is {}: a pixel size is {:g} to {:g} Å", where(pixel_size_, row),
                              text(pixel_size_, row), least_pixel, largest_pixel));
  } else if (detector_.there() && magnification_.there()) {
    positive(detector_), positive(magnification_);
    particle.pixel_size = pixel_size_of_magnification(row);
  }
}

// RELION 3.0: the detector's pixels in micrometres over the magnification.
double RowReader::pixel_size_of_magnification(const Row& row) const {
  const double size = 1e4 * number(detector_, row, 0) / number(magnification_, row, 0);
  if (size >= least_pixel && size <= largest_pixel) return size;
  throw Error(fmt::format(
      "{} is {}, and _{} is {}: together they make pixels of {:g} Å. A magnification is a factor such as "
      "50000, the "
      "detector's pixel size a number of µm such as 5; or give _rlnImagePixelSize in Å instead",
      where(magnification_, row), text(magnification_, row), detector_.label, text(detector_, row), size));
}

void RowReader::read_ctf(const Row& row, const Ctf* from_file, Ctf& ctf) const {
  if (from_file != nullptr) ctf = *from_file;
  ctf.enabled = defocus_u_.there() || from_file != nullptr;
  ctf.defocus_u = number(defocus_u_, row, ctf.defocus_u);
  ctf.defocus_v = number(defocus_v_, row, from_file != nullptr ? ctf.defocus_v : ctf.defocus_u);
  ctf.defocus_angle = number(defocus_angle_, row, ctf.defocus_angle);
  ctf.phase_shift = number(phase_shift_, row, ctf.phase_shift);
  ctf.b_factor = number(b_factor_, row, ctf.b_factor);
  ctf.voltage_kv = number(voltage_, row, ctf.voltage_kv);
  ctf.cs_mm = number(cs_, row, ctf.cs_mm);
  ctf.amplitude_contrast = number(contrast_, row, ctf.amplitude_contrast);
  const auto said = [&](const Source& from, double value) {
    return from.there() ? where(from, row) + " is " + text(from, row)
                        : fmt::format("{}: its file of CTF parameters says {}", place(row.line), value);
  };
  if (ctf.enabled && !(ctf.voltage_kv > 0))
    throw Error(said(voltage_, ctf.voltage_kv) + "; it must be above 0 kV");
  if (!(std::abs(ctf.amplitude_contrast) <= 1))
    throw Error(said(contrast_, ctf.amplitude_contrast) +
                "; the amplitude contrast must lie between -1 and 1 (a percentage must be divided by 100)");
  if (sign_ == DefocusSign::opposite) {
    ctf.defocus_u = -ctf.defocus_u;
    ctf.defocus_v = -ctf.defocus_v;
    ctf.amplitude_contrast = std::abs(ctf.amplitude_contrast);
  }
  if (ctf.enabled) read_correction(row, ctf);
}

void RowReader::read_correction(const Row& row, Ctf& ctf) const {
  const bool flipped = flag(phase_flipped_, row), premultiplied = flag(premultiplied_, row),
             corrected = flag(corrected_, row);
  const double constant = number(wiener_constant_, row, 0);
  if (constant < 0) {
    throw Error(where(wiener_constant_, row) + " is " + text(wiener_constant_, row) +
                "; it must be above 0, or 0 for images without a Wiener filter");
  }
  if (corrected && constant == 0) {
    throw Error(where(corrected_, row) +
                " says that the images are corrected, but not how much of the CTF is left: add a column "
                "_elastemWienerConstant with c of their Wiener filter CTF/(CTF² + c)");
  }
  if (flipped + premultiplied + (constant > 0) > 1) {
    const Source& first = flipped ? phase_flipped_ : premultiplied_;
    const Source& second = constant > 0 ? wiener_constant_ : premultiplied_;
    throw Error(where(first, row) + " and _" + second.label +
                " contradict each other: the images were corrected in one way only; set the other to 0");
  }
  if (flipped) ctf.correction = CtfCorrection::phase_flip;
  if (premultiplied) ctf.correction = CtfCorrection::premultiply;
  if (constant > 0) {
    ctf.correction = CtfCorrection::wiener;
    ctf.wiener_constant = constant;
  }
}

void RowReader::read_pose(const Row& row, Particle& particle) const {
  particle.has_pose = rot_.there() && tilt_.there() && psi_.there();
  particle.pose.rot = number(rot_, row, 0);
  particle.pose.tilt = number(tilt_, row, 0);
  particle.pose.psi = number(psi_, row, 0);
  // The origin centres the particle: it is the opposite of where the particle lies. Pixels wait for the pixel
  // size.
  const bool angstrom = !shifts_in_pixels();
  particle.pose.shift.x() = -number(angstrom ? x_angstrom_ : x_pixels_, row, 0);
  particle.pose.shift.y() = -number(angstrom ? y_angstrom_ : y_pixels_, row, 0);
  if (!angstrom && particle.pixel_size > 0) particle.pose.shift *= particle.pixel_size;
  refuse_scale(row);
  particle.flipped = flag(flip_, row);
  if (!particle.flipped) return;
  // Xmipp brings a flipped image to its projection by a mirror across the y axis, before the rotation and the
  // shift of its angles: I(x) = P(M x + t) with M = diag(−1, 1). The mirror image of a projection is the
  // projection turned by 180° about the image's y axis, and Ry(180°)·Rz(psi)·Ry(tilt) = Rz(−psi)·Ry(tilt +
  // 180°).
  particle.pose.tilt += 180;
  particle.pose.psi = -particle.pose.psi;
  particle.pose.shift.x() = -particle.pose.shift.x();
}

void RowReader::refuse_scale(const Row& row) const {
  for (const Source& scale : scales_) {
    const double value = number(scale, row, 1);
    if (value == 1 || value == 0) continue;  // Xmipp takes 0 for 1
    throw Error(where(scale, row) + " is " + text(scale, row) +
                ": the image is of another magnification than the others, which elastem cannot undo; scale "
                "the images "
                "(xmipp_transform_geometry --apply_transform) or leave the row out");
  }
}

}  // namespace elastem
