#include "mpi/commands/inspect/comparison_report.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/inspect/row_report.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/result_comparison.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

namespace {

using Json = nlohmann::ordered_json;

// A row of the first table and how the second differs there.
struct DifferingRow {
  RankedRow rows;
  std::string image;
  std::optional<ResultDifference> by;  // none where one of them is not done, or not there
};

// Rank 0.
std::vector<DifferingRow> differing_rows(const NamedTable& first, const NamedTable& second,
                                         const CommonModes& modes, const std::vector<RankedRow>& rows) {
  std::vector<std::int64_t> ones, others;
  for (const RankedRow& row : rows) {
    ones.push_back(row.row);
    others.push_back(row.other);
  }
  const auto one = matched_rows(first.table, ones), other = matched_rows(second.table, others);
  std::vector<DifferingRow> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found.push_back({rows[i], first.table.keys(rows[i].row, 1).front(), std::nullopt});
    if (one[i].state == ParticleState::done && other[i].state == ParticleState::done)
      found.back().by = difference(one[i], other[i], modes);
  }
  return found;
}

// The rows of --rows with their rows in the second table, on rank 0. Collective.
std::vector<RankedRow> listed_pairs(const Communicator& comm, const cli::InspectOptions& o,
                                    const NamedTable& first, const RowMatch& match) {
  std::vector<RankedRow> own;
  for (const std::int64_t row : listed_rows(o, first.table))
    if (row >= match.rows.first && row < match.rows.first + match.rows.count)
      own.push_back({0, row, match.of({row, 1}).front()});
  return comm.gathered(own);
}

void say_spread(const std::string& name, const NumberSpread& of) {
  say("  {:<24}{:>10.4g}{:>10.4g}{:>10.4g}{:>10.4g}{:>10.4g}", name, of.mean, of.median, of.q90, of.q99,
      of.largest);
}

void say_comparison(const cli::InspectOptions& o, const ResultComparison& found) {
  say("{} and {}: {} particles are in both, {} in the first alone, {} in the second alone; {} are done in "
      "both",
      o.source.path, o.against, found.matched, found.only_first, found.only_second, found.compared);
  if (found.compared == 0) return;
  say("  {:<24}{:>10}{:>10}{:>10}{:>10}{:>10}", "differences", "mean", "median", "90 %", "99 %", "largest");
  say_spread("orientation [degrees]", found.orientation);
  say_spread("viewing direction", found.direction);
  say_spread("in plane", found.in_plane);
  say_spread("shift [Å]", found.shift);
  if (!found.modes.numbers.empty()) {
    say("  second − first [Å]; quantiles of the magnitude; pull: in units of both standard errors together");
    say("  {:<8}{:>10}{:>11}{:>10}{:>10}{:>10}{:>12}{:>10}", "mode", "mean", "deviation", "median", "90 %",
        "99 %", "pull mean", "pull sd");
  }
  for (std::size_t m = 0; m < found.modes.numbers.size(); ++m) {
    const NumberSpread &by = found.amplitudes[m], &pull = found.pulls[m];
    say("  {:<8}{:>10.3f}{:>11.3f}{:>10.3f}{:>10.3f}{:>10.3f}{:>12.3f}{:>10.3f}", found.modes.numbers[m],
        by.mean, by.deviation, by.median, by.q90, by.q99, pull.mean, pull.deviation);
  }
  say("  score, second − first: mean {:.5f}, deviation {:.5f}; magnitude: median {:.5f}, 90 % {:.5f}, 99 % "
      "{:.5f}",
      found.score.mean, found.score.deviation, found.score.median, found.score.q90, found.score.q99);
}

