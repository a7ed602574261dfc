#include "mpi/landscape/page_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "mpi/comm/quantile.hpp"
#include "mpi/landscape/landscape_passes.hpp"
#include "mpi/landscape/particle_place.hpp"

namespace elastem {
namespace {

constexpr std::int64_t most_particles = 1'000'000;
constexpr std::int64_t most_of_two_bytes = 200'000, most_of_fine = 500'000;
constexpr std::int64_t most_bytes = 15'000'000;
constexpr float none = std::numeric_limits<float>::quiet_NaN();

// Of the rows that this rank shows.
struct OwnColumn {
  PageColumn column;
  bool fine = false;   // two bytes up to more particles
  bool whole = false;  // whole numbers from 0 to 254
  std::vector<float> values;
};

// The modes, those that vary most first.
std::vector<std::size_t> modes_by_variance(const PrincipalComponents& components) {
  const Eigen::VectorXd variances = components.axes.array().square().matrix() * components.variances;
  std::vector<std::size_t> order(static_cast<std::size_t>(variances.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return variances[static_cast<Eigen::Index>(a)] > variances[static_cast<Eigen::Index>(b)];
  });
  return order;
}

// The columns of a page, the most wanted first, and what fills them.
class OwnColumns {
 public:
  OwnColumns(const ResultTable& table, const Landscape& landscape, Eigen::Index atoms)
      : places_(landscape), order_(modes_by_variance(landscape.components)), atoms_(atoms) {
    for (Eigen::Index c = 1; c <= places_.components(); ++c)
      declare(fmt::format("pc{}", c), fmt::format("component {} [Å]", c)).fine = true;
    declare("score", "score (cross-correlation)");
    declare("error", "standard error, RMSD of the atoms [Å]").column.selectable = false;
    declare("state", "state").whole = true;
    declare("outlier", "outlier").whole = true;
    declare("rot", "rot [°]");
    declare("tilt", "tilt [°]");
    for (const std::size_t k : order_)
      declare(fmt::format("q{}", table.modes()[k]),
              fmt::format("amplitude of mode {} [Å]", table.modes()[k]));
    declare("p", "probability of its state");
    declare("chi2", "χ² of the fit");
    declare("psi", "psi [°]");
    declare("defocus_change", "change of the defocus [Å]");
    declare("shift_x", "shift x [Å]");
    declare("shift_y", "shift y [Å]");
    for (const std::size_t k : order_)
      declare(fmt::format("error{}", table.modes()[k]),
              fmt::format("standard error of mode {} [Å]", table.modes()[k]));
  }

  void add(const ParticleResult& row, const std::optional<AmplitudeEstimate>& estimate) {
    next_ = 0;
    const bool placed = estimate || !row.fit;
    const ParticlePlace place = estimate ? places_.of(*estimate) : places_.of(row.amplitudes);
    for (Eigen::Index c = 0; c < places_.components(); ++c) put(placed ? place.components[c] : none);
    put(row.score);
    const auto modes = row.amplitudes.size();
    put(row.standard_errors.head(modes).norm() / std::sqrt(static_cast<double>(atoms_)));
    const bool stated = placed && place.probabilities.size() > 0;
    put(stated ? static_cast<float>(std::min(place.state, 254)) : none);
    put(row.fit && row.fit->outlier ? 1 : 0);
    put(row.euler_angles[0]);
    put(row.euler_angles[1]);
    for (const std::size_t k : order_) put(row.amplitudes[static_cast<Eigen::Index>(k)]);
    put(stated ? place.probabilities.maxCoeff() : none);
    put(row.fit ? row.fit->chi2 : none);
    put(row.euler_angles[2]);
    put(row.fit ? row.fit->defocus_change : none);
    put(row.shift[0]);
    put(row.shift[1]);
    for (const std::size_t k : order_) put(row.standard_errors[static_cast<Eigen::Index>(k)]);
  }
  std::vector<OwnColumn>& columns() { return columns_; }

 private:
  OwnColumn& declare(std::string name, std::string label) {
    OwnColumn& own = columns_.emplace_back();
    own.column.name = std::move(name);
    own.column.label = std::move(label);
    return own;
  }
  void put(double value) {
    columns_[next_++].values.push_back(std::isfinite(value) ? static_cast<float>(value) : none);
  }

