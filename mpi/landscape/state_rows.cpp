#include "mpi/landscape/state_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"
#include "core/row_slices.hpp"
#include "mpi/landscape/true_landscape.hpp"
#include "particles/result_csv.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index most_components = 3;

// What a line says of a particle.
class StateLine {
 public:
  explicit StateLine(const Landscape& landscape)
      : landscape_(&landscape),
        states_(landscape.states ? landscape.states->states.size() : 0),
        dimensions_(state_dimensions(landscape.components)),
        components_(std::max(dimensions_, std::min(most_components, landscape.components.variances.size()))) {
  }

  std::string head() const {
    std::string text = "image";
    if (states_ > 0) text += ",state";
    for (std::size_t s = 1; s <= states_; ++s) text += fmt::format(",probability_{}", s);
    for (Eigen::Index c = 1; c <= components_; ++c) text += fmt::format(",component_{}", c);
    return text + "\n";
  }
  std::string nothing() const {
    return std::string((states_ > 0 ? 1 + states_ : 0) + static_cast<std::size_t>(components_), ',') + "\n";
  }
  std::string of(const AmplitudeEstimate& estimate) const {
    std::string text;
    if (states_ > 0) {
      const Eigen::VectorXd probabilities =
          landscape_->states->probabilities(along_components(landscape_->components, dimensions_, estimate));
      Eigen::Index state = 0;
      const bool wrong = probabilities.maxCoeff(&state) < 1 - probabilities.sum();
      text += fmt::format(",{}", wrong ? 0 : state + 1);
      for (const double p : probabilities) text += fmt::format(",{:.4f}", p);
    }
    return text + of(estimate.amplitudes);
  }
  std::string of(const Eigen::VectorXd& amplitudes) const {
    std::string text;
    const Eigen::VectorXd at = landscape_->components.coordinates(amplitudes);
    for (Eigen::Index c = 0; c < components_; ++c) text += fmt::format(",{:.3f}", at[c]);
    return text + "\n";
  }

 private:
  const Landscape* landscape_;
  std::size_t states_;
  Eigen::Index dimensions_, components_;
};

// The lines of this rank's rows, which come in ascending order; those between them say nothing.
class SlicedLines {
 public:
  SlicedLines(const Communicator& comm, const ResultTable& table, std::string nothing)
      : table_(&table),
        slices_{table.size()},
        own_(own_rows(comm, slices_)),
        next_(own_.first),
        nothing_(std::move(nothing)),
        texts_(RowSlices::count) {}

  void add(std::int64_t row, const std::string& line) {
    fill(row);
    put(line);
  }
  const std::vector<std::string>& finished() {
    fill(own_.first + own_.count);
    return texts_;
  }

 private:
  void fill(std::int64_t end) {
    while (next_ < end) put(nothing_);
  }
  void put(const std::string& line) {
    constexpr std::int64_t block = 4096;
    if (next_ >= known_ + std::ssize(keys_)) {
      known_ = next_;
      keys_ = table_->keys(next_, std::min(block, own_.first + own_.count - next_));
    }
    slice_ = slices_.slice_of(next_, slice_);
    texts_[static_cast<std::size_t>(slice_)] +=
        csv_text(keys_[static_cast<std::size_t>(next_ - known_)]) + line;
    ++next_;
  }

  const ResultTable* table_;
  RowSlices slices_;
  Range own_;
  std::int64_t next_, known_ = 0;
  std::string nothing_;
  std::vector<std::string> texts_, keys_;
  int slice_ = 0;
};

}  // namespace

void write_state_rows(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                      const std::string& path) {
  const LandscapeSettings all{.with_outliers = true};
  const LandscapePasses passes(comm, table, all);
  const StateLine line(landscape);
  SlicedLines lines(comm, table, line.nothing());
  if (table.has_fits())
    passes.for_each_estimate(
        [&](std::int64_t row, const AmplitudeEstimate& e) { lines.add(row, line.of(e)); });
  else
    passes.for_each_used(
        [&](std::int64_t row, const ParticleResult& result) { lines.add(row, line.of(result.amplitudes)); });
  const std::vector<std::string> texts = collectively_get(comm, [&] { return lines.finished(); });
  std::optional<NewFile> file;
  on_root(comm, [&] { file.emplace(path).write(line.head()); });
  for (const std::string& text : texts) {  // one rank has some of it
    const std::vector<char> gathered = comm.gathered(std::vector<char>(text.begin(), text.end()));
    on_root(comm, [&] { file->write({gathered.data(), gathered.size()}); });
  }
  on_root(comm, [&] { file->publish(); });
}

}  // namespace elastem