void say_rows(const std::string& headline, const std::vector<DifferingRow>& rows, const CommonModes& modes) {
  say("{}", headline);
  std::string head = fmt::format("{:>9}{:>9}{:>10}{:>12}{:>10}{:>9}{:>8}{:>10}", "row", "in other",
                                 "distance", "orientation", "direction", "in plane", "shift", "score");
  for (const int mode : modes.numbers) head += fmt::format("{:>10}", fmt::format("q{}", mode));
  say("{}  image", head);
  for (const auto& [pair, image, by] : rows) {
    std::string line = fmt::format("{:>9}{:>9}", pair.row + 1,
                                   pair.other == RowMatch::none ? "-" : fmt::to_string(pair.other + 1));
    if (by) {
      line += fmt::format("{:>10.2f}{:>12.2f}{:>10.2f}{:>9.2f}{:>8.2f}{:>10.4f}", by->distance,
                          by->orientation, by->direction, by->in_plane, by->shift, by->score);
      for (const double amplitude : by->amplitudes) line += fmt::format("{:>10.2f}", amplitude);
    } else {
      line += "  not done in both";
    }
    say("{}  {}", line, image);
  }
}

Json as_json(const NumberSpread& of) {
  return {{"mean", of.mean}, {"sd", of.deviation}, {"median", of.median},
          {"q90", of.q90},   {"q99", of.q99},      {"largest", of.largest}};
}

Json as_json(const std::vector<DifferingRow>& rows, const CommonModes& modes) {
  Json list = Json::array();
  for (const auto& [pair, image, by] : rows) {
    Json json = {{"image", image}, {"row_first", pair.row + 1}};
    json["row_second"] = pair.other == RowMatch::none ? Json() : Json(pair.other + 1);
    if (by) {
      json["distance"] = by->distance;
      json["orientation"] = by->orientation;
      json["direction"] = by->direction;
      json["in_plane"] = by->in_plane;
      json["shift"] = by->shift;
      json["score"] = by->score;
      for (std::size_t m = 0; m < modes.numbers.size(); ++m)
        json["amplitudes"][fmt::to_string(modes.numbers[m])] = by->amplitudes[static_cast<Eigen::Index>(m)];
    }
    list.push_back(std::move(json));
  }
  return list;
}

Json comparison_json(const cli::InspectOptions& o, const NamedTable& first, const NamedTable& second,
                     const ResultComparison& found) {
  Json json = {{"first", o.source.path},           {"second", o.against},
               {"rows_first", first.table.size()}, {"rows_second", second.table.size()},
               {"matched", found.matched},         {"only_first", found.only_first},
               {"only_second", found.only_second}, {"compared", found.compared}};
  json["orientation"] = as_json(found.orientation);
  json["direction"] = as_json(found.direction);
  json["in_plane"] = as_json(found.in_plane);
  json["shift"] = as_json(found.shift);
  json["score"] = as_json(found.score);
  json["modes"] = Json::array();
  for (std::size_t m = 0; m < found.modes.numbers.size(); ++m)
    json["modes"].push_back({{"mode", found.modes.numbers[m]},
                             {"difference", as_json(found.amplitudes[m])},
                             {"pull", as_json(found.pulls[m])}});
  return json;
}

}  // namespace

void report_comparison(const Communicator& comm, const cli::InspectOptions& o) {
  ResultTable one = open_inspected(comm, o.source.path), other = open_inspected(comm, o.against);
  const NamedTable first{o.source.path, one}, second{o.against, other};
  require_same_modes(o.source.path, one.provenance(), o.against, other.provenance(),
                     o.matching.accept_mismatch);
  const RowMatch match =
      match_results(comm, first, own_rows(comm, RowSlices{one.size()}), second, o.matching.accept_mismatch);
  const ResultComparison found =
      compare_results(comm, first, second, match, static_cast<std::size_t>(o.worst));
  const std::vector<RankedRow> listed = listed_pairs(comm, o, first, match);
  on_root(comm, [&] {
    const auto rows = differing_rows(first, second, found.modes, listed),
               worst = differing_rows(first, second, found.modes, found.worst);
    if (o.json) {
      Json json = comparison_json(o, first, second, found);
      if (!o.rows.empty()) json["rows"] = as_json(rows, found.modes);
      if (o.worst > 0) json["worst"] = as_json(worst, found.modes);
      say("{}", json.dump(2));
      return;
    }
    say_comparison(o, found);
    if (!o.rows.empty()) say_rows(fmt::format("rows {} of {}", o.rows, o.source.path), rows, found.modes);
    if (o.worst > 0)
      say_rows(fmt::format("{} that differ most; distance: root mean square difference in standard errors",
                           worst.size()),
               worst, found.modes);
  });
  other.close();
  one.close();
}

}  // namespace elastem
