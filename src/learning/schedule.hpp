#pragma once

#include <cstdint>

#include "core/name_table.hpp"

namespace elastem {

/// How the learning rate runs on after the warm-up: half a cosine down to 1 %, not at all, or down a step
/// whenever the validation loss stands still.
enum class ScheduleKind { cosine, constant, plateau };

inline constexpr NamedValue<ScheduleKind> schedule_names[] = {{ScheduleKind::cosine, "cosine"},
                                                              {ScheduleKind::constant, "constant"},
                                                              {ScheduleKind::plateau, "plateau"}};
constexpr NameTable<ScheduleKind> name_table(ScheduleKind) {
  return schedule_names;
}

/// The learning rate of a training and when it is given up: plain data, so that a checkpoint holds all of it.
///
/// An epoch improves when its validation loss lies below the best so far by more than `improvement` of the
/// best's size. `plateau` multiplies the rate by `cut_factor` each time that `patience` epochs have passed
/// without, counted from the best epoch or the last cut; the third time the training is over. The other kinds
/// are over as soon as `patience` epochs have passed since the best one; with `patience` 0 they never are.
struct Schedule {
  static constexpr double improvement = 1e-3, cut_factor = 0.3;
  static constexpr int last_cut = 3;

  ScheduleKind kind = ScheduleKind::cosine;
  double learning_rate = 1e-3;
  std::int64_t warm_up_steps = 100;
  std::int64_t patience = 0;  ///< epochs; `plateau` needs 1 or more

  // What observe() has seen.
  std::int64_t observed = 0;    ///< epochs
  std::int64_t best_epoch = 0;  ///< counted from 1; 0: none yet
  double best_loss = 0;         ///< of that epoch
  std::int64_t cut_epoch = 0;   ///< of the last cut; 0: none yet
  int cuts = 0;

  bool operator==(const Schedule&) const = default;

  /// The rate at a step counted from 0: linear warm-up, then by kind; `progress` is the share of the training
  /// that is over, 0 … 1. Throws Bug for `plateau` without patience.
  double rate(std::int64_t step, double progress) const;
  /// Takes note of an epoch that is over. A loss that is NaN says nothing, so that a training without
  /// validation particles is neither slowed nor ended; an infinite one is no progress.
  void observe(double validation_loss);
  /// Whether the training is over because the validation loss no longer falls.
  bool exhausted() const;
};

/// The learning rate for batches of `batch` images where `learning_rate` is meant for 64: it grows with the
/// square root, learning_rate·√(batch/64). Where gradients are mostly noise, a step of Adam has the same
/// length for any batch, and this rule keeps the noise that an epoch adds up (Malladi et al. 2022,
/// arXiv:2205.10287, whose rule for the β is not followed: they stay). Throws Error for a batch below 1.
double batch_learning_rate(double learning_rate, std::int64_t batch);

}  // namespace elastem
