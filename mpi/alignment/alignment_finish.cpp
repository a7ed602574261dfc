#include "mpi/alignment/alignment_finish.hpp"

#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include <spdlog/spdlog.h>

#include "alignment/amplitude_prior.hpp"
#include "alignment/outliers.hpp"
#include "core/counted.hpp"
#include "core/row_slices.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/alignment/stored_noise.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

namespace {

using Rows = std::vector<ParticleResult>;

constexpr std::size_t most_mode_lines = 10;  // of the log

constexpr RowPass possible_learners{.outliers = Outliers::leave_out,
                                    .details = ResultTable::Details::image_alone};

/// Whether a prior can be learnt from a row that is no outlier.
bool can_teach(const ParticleResult& row) {
  return row.state == ParticleState::done && usable(amplitudes_alone(*row.fit));
}

/// How many rows of each slice can teach a prior. Collective.
std::vector<std::int64_t> teachers(const Communicator& comm, const ResultTable& table) {
  const RowSlices slices{table.size()};
  std::vector<std::int64_t> counts(RowSlices::count, 0);
  int slice = 0;
  for_each_row(comm, table, possible_learners, [&](std::int64_t row, const ParticleResult& result) {
    slice = slices.slice_of(row, slice);
    if (can_teach(result)) ++counts[static_cast<std::size_t>(slice)];
  });
  comm.sum(counts);
  return counts;
}

/// This rank's share of the learners; `before`: how many rows of earlier ranks
/// can teach. Collective.
std::vector<Learner> own_learners(const Communicator& comm, const ResultTable& table,
                                  const NormalPrior& fitted_with, std::int64_t before, std::int64_t total) {
  std::vector<Learner> learners;
  for_each_row(comm, table, possible_learners, [&](std::int64_t row, const ParticleResult& result) {
    if (!can_teach(result)) return;
    const std::int64_t ordinal = stratum_drawn(before++, total, most_learners);
    if (ordinal >= 0)
      learners.push_back({row, ordinal, without_prior(amplitudes_alone(*result.fit), fitted_with)});
  });
  return learners;
}

/// Rewrites the rows of a block that are done; the others stay untouched.
void rewrite_done(ResultTable& table, std::int64_t first, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    while (end < rows.size() && rows[end].state == ParticleState::done) ++end;
    table.rewrite(first + static_cast<std::int64_t>(i), std::span(rows).subspan(i, end - i));
    i = std::max(end, i + 1);
  }
}

/// Rewrites this rank's rows; `learners` ascending, with the points that they made. What a misfit adds to the
/// errors is common to particles that look alike: a prior does not take it off. Collective.
void rewrite_own(const Communicator& comm, ResultTable& table, const NormalPrior& fitted_with,
                 const LearntPrior& learnt, const std::vector<Learner>& learners) {
  const double misfit_share = load_misfit_share(table);
  PriorEvidence evidence(learnt.prior);
  std::size_t next = 0;
  for_each_block(comm, table, ResultTable::Details::image_alone, [&](std::int64_t first, Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t row = first + static_cast<std::int64_t>(i);
      Eigen::Index own_point = -1;
      if (next < learners.size() && learners[next].row == row) own_point = learnt.own_points[next++];
      if (rows[i].state != ParticleState::done) continue;
      const AmplitudeEstimate alone = amplitudes_alone(*rows[i].fit);
      if (!usable(alone)) continue;
      evidence.weigh(without_prior(alone, fitted_with), own_point);
      AmplitudeEstimate answer = evidence.answer();
      answer.covariance += misfit_share * alone.covariance;
      rows[i] = moved_by_prior(rows[i], answer);
    }
    rewrite_done(table, first, rows);
  });
}

using MakePrior = std::function<std::optional<LearntPrior>(std::span<const Learner>, std::int64_t)>;

/// Makes a prior of the rows that can teach one, stores it, and rewrites all
/// rows with it. False where none is made. Collective.
bool apply_prior(const Communicator& comm, ResultTable& table, const MakePrior& make) {
  const auto counts = teachers(comm, table);
  const auto own_first = counts.begin() + RowSlices::first_of_rank(comm.rank(), comm.size());
  const std::int64_t before = std::accumulate(counts.begin(), own_first, std::int64_t{0});
  const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const NormalPrior fitted_with = load_normal(table);
  const std::vector<Learner> learners = own_learners(comm, table, fitted_with, before, total);
  const auto prior = make(learners, total);
  if (!prior) return false;
  collectively(comm, [&] {
    if (comm.root()) table.write_prior(*prior);
  });
  rewrite_own(comm, table, fitted_with, *prior, learners);
  return true;
}

