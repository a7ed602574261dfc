#include "particles/particle_export.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "particles/particle_rows.hpp"
#include "particles/particle_writer.hpp"
#include "particles/xmipp_labels.hpp"

namespace elastem {

namespace {

template <std::size_t n>
bool among(const std::array<const char*, n>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

constexpr std::array x_labels = {"rlnOriginX", "rlnOriginXAngst", "shiftX"};
constexpr std::array y_labels = {"rlnOriginY", "rlnOriginYAngst", "shiftY"};

// Whether a result takes the place of this column.
bool superseded(const std::string& label) {
  constexpr std::array single = {"rlnAngleRot",      "rlnAngleTilt",
                                 "rlnAnglePsi",      "angleRot",
                                 "angleTilt",        "anglePsi",
                                 "enabled",          "flip",
                                 "nmaDisplacements", "cost",
                                 "elastemScore",     "elastemChi2",
                                 "elastemOutlier",   "elastemDefocusChange"};
  constexpr std::array families = {"elastemAmplitude", "elastemRotationError", "elastemShiftError"};
  return among(single, label) || among(x_labels, label) || among(y_labels, label) ||
         std::any_of(families.begin(), families.end(),
                     [&](const char* family) { return label.starts_with(family); });
}

}  // namespace

ParticleFormat particle_format(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".star") return ParticleFormat::relion;
  if (extension == ".xmd") return ParticleFormat::xmipp;
  throw Error(path + ": the name must end in .star (RELION) or .xmd (Xmipp), which says what is written");
}

ParticleExporter::ParticleExporter(const ParticleFile& input, ParticleFormat format, CollectedOptics groups,
                                   std::optional<ResultColumns> results)
    : input_(&input), format_(format), groups_(std::move(groups)), results_(std::move(results)) {
  add(format == ParticleFormat::relion ? "rlnImageName" : "image", Kind::image);
  const auto has = [&](const std::string& label) {
    return std::find(input.labels().begin(), input.labels().end(), label) != input.labels().end();
  };
  if (format == ParticleFormat::relion) {
    if (input.optics().labels.empty()) add("rlnOpticsGroup", Kind::group);
  } else {
    if (results_ || !has("enabled")) add("enabled", Kind::enabled);
    if (!has("itemId")) add("itemId", Kind::item);
  }
  add_input();
  if (input.ctf_from_files()) add_ctf();
  if (format == ParticleFormat::xmipp) {
    add_optics();
    if (names_.contains("elastemWienerConstant")) add("ctfCorrected", Kind::corrected);
    add("samplingRate", Kind::pixel_size);
  }
  if (results_) add_result();
}

// The first to claim a label has it.
void ParticleExporter::add(const std::string& label, Kind kind, std::size_t index) {
  if (names_.insert(label).second) columns_.push_back({label, kind, index});
}

void ParticleExporter::add_input() {
  const auto& labels = input_->labels();
  const bool moves = format_ == ParticleFormat::relion && input_->optics().labels.empty();
  for (std::size_t column = 0; column < labels.size(); ++column) {
    if (static_cast<int>(column) == image_column(labels) || (moves && groups_.holds(column))) continue;
    if (results_ && superseded(labels[column])) continue;
    // RELION 3.0's pixel size: the optics table or _samplingRate has what comes of the two.
    const bool replaced = moves || format_ == ParticleFormat::xmipp;
    if (!input_->xmipp() && replaced &&
        (labels[column] == "rlnDetectorPixelSize" || labels[column] == "rlnMagnification"))
      continue;
    add_input_column(column);
  }
  // One of the two alone is no origin.
  const std::size_t unit = format_ == ParticleFormat::relion ? 1 : 2;
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (names_.contains(axis == 0 ? y_labels[unit] : x_labels[unit]))
      add(axis == 0 ? x_labels[unit] : y_labels[unit], Kind::origin, axis);
}

// Whether the column is an origin: it keeps its text where its meaning stays.
bool ParticleExporter::add_origin(std::size_t column) {
  const std::string& label = input_->labels()[column];
  if (!among(x_labels, label) && !among(y_labels, label)) return false;
  const bool angstrom = label.ends_with("Angst"), to_relion = format_ == ParticleFormat::relion;
  if (!angstrom && !input_->shifts_in_pixels()) return false;  // not what is read
  const std::size_t axis = among(x_labels, label) ? 0 : 1;
  const auto& names = axis == 0 ? x_labels : y_labels;
  const bool same = angstrom == to_relion && input_->xmipp() != to_relion;
  add(names[to_relion ? 1 : 2], same ? Kind::text : Kind::origin, same ? column : axis);
  return true;
}

void ParticleExporter::add_input_column(std::size_t column) {
  const std::string& label = input_->labels()[column];
  if (add_origin(column)) return;
  const bool to_relion = format_ == ParticleFormat::relion;
  if (to_relion && input_->xmipp()) {
    if (label == "flip") return;
    if (label == "angleTilt" || label == "anglePsi")
      return add(relion_label(label), Kind::upright_angle, column);
  }
  std::string name;
  if (to_relion && input_->xmipp()) name = relion_label(label);
  if (!to_relion && !input_->xmipp()) name = label == "rlnPixelSize" ? "samplingRate" : xmipp_label(label);
  add(name.empty() ? label : name, kind_of_input(label), column);
}

ParticleExporter::Kind ParticleExporter::kind_of_input(const std::string& label) const {
  const bool u = label == "rlnDefocusU" || label == "ctfDefocusU",
             v = label == "rlnDefocusV" || label == "ctfDefocusV";
  if (u || v) {
    if (results_ && results_->fits) return u ? Kind::defocus_u : Kind::defocus_v;
    return input_->defocus_sign() == DefocusSign::opposite ? Kind::negated : Kind::text;
  }
  const bool contrast = label == "ctfQ0" || label == "rlnAmplitudeContrast";
  return contrast && input_->defocus_sign() == DefocusSign::opposite ? Kind::absolute : Kind::text;
}

// What a file of parameters says, beside its name: RELION knows no such files, and a fit changes the defocus.
void ParticleExporter::add_ctf() {
  struct Number {
    const char* relion;
    double Ctf::*value;
  };
  constexpr std::array numbers = {Number{"rlnDefocusU", &Ctf::defocus_u},
                                  Number{"rlnDefocusV", &Ctf::defocus_v},
                                  Number{"rlnDefocusAngle", &Ctf::defocus_angle},
                                  Number{"rlnPhaseShift", &Ctf::phase_shift},
                                  Number{"rlnVoltage", &Ctf::voltage_kv},
                                  Number{"rlnSphericalAberration", &Ctf::cs_mm},
                                  Number{"rlnAmplitudeContrast", &Ctf::amplitude_contrast}};
  const bool to_relion = format_ == ParticleFormat::relion;
  for (std::size_t i = 0; i < (to_relion ? 4 : numbers.size()); ++i) {
    const std::string name = to_relion ? numbers[i].relion : xmipp_label(numbers[i].relion);
    if (names_.insert(name).second) columns_.push_back({name, Kind::ctf_number, i, numbers[i].value});
  }
}

void ParticleExporter::add_optics() {
  const auto& labels = input_->optics().labels;
  for (std::size_t column = 0; column < labels.size(); ++column) {
    const std::string name = xmipp_label(labels[column]);
    add(name.empty() ? labels[column] : name, Kind::optics, column);
  }
}

void ParticleExporter::add_result() {
  const bool relion = format_ == ParticleFormat::relion;
  const std::array<const char*, 3> angles = {"AngleRot", "AngleTilt", "AnglePsi"};
  for (std::size_t i = 0; i < angles.size(); ++i) {
    const std::string name = std::string("rln") + angles[i];
    add(relion ? name : xmipp_label(name), Kind::angle, i);
  }
  add(x_labels[relion ? 1 : 2], Kind::result_origin, 0);
  add(y_labels[relion ? 1 : 2], Kind::result_origin, 1);
  if (!relion) add("nmaDisplacements", Kind::displacements);
  for (std::size_t k = 0; relion && k < results_->modes.size(); ++k)
    add(fmt::format("elastemAmplitude{}", results_->modes[k]), Kind::amplitude, k);
  add_standard_errors();
  add(relion ? "elastemScore" : "cost", relion ? Kind::score : Kind::cost);
  if (!results_->fits) return;
  add("elastemDefocusChange", Kind::defocus_change);
  add("elastemChi2", Kind::chi2);
  add("elastemOutlier", Kind::outlier);
}

void ParticleExporter::add_standard_errors() {
  std::size_t place = 0;
  for (const int mode : results_->modes)
    add(fmt::format("elastemAmplitudeError{}", mode), Kind::standard_error, place++);
  for (const char* name : {"elastemRotationErrorX", "elastemRotationErrorY", "elastemRotationErrorView",
                           "elastemShiftErrorX", "elastemShiftErrorY"})
    add(name, Kind::standard_error, place++);
}

std::string ParticleExporter::head() const {
  std::vector<std::string> labels;
  for (const auto& column : columns_) labels.push_back(column.label);
  const bool relion = format_ == ParticleFormat::relion;
  // What else stands in the file goes with it where the format stays.
  const std::string others = relion != input_->xmipp() ? input_->other_blocks() : "";
  if (!relion) return xmipp_head(labels, others);
  return relion_head(input_->optics().labels.empty() ? groups_.table() : input_->optics(), labels, others);
}

std::string ParticleExporter::value(const Column& column, std::int64_t index, const ParticleFile::Row& row,
                                    const std::string& image, const ParticleResult* result) const {
  switch (column.kind) {
    case Kind::image:
      return image;
    case Kind::enabled:
      return row.particle.enabled && (result == nullptr || result->state == ParticleState::done) ? "1" : "-1";
    case Kind::item:
      return std::to_string(index + 1);
    default:
      break;
  }
  return column.kind < Kind::angle ? input_value(column, row, result) : result_value(column, row, *result);
}

// What the input says, in the output's words.
std::string ParticleExporter::input_value(const Column& column, const ParticleFile::Row& row,
                                          const ParticleResult* result) const {
  const std::size_t i = column.index;
  switch (column.kind) {
    case Kind::text:
      return row.values[i];
    case Kind::negated:
      return negated_text(row.values[i]);
    case Kind::absolute:
      return absolute_text(row.values[i]);
    case Kind::upright_angle: {
      const Pose& pose = row.particle.pose;
      if (!row.particle.flipped) return row.values[i];
      return star_number(input_->labels()[i] == "angleTilt" ? pose.tilt : pose.psi);
    }
    case Kind::ctf_number: {
      const double change = result != nullptr && result->fit ? result->fit->defocus_change : 0;
      return star_number(row.particle.ctf.*column.number + (i < 2 ? change : 0));
    }
    case Kind::optics:
      return input_->optics().rows[row.optics_row][i];
    case Kind::group:
      return groups_.number_of(row);
    case Kind::corrected:
      return row.particle.ctf.correction == CtfCorrection::wiener ? "1" : "0";
    case Kind::pixel_size:
      return scaled_number(row.particle.pixel_size);
    case Kind::origin: {  // the displacement that centres the particle
      return scaled_number(origin(row.particle, row.particle.pose.shift, static_cast<Eigen::Index>(i)));
    }
    default:
      return "";
  }
}

// The displacement that centres the particle, in Å for RELION, in pixels for Xmipp.
double ParticleExporter::origin(const Particle& particle, const Eigen::Vector2d& shift,
                                Eigen::Index axis) const {
  if (format_ == ParticleFormat::relion)
    return relion_origin(shift, {particle.size, particle.pixel_size})[axis];
  return -shift[axis] / particle.pixel_size;
}

std::string ParticleExporter::result_value(const Column& column, const ParticleFile::Row& row,
                                           const ParticleResult& result) const {
  const auto at = static_cast<Eigen::Index>(column.index);
  const double change = result.fit ? result.fit->defocus_change : 0;
  switch (column.kind) {
    case Kind::angle:
      return star_number(result.euler_angles[at]);
    case Kind::result_origin:
      return (format_ == ParticleFormat::relion ? star_number
                                                : scaled_number)(origin(row.particle, result.shift, at));
    case Kind::defocus_u:
    case Kind::defocus_v: {
      const Ctf& ctf = row.particle.ctf;
      if (change != 0)
        return star_number((column.kind == Kind::defocus_u ? ctf.defocus_u : ctf.defocus_v) + change);
      const std::string& text = row.values[column.index];
      return input_->defocus_sign() == DefocusSign::opposite ? negated_text(text) : text;
    }
    case Kind::amplitude:
      return star_number(result.amplitudes[at]);
    case Kind::displacements: {
      std::string all;
      for (const double amplitude : result.amplitudes) all += " " + star_number(amplitude);
      return all + " ";
    }
    case Kind::standard_error:
      return star_number(result.standard_errors[at]);
    case Kind::score:
      return star_number(result.score);
    case Kind::cost:
      return star_number(1.0 - result.score);
    case Kind::defocus_change:
      return star_number(change);
    case Kind::chi2:
      return star_number(result.fit ? result.fit->chi2 : 0);
    case Kind::outlier:
      return result.fit && result.fit->outlier ? "1" : "0";
    default:
      return "";
  }
}

std::string ParticleExporter::row(std::int64_t index, const ParticleFile::Row& row, const std::string& image,
                                  const ParticleResult* result) const {
  require((result != nullptr) == results_.has_value(), "results where the file is to have them");
  const bool left_out = result != nullptr && (!row.particle.enabled || result->state != ParticleState::done);
  if (left_out && format_ == ParticleFormat::relion) return "";
  std::vector<std::string> values;
  values.reserve(columns_.size());
  for (const auto& column : columns_) values.push_back(value(column, index, row, image, result));
  return star_line(values);
}

std::string renamed_image(const std::string& image, const std::string& stack) {
  const std::size_t mark = image.find('@');
  return (mark == std::string::npos ? "" : image.substr(0, mark + 1)) + stack +
         std::string(format_suffix(image));
}

std::string stack_seen_from(const std::string& output, const std::string& name, const std::string& input,
                            const std::string& datadir) {
  namespace fs = std::filesystem;
  if (fs::path(name).is_absolute()) return name;
  const auto folder = [](const std::string& file) {
    return fs::absolute(fs::path(file)).lexically_normal().parent_path();
  };
  if (folder(output) == folder(input)) return name;
  try {
    const fs::path stack = fs::absolute(find_stack(name, input, datadir)).lexically_normal();
    return stack.lexically_relative(folder(output)).string();
  } catch (const Error&) {
    return name;
  }
}

}  // namespace elastem
