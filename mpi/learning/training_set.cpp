#include "mpi/learning/training_set.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mpi/comm/balanced.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {
namespace {

/// Rows of particles that have a label.
struct Sides {
  std::vector<std::int64_t> training, validation;
  std::int64_t outliers = 0;  ///< left out
};

/// The labelled ones of this rank's part of the rows.
Sides own_sides(Range part, const ResultTable& table, const LabelSource& labels, std::uint64_t seed) {
  constexpr std::int64_t block_rows = 4096;
  const std::int64_t end = part.first + part.count;
  Sides sides;
  for (std::int64_t first = part.first; first < end; first += block_rows) {
    std::int64_t row = first;
    for (const ParticleResult& result :
         table.read(first, std::min(block_rows, end - first), ResultTable::Details::brief)) {
      const std::int64_t at = row++;
      if (result.state != ParticleState::done) continue;
      if (!labels.with_outliers && result.fit && result.fit->outlier)
        ++sides.outliers;
      else
        (for_validation(seed, at, labels.validation) ? sides.validation : sides.training).push_back(at);
    }
  }
  return sides;
}

/// Reads particles and labels of rows in ascending order, a window at a time.
std::vector<Example> read_examples(const std::vector<std::int64_t>& rows, const ParticleFile& particles,
                                   const ResultTable& table, std::vector<double>& scores) {
  constexpr std::int64_t window = 1024;
  std::vector<Example> examples;
  for (std::size_t i = 0; i < rows.size();) {
    const std::int64_t first = rows[i];
    std::size_t end = i;
    while (end < rows.size() && rows[end] - first < window) ++end;
    const std::int64_t count = rows[end - 1] - first + 1;
    std::vector<Particle> described = particles.read(first, count);
    const std::vector<ParticleResult> results = table.read(first, count, ResultTable::Details::brief);
    for (; i < end; ++i) {
      const auto at = static_cast<std::size_t>(rows[i] - first);
      const ParticleResult& result = results[at];
      const double change = result.fit ? result.fit->defocus_change : 0;
      described[at].ctf.defocus_u += change;
      described[at].ctf.defocus_v += change;
      examples.push_back({rows[i], std::move(described[at]), label_of(result)});
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
  if (table.size() > particles.size())
    throw Error(fmt::format(
        "{} has {} rows but {} has {} particles; give the labels that `align` wrote for these particles",
        labels.path, table.size(), particles.path(), particles.size()));
  const Sides sides =
      collectively_get(comm, [&] { return own_sides(equal_share(comm, table.size()), table, labels, seed); });
  const std::vector<std::int64_t> training = balanced(comm, sides.training),
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
