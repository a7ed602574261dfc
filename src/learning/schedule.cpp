#include "learning/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem {
namespace {

constexpr std::array<std::pair<ScheduleKind, const char*>, 3> kinds = {{{ScheduleKind::cosine, "cosine"},
                                                                        {ScheduleKind::constant, "constant"},
                                                                        {ScheduleKind::plateau, "plateau"}}};

std::int64_t epochs_without_progress(const Schedule& s) {
  return s.observed - std::max(s.best_epoch, s.cut_epoch);
}

}  // namespace

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const auto& [kind, name] : kinds) names.emplace_back(name);
  return names;
}

std::string name_of(ScheduleKind kind) {
  for (const auto& [each, name] : kinds)
    if (each == kind) return name;
  require(false, "every kind of schedule has a name");
  return "";
}

ScheduleKind schedule_kind(const std::string& name) {
  for (const auto& [kind, each] : kinds)
    if (name == each) return kind;
  throw Error("option --schedule: \"" + name + "\"" + suggestion(name, schedule_names()) +
              "; give cosine, constant or plateau");
}

double Schedule::rate(std::int64_t step, double progress) const {
  require(kind != ScheduleKind::plateau || patience > 0, "a plateau is some epochs long");
  const double warm_up =
      warm_up_steps > 0 ? std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warm_up_steps))
                        : 1.0;
  constexpr double floor = 0.01;
  double left = 1;
  if (kind == ScheduleKind::cosine)
    left = floor + (1 - floor) * 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(progress, 0.0, 1.0)));
  if (kind == ScheduleKind::plateau) left = std::pow(cut_factor, cuts);
  return learning_rate * warm_up * left;
}

void Schedule::observe(double validation_loss) {
  if (std::isnan(validation_loss)) return;
  ++observed;
  const bool better = best_epoch == 0 || validation_loss < best_loss - improvement * std::abs(best_loss);
  if (better && std::isfinite(validation_loss)) {
    best_epoch = observed;
    best_loss = validation_loss;
  }
  if (kind != ScheduleKind::plateau || exhausted() || epochs_without_progress(*this) < patience) return;
  ++cuts;
  cut_epoch = observed;
}

bool Schedule::exhausted() const {
  if (kind == ScheduleKind::plateau) return cuts >= last_cut;
  return patience > 0 && epochs_without_progress(*this) >= patience;
}

double batch_learning_rate(double learning_rate, std::int64_t batch) {
  if (batch < 1) throw Error("option --batch: must be 1 or more");
  constexpr double usual_batch = 64;
  return learning_rate * std::sqrt(static_cast<double>(batch) / usual_batch);
}

}  // namespace elastem
