#include "io/particle_writer.hpp"

#include <array>
#include <cstdio>

namespace elastem {

namespace {

std::string format(const char* pattern, auto value) {
  std::array<char, 400> text{};  // room for the largest double in fixed point
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

}  // namespace

std::string star_number(double value) {
  const std::string text = format("%.6f", value);
  return text == "-0.000000" ? "0.000000" : text;
}

std::string image_name(std::int64_t slice, const std::string& stack) {
  return format("%06lld", static_cast<long long>(slice + 1)) + "@" + stack;
}

OpticsGroup optics_group(const Particle& particle) {
  return {particle.ctf.voltage_kv, particle.ctf.cs_mm, particle.ctf.amplitude_contrast, particle.pixel_size,
          particle.size};
}

StarTable relion_optics(const std::vector<OpticsGroup>& groups) {
  StarTable table{"optics",
                  {"rlnOpticsGroupName", "rlnOpticsGroup", "rlnVoltage", "rlnSphericalAberration",
                   "rlnAmplitudeContrast", "rlnImagePixelSize", "rlnImageSize", "rlnImageDimensionality"},
                  {}};
  for (const auto& group : groups) {
    const std::string number = std::to_string(table.rows.size() + 1);
    table.rows.push_back({"opticsGroup" + number, number, star_number(group.voltage_kv),
                          star_number(group.cs_mm), star_number(group.amplitude_contrast),
                          star_number(group.pixel_size), std::to_string(group.size), "2"});
  }
  return table;
}

std::string relion_head(const StarTable& optics, const std::vector<std::string>& labels) {
  std::string head = "\n# version 30001\n\n" + star_head("optics", optics.labels);
  for (const auto& row : optics.rows) head += star_line(row);
  return head + "\n\n# version 30001\n\n" + star_head("particles", labels);
}

std::string xmipp_head(const std::vector<std::string>& labels) {
  std::string head = "# XMIPP_STAR_1 * \n#\ndata_noname\nloop_\n";
  for (const auto& label : labels) head += " _" + label + "\n";
  return head;
}

std::vector<std::string> relion_ctf_labels(const Ctf& ctf) {
  if (!ctf.enabled) return {};
  return {"rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnPhaseShift", "rlnCtfBfactor"};
}

std::vector<std::string> relion_ctf_values(const Ctf& ctf) {
  if (!ctf.enabled) return {};
  return {star_number(ctf.defocus_u), star_number(ctf.defocus_v), star_number(ctf.defocus_angle),
          star_number(ctf.phase_shift), star_number(ctf.b_factor)};
}

const std::vector<std::string>& relion_pose_labels() {
  static const std::vector<std::string> labels = {"rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi",
                                                  "rlnOriginXAngst", "rlnOriginYAngst"};
  return labels;
}

std::vector<std::string> relion_pose_values(const Eigen::Vector3d& euler_angles,
                                            const Eigen::Vector2d& shift) {
  return {star_number(euler_angles[0]), star_number(euler_angles[1]), star_number(euler_angles[2]),
          star_number(-shift.x()), star_number(-shift.y())};
}

const std::vector<std::string>& xmipp_pose_labels() {
  static const std::vector<std::string> labels = {"angleRot", "angleTilt", "anglePsi", "shiftX", "shiftY"};
  return labels;
}

std::vector<std::string> xmipp_pose_values(const Eigen::Vector3d& euler_angles, const Eigen::Vector2d& shift,
                                           double pixel_size) {
  return {star_number(euler_angles[0]), star_number(euler_angles[1]), star_number(euler_angles[2]),
          star_number(-shift.x() / pixel_size), star_number(-shift.y() / pixel_size)};
}

}  // namespace elastem
