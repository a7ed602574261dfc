#include "mpi/landscape/state_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"
#include "core/row_slices.hpp"
#include "mpi/landscape/landscape_passes.hpp"
#include "mpi/landscape/particle_place.hpp"
#include "particles/result_csv.hpp"

namespace elastem {
namespace {

// What a line says of a particle.
class StateLine {
 public:
  explicit StateLine(const Landscape& landscape) : places_(landscape) {}

  std::string head() const {
    std::string text = "image";
    if (places_.states() > 0) text += ",state";
    for (std::size_t s = 1; s <= places_.states(); ++s) text += fmt::format(",probability_{}", s);
    for (Eigen::Index c = 1; c <= places_.components(); ++c) text += fmt::format(",component_{}", c);
    return text + "\n";
  }
  std::string nothing() const {
    const std::size_t states = places_.states();
    return std::string((states > 0 ? 1 + states : 0) + static_cast<std::size_t>(places_.components()), ',') +
           "\n";
  }
  template <class Values>
  std::string of(const Values& values) const {
    const ParticlePlace place = places_.of(values);
    std::string text;
    if (places_.states() > 0) text += fmt::format(",{}", place.state);
    for (const double p : place.probabilities) text += fmt::format(",{:.4f}", p);
    for (const double at : place.components) text += fmt::format(",{:.3f}", at);
    return text + "\n";
  }

 private:
  ParticlePlaces places_;
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
