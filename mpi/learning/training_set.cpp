#include "mpi/learning/training_set.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {
namespace {

/// One byte a particle: 1 for training, 2 for validation, 0 without a label.
std::vector<std::uint8_t> sides(const Communicator& comm, const ResultTable& labels, double validation,
                                std::uint64_t seed) {
  std::vector<std::uint8_t> side(static_cast<std::size_t>(labels.size()));
  collectively(comm, [&] {
    if (!comm.root()) return;
    const std::vector<ParticleState> states = labels.states();
    for (std::size_t i = 0; i < side.size(); ++i)
      if (states[i] == ParticleState::done)
        side[i] = for_validation(seed, static_cast<std::int64_t>(i), validation) ? 2 : 1;
  });
  comm.broadcast(std::span<std::uint8_t>(side));
  return side;
}

/// This rank's share of the rows of one side.
std::vector<std::int64_t> own_rows(const Communicator& comm, const std::vector<std::uint8_t>& side,
                                   std::uint8_t wanted, std::int64_t total) {
  const Range share = equal_share(comm, total);
  std::vector<std::int64_t> rows;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < side.size() && seen < share.first + share.count; ++i)
    if (side[i] == wanted && seen++ >= share.first) rows.push_back(static_cast<std::int64_t>(i));
  return rows;
}

/// Reads particles and labels of the given rows, a run of consecutive ones at a time.
std::vector<Example> read_examples(const std::vector<std::int64_t>& rows, const ParticleFile& particles,
                                   const ResultTable& labels, std::vector<double>& scores) {
  constexpr std::int64_t longest = 1024;
  std::vector<Example> examples;
  for (std::size_t i = 0; i < rows.size();) {
    const std::int64_t first = rows[i];
    std::size_t end = i;
    while (end < rows.size() && rows[end] - first < longest) ++end;
    const std::int64_t count = rows[end - 1] - first + 1;
    const std::vector<Particle> described = particles.read(first, count);
    const std::vector<ParticleResult> results = labels.read(first, count);
    for (; i < end; ++i) {
      const auto at = static_cast<std::size_t>(rows[i] - first);
      const ParticleResult& result = results[at];
      examples.push_back({rows[i], described[at], label_of(result)});
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
  const int count = static_cast<int>(sample.size());
  std::vector<int> counts(static_cast<std::size_t>(comm.size())), offsets(counts.size());
  MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, comm.handle());
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::vector<double> all(static_cast<std::size_t>(offsets.back() + counts.back()));
  MPI_Allgatherv(sample.data(), count, MPI_DOUBLE, all.data(), counts.data(), offsets.data(), MPI_DOUBLE,
                 comm.handle());
  describe_scores(std::move(all), set);
}

ImageGrid common_grid(const Communicator& comm, const TrainingSet& set, const std::string& path) {
  const Example* any = !set.training.empty()     ? &set.training.front()
                       : !set.validation.empty() ? &set.validation.front()
                                                 : nullptr;
  const double size = comm.max(any ? any->particle.size : 0);
  const double pixel_size = comm.max(any ? any->particle.pixel_size : 0);
  collectively(comm, [&] {
    for (const auto* examples : {&set.training, &set.validation})
      for (const Example& e : *examples)
        if (e.particle.size != static_cast<int>(size) || e.particle.pixel_size != pixel_size)
          throw Error(
              path + ": particle " + std::to_string(e.row + 1) + " has " + std::to_string(e.particle.size) +
              " pixels of " + std::to_string(e.particle.pixel_size) + " Å, others have " +
              std::to_string(static_cast<int>(size)) + " of " + std::to_string(pixel_size) +
              " Å; a network learns from images of one size: scale them alike or train one network each");
  });
  return {static_cast<int>(size), pixel_size};
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
                              const std::string& path, const std::string& labels, double validation,
                              std::uint64_t seed) {
  ResultTable table = ResultTable::open(comm, labels, ResultTable::Access::read);
  if (table.size() > particles.size())
    throw Error(labels + " has " + std::to_string(table.size()) + " rows but " + path + " has " +
                std::to_string(particles.size()) +
                " particles; give the labels that `align` wrote for these particles");

  const std::vector<std::uint8_t> side = sides(comm, table, validation, seed);
  TrainingSet set;
  set.rows = particles.size();
  set.modes = table.modes();
  set.all_training = std::count(side.begin(), side.end(), 1);
  set.all_validation = std::count(side.begin(), side.end(), 2);
  if (set.all_training == 0)
    throw Error(labels + " has no particle to train on (" + std::to_string(set.all_validation) +
                " are set aside for validation); align more particles or lower --validation");
  std::vector<double> scores;
  collectively(comm, [&] {
    set.training = read_examples(own_rows(comm, side, 1, set.all_training), particles, table, scores);
    set.validation = read_examples(own_rows(comm, side, 2, set.all_validation), particles, table, scores);
  });
  table.close();
  gather_scores(comm, scores, set);
  set.grid = common_grid(comm, set, path);
  return set;
}

}  // namespace elastem
