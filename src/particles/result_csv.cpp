#include "particles/result_csv.hpp"

#include <iterator>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "particles/particle_key.hpp"

namespace elastem {
namespace {

constexpr const char* state_names[] = {"pending", "done", "failed"};

// The numbers of a result in the order of the head, without the defocus.
std::vector<double> numbers(const ResultColumns& columns, const ParticleResult& result) {
  const auto modes = static_cast<Eigen::Index>(columns.modes.size());
  const auto& error = result.standard_errors;
  require(result.amplitudes.size() == modes && error.size() == modes + 5, "a result of these modes");
  std::vector<double> values(result.amplitudes.begin(), result.amplitudes.end());
  values.insert(values.end(), error.begin(), error.begin() + modes);
  values.insert(values.end(), result.euler_angles.begin(), result.euler_angles.end());
  values.insert(values.end(), error.begin() + modes, error.begin() + modes + 3);
  values.insert(values.end(), result.shift.begin(), result.shift.end());
  values.insert(values.end(), error.begin() + modes + 3, error.end());
  values.push_back(result.score);
  if (!columns.fits) return values;
  const FitDetails fit = result.fit.value_or(FitDetails{});
  values.insert(values.end(), {fit.chi2, fit.outlier ? 1.0 : 0.0, fit.defocus_change});
  return values;
}

}  // namespace

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string result_csv_head(const ResultColumns& columns) {
  std::string head = "image,state,reason";
  for (const int mode : columns.modes) fmt::format_to(std::back_inserter(head), ",amplitude_{}", mode);
  for (const int mode : columns.modes) fmt::format_to(std::back_inserter(head), ",amplitude_error_{}", mode);
  head +=
      ",rot,tilt,psi,rotation_error_x,rotation_error_y,rotation_error_view,shift_x,shift_y,shift_error_x,"
      "shift_error_y,score";
  if (columns.fits) head += ",chi2,outlier,defocus_change";
  return head + ",defocus_u,defocus_v\n";
}

std::string result_csv_row(const ResultColumns& columns, const Particle& particle,
                           const ParticleResult& result) {
  const bool done = result.state == ParticleState::done;

  std::string line = fmt::format(
      "{},{},{}", csv_text(particle_key(particle)), state_names[static_cast<std::size_t>(result.state)],
      result.state == ParticleState::failed ? failure_names.at(static_cast<std::size_t>(result.reason)) : "");
  auto end = std::back_inserter(line);
  const std::size_t count = 2 * columns.modes.size() + 11 + (columns.fits ? 3 : 0);
  if (done) {
    for (const double value : numbers(columns, result)) fmt::format_to(end, ",{}", value);
  } else {
    line.append(count, ',');
  }
  const double change = done && result.fit ? result.fit->defocus_change : 0;
  if (!particle.ctf.enabled) return line + ",,\n";
  fmt::format_to(end, ",{},{}\n", particle.ctf.defocus_u + change, particle.ctf.defocus_v + change);
  return line;
}

}  // namespace elastem
