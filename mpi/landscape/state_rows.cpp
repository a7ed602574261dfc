#include "mpi/landscape/state_rows.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"
#include "core/row_slices.hpp"
#include "mpi/landscape/true_landscape.hpp"

namespace elastem {
namespace {

std::string head(const States& found, Eigen::Index dimensions) {
  std::string text = "image,state";
  for (std::size_t s = 1; s <= found.states.size(); ++s) text += fmt::format(",probability_{}", s);
  for (Eigen::Index c = 1; c <= dimensions; ++c) text += fmt::format(",component_{}", c);
  return text + "\n";
}

std::string line(const std::string& image, const States& found, const NoisyValue& value) {
  const Eigen::VectorXd probabilities = found.probabilities(value);
  Eigen::Index state = 0;
  const bool wrong = probabilities.maxCoeff(&state) < 1 - probabilities.sum();
  std::string text = fmt::format("{},{}", image, wrong ? 0 : state + 1);
  for (const double p : probabilities) text += fmt::format(",{:.4f}", p);
  for (const double x : value.value) text += fmt::format(",{:.3f}", x);
  return text + "\n";
}

}  // namespace

void write_state_rows(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                      const std::string& path) {
  const States& found = *landscape.states;
  const Eigen::Index d = state_dimensions(landscape.components);
  const LandscapeSettings all{.with_outliers = true};
  const LandscapePasses passes(comm, table, all);
  const RowSlices slices{table.size()};
  std::vector<std::string> texts(RowSlices::count);
  int slice = 0;
  std::int64_t known_first = 0;
  std::vector<std::string> keys;
  passes.for_each_estimate([&](std::int64_t row, const AmplitudeEstimate& estimate) {
    constexpr std::int64_t block = 4096;
    if (row >= known_first + std::ssize(keys)) {
      known_first = row;
      keys = table.keys(row, std::min(block, table.size() - row));
    }
    slice = slices.slice_of(row, slice);
    texts[static_cast<std::size_t>(slice)] += line(keys[static_cast<std::size_t>(row - known_first)], found,
                                                   along_components(landscape.components, d, estimate));
  });
  std::optional<NewFile> file;
  on_root(comm, [&] { file.emplace(path).write(head(found, d)); });
  for (const std::string& text : texts) {  // one rank has some of it
    const std::vector<char> gathered = comm.gathered(std::vector<char>(text.begin(), text.end()));
    on_root(comm, [&] { file->write({gathered.data(), gathered.size()}); });
  }
  on_root(comm, [&] { file->publish(); });
}

}  // namespace elastem