  ParticlePlaces places_;
  std::vector<std::size_t> order_;
  Eigen::Index atoms_;
  std::vector<OwnColumn> columns_;
  std::size_t next_ = 0;
};

// A column's range over all ranks; false where no particle has a value, or all have the same 0. Of coarse
// codes a few far values do not widen the rest's. Collective.
bool choose_range(const Communicator& comm, OwnColumn& own, std::int64_t shown) {
  float least = std::numeric_limits<float>::max(), greatest = std::numeric_limits<float>::lowest();
  for (const float value : own.values)
    if (!std::isnan(value)) least = std::min(least, value), greatest = std::max(greatest, value);
  PageColumn& column = own.column;
  column.low = comm.min(least);
  column.high = comm.max(greatest);
  if (column.low > column.high || (column.low == 0 && column.high == 0)) return false;
  if (own.whole) {
    column.low = 0, column.high = 254, column.bytes = 1;
  } else if (shown > (own.fine ? most_of_fine : most_of_two_bytes)) {
    column.bytes = 1;
    constexpr double tail = 1e-3, margin = 0.2;
    std::vector<double> values;
    for (const float value : own.values)
      if (!std::isnan(value)) values.push_back(value);
    const double low = quantile(comm, values, tail), high = quantile(comm, values, 1 - tail);
    column.low = std::max(column.low, low - margin * (high - low));
    column.high = std::min(column.high, high + margin * (high - low));
  }
  return true;
}

// Index and stack of a key; index 0 where it is none.
std::pair<std::int64_t, std::string_view> parts_of(const std::string& key) {
  const std::size_t at = key.find('@');
  std::int64_t index = 0;
  if (at == std::string::npos) return {0, {}};
  for (std::size_t i = 0; i < at; ++i) index = 10 * index + (key[i] - '0');
  return {index, std::string_view(key).substr(at + 1)};
}

struct RowKey {
  std::int64_t row;
  std::string key;
};

// The keys on rank 0, their stacks numbered in the order in which they come. Collective.
void gather_keys(const Communicator& comm, const ResultTable& table, const std::vector<RowKey>& own,
                 PageParticles& page) {
  std::map<std::string, std::int64_t, std::less<>> numbers;
  std::string names;  // of this rank's stacks, a line each
  for (const RowKey& row : own) {
    const std::string_view stack = parts_of(row.key).second;
    if (numbers.emplace(stack, 0).second) names.append(stack).append("\n");
  }
  numbers.clear();
  for (const std::string& text : comm.all_gathered(names)) {
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      const auto [place, added] = numbers.emplace(text.substr(at, end - at), std::ssize(page.stacks));
      if (added) page.stacks.push_back(place->first);
    }
  }
  PageKeys keys;
  const RowSlices slices{table.size()};
  int slice = -1;
  for (const RowKey& row : own) {
    const int now = slices.slice_of(row.row, std::max(slice, 0));
    if (now != slice) keys.begin();  // so that the bytes do not depend on the number of ranks
    slice = now;
    const auto [index, stack] = parts_of(row.key);
    keys.add(index, numbers.find(stack)->second);
  }
  const std::vector<char> all = comm.gathered(std::vector<char>(keys.bytes().begin(), keys.bytes().end()));
  page.keys.assign(all.begin(), all.end());
}

}  // namespace

PageParticles page_particles(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                             const LandscapeSettings& settings, Eigen::Index atoms) {
  LandscapeSettings with_outliers = settings;
  with_outliers.with_outliers = true;
  const LandscapePasses passes(comm, table, with_outliers);
  OwnColumns own(table, landscape, atoms);
  std::vector<RowKey> keys;
  PageParticles page;
  for_each_row(comm, table, {.details = ResultTable::Details::all},
               [&](std::int64_t row, const ParticleResult& result) {
                 if (result.state != ParticleState::done || !passes.selected(row)) return;
                 ++page.done;
                 if (!passes.sampled(row, most_particles)) return;
                 ++page.shown;
                 own.add(result, passes.estimate(result));
                 if (table.has_keys()) keys.push_back({row, result.image});
               });
  page.done = comm.sum(page.done);
  page.shown = comm.sum(page.shown);
  if (table.has_keys()) gather_keys(comm, table, keys, page);
  std::int64_t bytes = comm.sum(static_cast<std::int64_t>(page.keys.size()));
  for (OwnColumn& column : own.columns()) {
    if (!choose_range(comm, column, page.shown)) continue;
    bytes += page.shown * column.column.bytes;
    if (bytes > most_bytes) {
      page.left_out.push_back(column.column.name);
      bytes -= page.shown * column.column.bytes;
      continue;
    }
    const std::string codes = page_codes(column.column, column.values);
    const std::vector<char> all = comm.gathered(std::vector<char>(codes.begin(), codes.end()));
    page.columns.push_back(column.column);
    page.columns.back().codes.assign(all.begin(), all.end());
  }
  return page;
}

}  // namespace elastem
