#include "mpi/selection/particle_sets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/star_text.hpp"
#include "mpi/comm/quantile.hpp"
#include "mpi/selection/expression_values.hpp"
#include "mpi/selection/landscape_rows.hpp"
#include "options/selection_options.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

// Of the expression's values, where the first and the last frame stand.
constexpr double first_frame = 0.05, last_frame = 0.95;
constexpr float least_share = 1e-3F;     // what counts less is left out
constexpr double least_particles = 0.5;  // of a set
constexpr std::size_t most_named = 5;
constexpr std::int64_t block_rows = 4096;

ExpressionSource source_of(const std::string& option, const ParticleSetsWanted& wanted) {
  return {option, wanted.landscape, Expression::Kind::number, wanted.accept_mismatch};
}

// Those that take part, and room for so many sets more. Collective.
ParticleSets all_particles(const Communicator& comm, const NamedTable& table, const RowMatch& match,
                           bool with_outliers, std::size_t more) {
  const Range own = match.rows;
  ParticleSets sets{RowShares(own.first, own.count, 1 + more, 0), {""}, {"all particles"}};
  collectively(comm, [&] {
    for (std::int64_t at = 0; at < own.count; at += block_rows) {
      const Range rows{own.first + at, std::min(block_rows, own.count - at)};
      const auto results = matched_rows(table.table, match.of(rows), ResultTable::Details::brief);
      for (std::int64_t i = 0; i < rows.count; ++i) {
        const ParticleResult& result = results[static_cast<std::size_t>(i)];
        const bool left_out = result.fit && result.fit->outlier && !with_outliers;
        if (result.state == ParticleState::done && !left_out) sets.shares.of(rows.first + i)[0] = 1;
      }
    }
  });
  return sets;
}

// Whether a particle takes part.
bool takes_part(const ParticleSets& sets, std::int64_t row) {
  return sets.shares.of(row)[0] > 0;
}

void add_states(const Communicator& comm, const NamedTable& table, const RowMatch& match,
                const ParticleSetsWanted& wanted, ParticleSets& sets) {
  std::vector<std::string> texts;
  for (std::size_t s = 1; s < sets.shares.sets(); ++s) {
    texts.push_back(fmt::format("p{}", s));
    sets.names.push_back(fmt::format("_state{}", s));
    sets.titles.push_back(fmt::format("state {}", s));
  }
  const ExpressionValues values =
      at_matched(comm, expression_values(comm, table, texts, source_of("states", wanted)), match);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    for (std::size_t s = 0; s < texts.size() && takes_part(sets, row); ++s)
      if (const auto p = static_cast<float>(values.of(row)[s]); p > least_share)
        sets.shares.of(row)[1 + s] = p;
}

// A path of a landscape's paths.csv.
struct StoredPath {
  std::string from, to;        // states
  std::vector<double> points;  // a row per frame, its components [Å]
  std::size_t components = 0;
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line)
    if (c == ',')
      fields.emplace_back();
    else if (c != '\r')
      fields.back() += c;
  return fields;
}

// "path_1_2" of "1-2".
std::string path_name(const std::string& states) {
  std::string name = "path_" + states;
  std::ranges::replace(name, '-', '_');
  return name;
}

// "1-2", and not "chosen_1".
bool is_between_states(const std::string& path) {
  return path.find_first_not_of("0123456789-") == std::string::npos && std::ranges::count(path, '-') == 1;
}

std::string text_of_paths(const std::string& folder, const std::string& path) {
  std::ifstream file(path);
  if (!file)
    cli::refuse_option("along", fmt::format("{} has no paths.csv: no path between states was found", folder));
  return {std::istreambuf_iterator<char>(file), {}};
}

// `path`: of the table whose text it is.
StoredPath path_of(const std::string& text, const std::string& path, const std::string& name) {
  std::istringstream file(text);
  StoredPath found;
  std::set<std::string> names;
  std::string line;
  std::vector<std::size_t> columns;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = fields_of(line);
    if (columns.empty()) {
      for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i].starts_with("component_")) columns.push_back(i);
      if (columns.empty() || fields[0] != "path") throw Error(path + " is no table of paths of a landscape");
      continue;
    }
    if (!is_between_states(fields[0])) continue;  // as a user chose it
    names.insert(path_name(fields[0]));
    if (path_name(fields[0]) != name) continue;
    found.from = fields[0].substr(0, fields[0].find('-'));
    found.to = fields[0].substr(fields[0].find('-') + 1);
    for (const std::size_t column : columns) {
      double number = 0;
      if (column >= fields.size() || !parse_number(fields[column], number))
        throw Error(fmt::format("{}: a frame of {} has no component {}", path, name,
                                found.points.size() % columns.size() + 1));
      found.points.push_back(number);
    }
  }
  found.components = columns.size();
  if (found.points.size() < 2 * columns.size())
    cli::refuse_option("along", fmt::format("{} has no {}; it has {}", path, name,
                                            names.empty() ? "no path between states"
                                                          : fmt::format("{}", fmt::join(names, ", "))));
  return found;
}

void add_titles(const std::vector<double>& places, const std::string& what, ParticleSets& sets) {
  for (std::size_t f = 0; f < places.size(); ++f) {
    sets.names.push_back(fmt::format("_{}", f + 1));
    sets.titles.push_back(fmt::format("frame {} ({} = {:.4g})", f + 1, what, places[f]));
  }
}

std::vector<double> evenly(double from, double to, int frames) {
  std::vector<double> places;
  for (int f = 0; f < frames; ++f) places.push_back(from + (to - from) * f / (frames - 1));
  return places;
}

