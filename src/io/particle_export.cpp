#include "io/particle_export.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.hpp"

namespace elastem {

namespace {

// The columns that this program reads, and so writes anew.
constexpr std::array own_labels = {"rlnImageName",
                                   "rlnOpticsGroup",
                                   "rlnImageSize",
                                   "rlnImagePixelSize",
                                   "rlnPixelSize",
                                   "rlnDetectorPixelSize",
                                   "rlnMagnification",
                                   "rlnDefocusU",
                                   "rlnDefocusV",
                                   "rlnDefocusAngle",
                                   "rlnPhaseShift",
                                   "rlnCtfBfactor",
                                   "rlnVoltage",
                                   "rlnSphericalAberration",
                                   "rlnAmplitudeContrast",
                                   "rlnAngleRot",
                                   "rlnAngleTilt",
                                   "rlnAnglePsi",
                                   "rlnOriginX",
                                   "rlnOriginY",
                                   "rlnOriginXAngst",
                                   "rlnOriginYAngst",
                                   "image",
                                   "enabled",
                                   "itemId",
                                   "samplingRate",
                                   "ctfSamplingRate",
                                   "ctfDefocusU",
                                   "ctfDefocusV",
                                   "ctfDefocusAngle",
                                   "ctfPhaseShift",
                                   "ctfVoltage",
                                   "ctfSphericalAberration",
                                   "ctfQ0",
                                   "angleRot",
                                   "angleTilt",
                                   "anglePsi",
                                   "shiftX",
                                   "shiftY",
                                   "nmaDisplacements",
                                   "cost"};

bool own(const std::string& label) {
  return label.starts_with("elastem") ||
         std::find(own_labels.begin(), own_labels.end(), label) != own_labels.end();
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

const std::vector<std::string>& xmipp_ctf_labels() {
  static const std::vector<std::string> labels = {
      "ctfVoltage",  "ctfSphericalAberration", "ctfQ0",        "ctfDefocusU",
      "ctfDefocusV", "ctfDefocusAngle",        "ctfPhaseShift"};
  return labels;
}

std::vector<std::string> xmipp_ctf_values(const Ctf& ctf) {
  return {star_number(ctf.voltage_kv), star_number(ctf.cs_mm),     star_number(ctf.amplitude_contrast),
          star_number(ctf.defocus_u),  star_number(ctf.defocus_v), star_number(ctf.defocus_angle),
          star_number(ctf.phase_shift)};
}

}  // namespace

ParticleFormat particle_format(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".star") return ParticleFormat::relion;
  if (extension == ".xmd") return ParticleFormat::xmipp;
  throw Error(path + ": the name must end in .star (RELION) or .xmd (Xmipp), which says what is written");
}

ParticleExporter::ParticleExporter(const ParticleFile& input, ParticleFormat format, std::vector<int> modes,
                                   std::vector<OpticsGroup> groups)
    : format_(format), modes_(std::move(modes)), groups_(std::move(groups)), optics_(input.optics()) {
  const auto& labels = input.labels();
  for (std::size_t column = 0; column < labels.size(); ++column) {
    const std::string& label = labels[column];
    if (label == "rlnOpticsGroup") group_column_ = static_cast<int>(column);
    if (label == "itemId") item_column_ = static_cast<int>(column);
    if (label == "rlnDefocusU" || label == "ctfDefocusU") ctf_ = true;
    if (own(label)) continue;
    carried_.push_back(label);
    carried_columns_.push_back(column);
  }
}

std::vector<std::string> ParticleExporter::relion_labels() const {
  std::vector<std::string> labels = {"rlnImageName", "rlnOpticsGroup"};
  Ctf ctf;
  ctf.enabled = ctf_;
  append(labels, relion_ctf_labels(ctf));
  append(labels, relion_pose_labels());
  for (const int mode : modes_) labels.push_back("elastemAmplitude" + std::to_string(mode));
  labels.push_back("elastemScore");
  append(labels, carried_);
  return labels;
}

std::vector<std::string> ParticleExporter::xmipp_labels() const {
  std::vector<std::string> labels = {"image", "enabled", "itemId"};
  append(labels, xmipp_pose_labels());
  append(labels, {"nmaDisplacements", "cost", "samplingRate"});
  if (ctf_) append(labels, xmipp_ctf_labels());
  append(labels, carried_);
  return labels;
}

std::string ParticleExporter::head() const {
  if (format_ == ParticleFormat::xmipp) return xmipp_head(xmipp_labels());
  return relion_head(optics_.labels.empty() ? relion_optics(groups_) : optics_, relion_labels());
}

std::string ParticleExporter::group_of(const std::vector<std::string>& values,
                                       const Particle& particle) const {
  if (!optics_.labels.empty())
    return group_column_ < 0 ? "1" : values[static_cast<std::size_t>(group_column_)];
  const auto found = std::find(groups_.begin(), groups_.end(), optics_group(particle));
  require(found != groups_.end(), "a particle's optics are in no group");
  return std::to_string(found - groups_.begin() + 1);
}

std::vector<std::string> ParticleExporter::relion_row(const std::vector<std::string>& values,
                                                      const Particle& particle,
                                                      const ParticleResult& result) const {
  std::vector<std::string> row = {group_of(values, particle)};
  append(row, relion_ctf_values(particle.ctf));
  append(row, relion_pose_values(result.euler_angles, result.shift));
  for (const double amplitude : result.amplitudes) row.push_back(star_number(amplitude));
  row.push_back(star_number(result.score));
  return row;
}

std::vector<std::string> ParticleExporter::xmipp_row(std::int64_t index,
                                                     const std::vector<std::string>& values,
                                                     const Particle& particle,
                                                     const ParticleResult& result) const {
  std::vector<std::string> row = {
      result.state == ParticleState::done ? "1" : "-1",
      item_column_ >= 0 ? values[static_cast<std::size_t>(item_column_)] : std::to_string(index + 1)};
  append(row, xmipp_pose_values(result.euler_angles, result.shift, particle.pixel_size));
  std::string displacements;
  for (const double amplitude : result.amplitudes) displacements += " " + star_number(amplitude);
  append(row, {displacements + " ", star_number(1.0 - result.score), star_number(particle.pixel_size)});
  if (ctf_) append(row, xmipp_ctf_values(particle.ctf));
  return row;
}

std::string ParticleExporter::row(std::int64_t index, const std::vector<std::string>& values,
                                  const Particle& particle, const ParticleResult& result,
                                  const std::string& image) const {
  std::vector<std::string> row = {image};
  if (format_ == ParticleFormat::relion) {
    if (result.state != ParticleState::done) return "";
    append(row, relion_row(values, particle, result));
  } else {
    append(row, xmipp_row(index, values, particle, result));
  }
  for (const std::size_t column : carried_columns_) row.push_back(values[column]);
  return star_line(row);
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