void report(const LearntPrior& learnt) {
  spdlog::debug(
      "log-likelihood of the estimates {:.1f} before the prior, "
      "{:.1f} with it; held out {:.1f}",
      learnt.likelihoods.front(), learnt.log_likelihood, learnt.held_out);
  if (learnt.iterations == 0) {
    spdlog::info(
        "a normal distribution describes the amplitudes of {} "
        "particles best: they change little",
        learnt.learners);
    return;
  }
  spdlog::info(
      "prior learnt from {} particles: {} points, {} iterations, "
      "{:.1f} % background",
      learnt.learners, learnt.prior.points.cols(), learnt.iterations, 100 * learnt.prior.background_share);
}

}  // namespace

std::int64_t flag_outliers(const Communicator& comm, ResultTable& table) {
  constexpr auto brief = ResultTable::Details::brief;
  QualityTally tally;
  for_each_row(comm, table, {.details = brief}, [&](std::int64_t, const ParticleResult& row) {
    if (row.fit) tally.add(row.score, row.fit->chi2);
  });
  comm.sum(tally.counts());
  const OutlierLimits limits = tally.limits();
  std::int64_t found = 0;
  for_each_block(comm, table, brief, [&](std::int64_t first, Rows& rows) {
    std::vector<std::uint8_t> flags;
    for (const auto& row : rows)
      flags.push_back(row.fit && limits.exceeded(row.score, row.fit->chi2) ? 1 : 0);
    found += std::accumulate(flags.begin(), flags.end(), std::int64_t{0});
    table.write_outliers(first, flags);
  });
  found = comm.sum(found);
  if (found > 0)
    spdlog::info(
        "{}: score below {:.3f} or chi-square above {:.3f} "
        "(/fit/outlier)",
        counted(found, "outlier"), limits.lowest_score, limits.highest_chi2);
  return found;
}

MotionSummary motion_of(const Communicator& comm, const ResultTable& table, Outliers outliers,
                        const std::function<bool(std::int64_t row)>& taken) {
  const auto modes = static_cast<Eigen::Index>(table.modes().size());
  const NormalPrior prior = load_normal(table);
  const double boundless = std::numeric_limits<double>::infinity();
  MotionTally tally = prior.empty() ? MotionTally(RowSlices{table.size()}, Eigen::VectorXd::Zero(modes),
                                                  Eigen::VectorXd::Constant(modes, boundless))
                                    : MotionTally(RowSlices{table.size()}, prior.mean, prior.widths());
  do {
    for_each_row(comm, table, {outliers, ResultTable::Details::image_alone},
                 [&](std::int64_t row, const ParticleResult& result) {
                   if (can_teach(result) && (!taken || taken(row))) tally.add(row, *result.fit);
                 });
    comm.sum(tally.sums());
  } while (tally.another_pass());
  return tally.summary();
}

MotionSummary report_motion(const Communicator& comm, ResultTable& table) {
  MotionSummary summary = motion_of(comm, table, Outliers::leave_out);
  on_root(comm, [&] { store_motion(table, summary); });
  const double atoms = load_atom_count(table);
  if (summary.modes.empty()) {
    spdlog::info("{} {} too few to say which modes move", counted(summary.particles, "particle"),
                 verb(summary.particles, "is", "are"));
    return summary;
  }
  for (const auto& line : motion_table(summary, table.modes(), atoms, most_mode_lines))
    spdlog::info("{}", line);
  spdlog::info("{}", motion_sentence(summary, table.modes(), atoms));
  return summary;
}

void apply_learnt_prior(const Communicator& comm, ResultTable& table) {
  const auto modes = static_cast<Eigen::Index>(table.modes().size());
  const auto add = [&](std::span<double> values) { comm.sum(values); };
  std::int64_t found = 0;
  const bool applied = apply_prior(comm, table, [&](std::span<const Learner> own, std::int64_t total) {
    found = total;
    auto learnt = learn_prior(own, std::min(total, most_learners), modes, RowSlices{table.size()}, add);
    if (learnt) report(*learnt);
    return learnt;
  });
  if (!applied)
    spdlog::warn("no prior was learnt: {} {} too few for {}", counted(found, "particle"),
                 verb(found, "is", "are"), counted(modes, "mode"));
}

void finish_with_known_prior(const Communicator& comm, ResultTable& table, const Eigen::MatrixXd& sample) {
  finish_alignment(comm, table, false);
  const auto add = [&](std::span<double> values) { comm.sum(values); };
  const bool applied = apply_prior(
      comm, table, [&](std::span<const Learner> own, std::int64_t total) -> std::optional<LearntPrior> {
        if (total == 0) return std::nullopt;
        return known_prior(own, std::min(total, most_learners), sample, RowSlices{table.size()}, add);
      });
  if (applied)
    spdlog::info("prior of {} conformations that the network was trained on", sample.cols());
  else
    spdlog::warn("no particle has an estimate that a prior could be weighed with");
}

void finish_alignment(const Communicator& comm, ResultTable& table, bool learn_prior) {
  comm.barrier();  // every rank's rows are in the file
  flag_outliers(comm, table);
  if (!table.modes().empty()) report_motion(comm, table);
  if (learn_prior) apply_learnt_prior(comm, table);
}

}  // namespace elastem