void add_path(const Communicator& comm, const NamedTable& table, const RowMatch& match,
              const ParticleSetsWanted& wanted, ParticleSets& sets) {
  const std::string table_path = (fs::path(wanted.landscape) / "paths.csv").string();
  const std::string text = from_root(comm, [&] { return text_of_paths(wanted.landscape, table_path); });
  const StoredPath path = collectively_get(comm, [&] { return path_of(text, table_path, wanted.along); });
  std::vector<std::string> texts{fmt::format("p{} + p{}", path.from, path.to)};
  for (std::size_t c = 1; c <= path.components; ++c) texts.push_back(fmt::format("pc{}", c));
  const ExpressionValues values =
      at_matched(comm, expression_values(comm, table, texts, source_of("along", wanted)), match);
  const double last = static_cast<double>(path.points.size() / path.components - 1);
  const std::vector<double> places = evenly(0, last, wanted.frames);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row) {
    const auto own = values.of(row);
    if (!takes_part(sets, row)) continue;
    const auto shares = sets.shares.of(row).subspan(1);
    const double place = place_along(own.subspan(1), path.points);
    share_between(place, places, shares);
    for (float& share : shares) share *= own[0] > 0 ? static_cast<float>(own[0]) : 0;
  }
  add_titles(places, "place on the path", sets);
}

void add_frames(const Communicator& comm, const NamedTable& table, const RowMatch& match,
                const ParticleSetsWanted& wanted, ParticleSets& sets) {
  const ExpressionValues values = at_matched(
      comm, expression_values(comm, table, std::span(&wanted.along, 1), source_of("along", wanted)), match);
  std::vector<double> known;
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    if (const double value = values.of(row)[0]; takes_part(sets, row) && std::isfinite(value))
      known.push_back(value);
  const double from = quantile(comm, known, first_frame), to = quantile(comm, known, last_frame);
  if (std::isnan(from))
    cli::refuse_option(
        "along", fmt::format("no particle that is done and no outlier has a value of {}", wanted.along));
  if (!(to > from))
    cli::refuse_option("along", fmt::format("{} is {:.6g} for nine of ten particles: there is nothing to "
                                            "go along",
                                            wanted.along, from));
  const std::vector<double> places = evenly(from, to, wanted.frames);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row)
    if (takes_part(sets, row)) share_between(values.of(row)[0], places, sets.shares.of(row).subspan(1));
  add_titles(places, wanted.along, sets);
}

// The first of some titles, and how many more.
std::string few_of(const std::vector<std::string>& titles) {
  const std::span<const std::string> named(titles.data(), std::min(titles.size(), most_named));
  const std::size_t more = titles.size() - named.size();
  return fmt::format("{}{}", fmt::join(named, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

ParticleSets particle_sets(const Communicator& comm, const NamedTable& table, const RowMatch& match,
                           const ParticleSetsWanted& wanted) {
  if (wanted.states) {
    const std::size_t states = LandscapeRows(comm, wanted.landscape, wanted.accept_mismatch).columns().states;
    if (states == 0)
      cli::refuse_option("states", wanted.landscape + " tells no states: the landscape found none");
    ParticleSets sets = all_particles(comm, table, match, wanted.with_outliers, states);
    add_states(comm, table, match, wanted, sets);
    return sets;
  }
  if (wanted.along.empty()) return all_particles(comm, table, match, wanted.with_outliers, 0);
  ParticleSets sets =
      all_particles(comm, table, match, wanted.with_outliers, static_cast<std::size_t>(wanted.frames));
  if (wanted.along.starts_with("path_"))
    add_path(comm, table, match, wanted, sets);
  else
    add_frames(comm, table, match, wanted, sets);
  return sets;
}

ParticleSets without_empty(const Communicator& comm, ParticleSets sets,
                           std::span<const std::uint8_t> halves) {
  const RowShares& shares = sets.shares;
  std::vector<std::array<double, 2>> sums(sets.size());
  for (std::int64_t i = 0; i < shares.rows(); ++i) {
    const std::size_t half = halves.empty() || halves[static_cast<std::size_t>(i)] == 1 ? 0 : 1;
    const auto own = shares.of(shares.first() + i);
    for (std::size_t set = 0; set < sets.size(); ++set) sums[set][half] += static_cast<double>(own[set]);
  }
  std::vector<std::size_t> kept{0};
  std::vector<std::string> empty;
  for (std::size_t set = 1; set < sets.size(); ++set) {
    const double first = comm.sum(sums[set][0]), second = comm.sum(sums[set][1]);
    if ((halves.empty() ? first : std::min(first, second)) >= least_particles)
      kept.push_back(set);
    else
      empty.push_back(sets.titles[set]);
  }
  if (empty.empty()) return sets;
  const std::string named = few_of(empty);
  const char* where = halves.empty() ? "" : " in one of the halves";
  if (kept.size() == 1)
    throw Error(
        fmt::format("no particle of {} takes part{}: there is nothing to make maps of", named, where));
  spdlog::warn("no map of {}: less than half a particle is there{}", named, where);
  ParticleSets some{RowShares(shares.first(), shares.rows(), kept.size(), 0), {}, {}};
  for (const std::size_t set : kept) {
    some.names.push_back(sets.names[set]);
    some.titles.push_back(sets.titles[set]);
  }
  for (std::int64_t row = shares.first(); row < shares.first() + shares.rows(); ++row)
    for (std::size_t k = 0; k < kept.size(); ++k) some.shares.of(row)[k] = shares.of(row)[kept[k]];
  return some;
}

}  // namespace elastem
