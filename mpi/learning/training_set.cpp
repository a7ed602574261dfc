#include "mpi/learning/training_set.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mpi/comm/balanced.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {
namespace {

/// A particle's row and the row of its label.
struct LabelledRow {
  std::int64_t particle = 0, label = 0;
};

/// What one rank knows of the sides.
struct Sides {
  std::vector<LabelledRow> training, validation;
  std::int64_t outliers = 0;
};

/// The labelled ones of this rank's part of the particles.
Sides own_sides(const RowMatch& match, const ResultTable& table, const LabelSource& labels,
                std::uint64_t seed) {
  constexpr std::int64_t block_rows = 4096;
  const std::int64_t end = match.rows.first + match.rows.count;
  Sides sides;
  for (std::int64_t first = match.rows.first; first < end; first += block_rows) {
    const std::span<const std::int64_t> rows = match.of({first, std::min(block_rows, end - first)});
    const std::vector<ParticleResult> results = matched_rows(table, rows, ResultTable::Details::brief);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == RowMatch::none || results[i].state != ParticleState::done) continue;
      if (!labels.with_outliers && results[i].fit && results[i].fit->outlier) {
        ++sides.outliers;
        continue;
      }
      const std::int64_t particle = first + static_cast<std::int64_t>(i);
      const bool aside = for_validation(seed, particle, labels.validation);
      (aside ? sides.validation : sides.training).push_back({particle, rows[i]});
    }
  }
  return sides;
}

/// Reads particles and labels of rows in ascending order, a window at a time.
std::vector<Example> read_examples(std::span<const LabelledRow> rows, const ParticleFile& particles,
                                   const ResultTable& table, std::vector<double>& scores) {
  constexpr std::int64_t window = 1024;
  std::vector<Example> examples;
  for (std::size_t i = 0; i < rows.size();) {
    const std::int64_t first = rows[i].particle;
    std::vector<std::int64_t> labels;
    for (std::size_t j = i; j < rows.size() && rows[j].particle - first < window; ++j)
      labels.push_back(rows[j].label);
    const std::int64_t last = rows[i + labels.size() - 1].particle;
    std::vector<Particle> described = particles.read(first, last - first + 1);
    for (const ParticleResult& result : matched_rows(table, labels, ResultTable::Details::brief)) {
      const std::int64_t row = rows[i++].particle;
      Particle& particle = described[static_cast<std::size_t>(row - first)];
      const double change = result.fit ? result.fit->defocus_change : 0;
      particle.ctf.defocus_u += change;
      particle.ctf.defocus_v += change;
      examples.push_back({row, std::move(particle), label_of(result)});
      scores.push_back(result.score);
    }
  }
  return examples;
}

/// Median and spread of the labels' scores over all ranks; each gives a sample of its own.
void gather_scores(const Communicator& comm, const std::vector<double>& own, TrainingSet& set) {
  const std::size_t most = 1 + 4096 / static_cast<std::size_t>(comm.size());
  const std::size_t step = 1 + own.size() / most;
  std::vector<double> sample;
  for (std::size_t i = 0; i < own.size(); i += step) sample.push_back(own[i]);
  describe_scores(comm.all_gathered(sample), set);
}

ImageGrid common_grid(const Communicator& comm, const TrainingSet& set, const std::string& path) {
  const Example* any = !set.training.empty()     ? &set.training.front()
                       : !set.validation.empty() ? &set.validation.front()
                                                 : nullptr;
  const ImageGrid grid{comm.max(any ? any->particle.size : 0), comm.max(any ? any->particle.pixel_size : 0)};
  collectively(comm, [&] {
    for (const auto* examples : {&set.training, &set.validation})
      for (const Example& e : *examples)
        if (e.particle.size != grid.size || e.particle.pixel_size != grid.pixel_size)
          throw Error(fmt::format(
              "{}: particle {} has {} pixels of {} Å, others have {} of {} Å; a network learns from images "
              "of one size: "
              "scale them alike or train one network per size",
              path, e.row + 1, e.particle.size, e.particle.pixel_size, grid.size, grid.pixel_size));
  });
  return grid;
}

}  // namespace

bool for_validation(std::uint64_t seed, std::int64_t row, double share) {
  return Random(seed, Stream::split, static_cast<std::uint64_t>(row)).uniform() < share;
}

void describe_scores(std::vector<double> scores, TrainingSet& set) {
  const auto median = [](std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  set.median_score = median(scores);
  for (double& score : scores) score = std::abs(score - set.median_score);
  set.score_deviation = 1.4826 * median(scores);
}

TrainingSet load_training_set(const Communicator& comm, const ParticleFile& particles,
                              const LabelSource& labels, std::uint64_t seed) {
  ResultTable table = ResultTable::open(comm, labels.path, ResultTable::Access::read);
  if (!labels.modes_file.empty())
    require_modes_of(comm, labels.path, table.provenance(), labels.modes_file, labels.accept_mismatch);
  RowMatch match = match_particles(comm, particles, equal_share(comm, particles.size()), {labels.path, table},
                                   labels.accept_mismatch);
  keep_selected(comm, selected_rows(comm, {labels.path, table}, labels.selection, labels.accept_mismatch),
                match);
  const Sides sides = collectively_get(comm, [&] { return own_sides(match, table, labels, seed); });
  const std::vector<LabelledRow> training = balanced(comm, sides.training),
                                 validation = balanced(comm, sides.validation);
  TrainingSet set;
  set.rows = particles.size();
  set.modes = table.modes();
  set.all_training = comm.sum(static_cast<std::int64_t>(training.size()));
  set.all_validation = comm.sum(static_cast<std::int64_t>(validation.size()));
  set.outliers = comm.sum(sides.outliers);
  if (set.all_training == 0)
    throw Error(fmt::format(
        "{} has no particle of {} to train on ({} are set aside for validation, {} are outliers); align "
        "more particles, lower --validation or give --with-outliers",
        labels.path, particles.path(), set.all_validation, set.outliers));
  std::vector<double> scores;
  collectively(comm, [&] {
    set.training = read_examples(training, particles, table, scores);
    set.validation = read_examples(validation, particles, table, scores);
  });
  table.close();
  gather_scores(comm, scores, set);
  set.grid = common_grid(comm, set, particles.path());
  return set;
}

}  // namespace elastem
