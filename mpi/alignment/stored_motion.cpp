#include "mpi/alignment/stored_motion.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr const char *mean_name = "normal_mean", *covariance_name = "normal_covariance";
constexpr const char* atoms_name = "atom_count";
constexpr const char* particles_name = "mode_particles";
constexpr const char* verdict_name = "mode_verdict";

// A number of ModeMotion and its data set.
struct MotionColumn {
  double ModeMotion::*member;
  const char* name;
  const char* description;
};

constexpr std::array<MotionColumn, 5> columns = {{
    {&ModeMotion::mean, "mode_mean", "mean of the amplitudes from the images alone"},
    {&ModeMotion::spread, "mode_spread", "their standard deviation"},
    {&ModeMotion::error, "mode_error", "root of the mean of their variances: their standard error"},
    {&ModeMotion::motion, "mode_motion",
     "standard deviation of the true amplitudes: the spread without errors and prior"},
    {&ModeMotion::motion_error, "mode_motion_error", "standard error of mode_motion"},
}};

}  // namespace

std::vector<StoredVector> stored_normal(const NormalPrior& prior) {
  const auto covariance = prior.covariance.reshaped();
  return {{mean_name,
           {prior.mean.begin(), prior.mean.end()},
           "Å",
           "what each image's amplitudes were expected to be about: mean of a normal distribution"},
          {covariance_name,
           {covariance.begin(), covariance.end()},
           "Å²",
           "covariance of that distribution, row by row"}};
}

NormalPrior load_normal(const ResultTable& table) {
  const auto modes = static_cast<Eigen::Index>(table.modes().size());
  const std::vector<double> mean = table.load_vector(mean_name),
                            covariance = table.load_vector(covariance_name);
  if (static_cast<Eigen::Index>(mean.size()) != modes ||
      static_cast<Eigen::Index>(covariance.size()) != modes * modes)
    return {};
  return {Eigen::Map<const Eigen::VectorXd>(mean.data(), modes),
          Eigen::Map<const Eigen::MatrixXd>(covariance.data(), modes, modes)};
}

std::vector<StoredVector> room_for_motion(std::size_t modes, Eigen::Index atoms) {
  std::vector<StoredVector> vectors;
  if (modes == 0) return vectors;
  vectors.push_back({atoms_name, {static_cast<double>(atoms)}, "1", "number of atoms of the model"});
  const std::vector<double> empty(modes, unknown);
  for (const MotionColumn& column : columns)
    vectors.push_back({column.name, empty, "Å", std::string(column.description) + ", one value per mode"});
  vectors.push_back({verdict_name, empty, "none",
                     "whether a mode moves: 1 moves, 0 does not move, -1 not seen; one value per mode"});
  vectors.push_back({particles_name, {unknown}, "1", "number of particles that the mode_ values are of"});
  return vectors;
}

void store_motion(ResultTable& table, const MotionSummary& summary) {
  const std::size_t count = table.modes().size();
  std::vector<double> values(count, unknown);
  const auto store = [&](const char* name, const auto& value_of) {
    for (std::size_t k = 0; k < summary.modes.size(); ++k) values[k] = value_of(summary.modes[k]);
    table.write_vector(name, values);
  };
  for (const MotionColumn& column : columns)
    store(column.name, [&](const ModeMotion& mode) { return mode.*column.member; });
  store(verdict_name, [](const ModeMotion& mode) { return static_cast<double>(mode.verdict); });
  table.write_vector(particles_name, std::array{static_cast<double>(summary.particles)});
}

MotionSummary load_motion(const ResultTable& table) {
  MotionSummary summary;
  const std::vector<double> particles = table.load_vector(particles_name),
                            verdicts = table.load_vector(verdict_name);
  if (particles.size() != 1 || !(particles[0] >= 0) || verdicts.size() != table.modes().size())
    return summary;
  summary.particles = std::llround(particles[0]);
  for (const double verdict : verdicts) {
    if (std::isnan(verdict)) return {summary.particles, {}};
    summary.modes.emplace_back().verdict = static_cast<MotionVerdict>(std::lround(verdict));
  }
  for (const MotionColumn& column : columns) {
    const std::vector<double> values = table.load_vector(column.name);
    if (values.size() != summary.modes.size()) return {};
    for (std::size_t k = 0; k < values.size(); ++k) summary.modes[k].*column.member = values[k];
  }
  return summary;
}

double load_atom_count(const ResultTable& table) {
  const std::vector<double> count = table.load_vector(atoms_name);
  return count.empty() ? 0 : count[0];
}

}  // namespace elastem
