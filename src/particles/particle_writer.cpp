#include "particles/particle_writer.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace elastem {

std::string star_number(double value) {
  const std::string text = fmt::format("{:.6f}", value);
  return text == "-0.000000" ? "0.000000" : text;
}

std::string scaled_number(double value) {
  constexpr double lost = 1e-8;  // what nine decimals lose, times a pixel of 20 Å
  std::string six = star_number(value);
  double read = 0;
  if (parse_number(six, read) && std::abs(read - value) <= lost) return six;
  return fmt::format("{:.9f}", value);
}

std::string absolute_text(const std::string& number) {
  return !number.empty() && (number.front() == '-' || number.front() == '+') ? number.substr(1) : number;
}

std::string negated_text(const std::string& number) {
  const bool zero = number.find_first_of("123456789") >= number.find_first_of("eE");
  if (zero || number.front() == '-') return absolute_text(number);
  return "-" + absolute_text(number);
}

std::string image_name(std::int64_t slice, const std::string& stack) {
  return fmt::format("{:06}@{}", slice + 1, stack);
}

OpticsGroup optics_group(const Ctf& ctf, double pixel_size, int size) {
  return {ctf.voltage_kv,
          ctf.cs_mm,
          ctf.amplitude_contrast,
          pixel_size,
          size,
          ctf.correction,
          ctf.correction == CtfCorrection::wiener ? ctf.wiener_constant : 0};
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
  const auto add_where = [&](const std::string& label, CtfCorrection correction, auto value) {
    if (std::none_of(groups.begin(), groups.end(), [&](const auto& g) { return g.correction == correction; }))
      return;
    table.labels.push_back(label);
    for (std::size_t i = 0; i < groups.size(); ++i)
      table.rows[i].push_back(groups[i].correction == correction ? value(groups[i]) : "0");
  };
  const auto one = [](const OpticsGroup&) { return std::string("1"); };
  add_where("rlnCtfDataArePhaseFlipped", CtfCorrection::phase_flip, one);
  add_where("rlnCtfDataAreCtfPremultiplied", CtfCorrection::premultiply, one);
  add_where("elastemWienerConstant", CtfCorrection::wiener,
            [](const OpticsGroup& group) { return fmt::format("{:.9g}", group.wiener_constant); });
  return table;
}

std::string relion_head(const StarTable& optics, const std::vector<std::string>& labels,
                        const std::string& other_blocks) {
  std::string head = "\n# version 30001\n\n" + star_head("optics", optics.labels);
  for (const auto& row : optics.rows) head += star_line(row);
  return head + "\n" + other_blocks + "\n# version 30001\n\n" + star_head("particles", labels);
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

Eigen::Vector2d relion_origin(const Eigen::Vector2d& shift, ImageGrid grid) {
  return (relion_origin_offset(grid.size) * grid.pixel_size - shift.array()).matrix();
}

std::vector<std::string> relion_pose_values(const Eigen::Vector3d& euler_angles, const Eigen::Vector2d& shift,
                                            ImageGrid grid) {
  const Eigen::Vector2d origin = relion_origin(shift, grid);
  return {star_number(euler_angles[0]), star_number(euler_angles[1]), star_number(euler_angles[2]),
          star_number(origin.x()), star_number(origin.y())};
}

}  // namespace elastem
