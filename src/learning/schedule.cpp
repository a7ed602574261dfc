#include "learning/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace elastem {
namespace {

std::int64_t epochs_without_progress(const Schedule& s) {
  return s.observed - std::max(s.best_epoch, s.cut_epoch);
}

}  // namespace

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
