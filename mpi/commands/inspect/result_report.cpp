#include "mpi/commands/inspect/result_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/number_list.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

namespace {

constexpr std::int64_t block_rows = 1 << 14;

// Mean, spread and extremes of finite values in one pass (Welford).
struct Summary {
  std::int64_t count = 0;
  double mean = 0, squares = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void add(double value) {
    if (!std::isfinite(value)) return;
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double deviation() const { return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : 0; }
};

void say_list(const char* name, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) say("  {:<14}{}", i == 0 ? name : "", lines[i]);
}

// What a table's rows say together.
struct TableSummary {
  explicit TableSummary(std::size_t modes) : amplitudes(modes), errors(modes + 5) {}

  void add(const ParticleResult& row) {
    ++states.at(static_cast<std::size_t>(row.state));
    if (row.state == ParticleState::failed)
      ++reasons.at(std::min<std::size_t>(static_cast<std::size_t>(row.reason), 255));
    if (row.state != ParticleState::done) return;
    if (row.fit && row.fit->outlier) ++outliers;
    score.add(row.score);
    for (std::size_t k = 0; k < amplitudes.size(); ++k)
      amplitudes[k].add(row.amplitudes(static_cast<Eigen::Index>(k)));
    for (std::size_t k = 0; k < errors.size(); ++k)
      errors[k].add(row.standard_errors(static_cast<Eigen::Index>(k)));
    shifts[0].add(row.shift.x());
    shifts[1].add(row.shift.y());
  }

  std::array<std::int64_t, 3> states{};
  std::array<std::int64_t, 256> reasons{};
  std::int64_t outliers = 0;
  Summary score;
  std::vector<Summary> amplitudes, errors;
  std::array<Summary, 2> shifts;
};

TableSummary summary_of(const ResultTable& table) {
  TableSummary rows(table.modes().size());
  for (std::int64_t first = 0; first < table.size(); first += block_rows)
    for (const auto& row :
         table.read(first, std::min(block_rows, table.size() - first), ResultTable::Details::brief))
      rows.add(row);
  return rows;
}

void say_rows(const TableSummary& rows, const std::vector<int>& modes) {
  say("  {} done, {} failed, {} pending", rows.states[1], rows.states[2], rows.states[0]);
  for (std::size_t code = 0; code < rows.reasons.size(); ++code)
    if (rows.reasons[code] > 0)
      say("  failed: {} {}", rows.reasons[code],
          code < failure_names.size() ? failure_names[code] : fmt::format("reason {}", code));
  if (rows.states[1] == 0) return;
  if (rows.outliers > 0) say("  outliers: {} that the structure does not explain", rows.outliers);
  say("  score: mean {:.4f}, from {:.4f} to {:.4f}", rows.score.mean, rows.score.low, rows.score.high);
  say("  {:<12}{:>10}{:>12}{:>10}{:>10}{:>22}", "[Å]", "mean", "deviation", "lowest", "highest",
      "mean standard error");
  const auto line = [](const std::string& name, const Summary& value, const Summary& error) {
    say("  {:<12}{:>10.2f}{:>12.2f}{:>10.2f}{:>10.2f}{:>22.2f}", name, value.mean, value.deviation(),
        value.low, value.high, error.mean);
  };
  for (std::size_t k = 0; k < modes.size(); ++k)
    line(fmt::format("amplitude {}", modes[k]), rows.amplitudes[k], rows.errors[k]);
  line("shift x", rows.shifts[0], rows.errors[modes.size() + 3]);
  line("shift y", rows.shifts[1], rows.errors[modes.size() + 4]);
  say("  mean standard errors of the rotations about image x, y and the view axis: {:.2f}, {:.2f}, {:.2f} "
      "degrees",
      rows.errors[modes.size()].mean, rows.errors[modes.size() + 1].mean, rows.errors[modes.size() + 2].mean);
}

// What report_motion logged.
void say_motion(const ResultTable& table) {
  const MotionSummary summary = load_motion(table);
  if (summary.modes.empty()) return;
  say("  which modes move, by the images alone:");
  for (const auto& line : motion_table(summary, table.modes(), load_atom_count(table), summary.modes.size()))
    say("  {}", line);
  say("  {}", motion_sentence(summary, table.modes(), load_atom_count(table)));
}

void say_prior(const ResultTable& table) {
  const auto learnt = table.read_prior();
  if (!learnt) return;
  say("  prior learnt from {} particles, {} points, {} iterations; broad normal distribution {:.1f} %, "
      "background {:.1f} %",
      learnt->learners, learnt->prior.points.cols(), learnt->iterations, 100 * learnt->prior.normal_share,
      100 * learnt->prior.background_share);
}

void say_fit(const std::string& path) {
  const auto file = hdf5::open_file(path, hdf5::Access::read);
  for (const auto& name : hdf5::names(file, "fit")) {
    const auto dataset = hdf5::open_dataset(file, "fit/" + name);
    const auto shape = hdf5::shape(dataset);
    say("  fit/{}: {} values [{}], {}", name, shape.empty() ? 1 : shape[0],
        hdf5::read_text_attribute(dataset, "units"), hdf5::read_text_attribute(dataset, "description"));
  }
}

nlohmann::ordered_json as_json(const Summary& values) {
  return {
      {"mean", values.mean}, {"sd", values.deviation()}, {"lowest", values.low}, {"highest", values.high}};
}

nlohmann::ordered_json with_error(const Summary& values, const Summary& errors) {
  nlohmann::ordered_json json = as_json(values);
  json["mean_standard_error"] = errors.mean;
  return json;
}

nlohmann::ordered_json as_json(const Provenance& p) {
  return {{"command", p.command_line}, {"version", p.version}, {"commit", p.git_commit},
          {"start", p.start},          {"end", p.end},         {"host", p.host},
          {"ranks", p.ranks},          {"seed", p.seed},       {"inputs", p.inputs},
          {"options", p.options}};
}

}  // namespace

void say_provenance(const Provenance& p) {
  say("provenance");
  say("  {:<14}{}", "command", p.command_line);
  say("  {:<14}{} (commit {})", "elastem", p.version, p.git_commit);
  say("  {:<14}{} to {}", "time", p.start, p.end.empty() ? "(not completed)" : p.end);
  if (!p.stages.empty()) say("  {:<14}{}", "stages", p.stages);
  say("  {:<14}{}, {} {}", "host", p.host, p.ranks, p.ranks == 1 ? "rank" : "ranks");
  say("  {:<14}{}", "seed", p.seed);
  say_list("inputs", p.inputs);
  say_list("options", p.options);
  say_list("libraries", p.libraries);
}

void report_results(const std::string& path, const ResultTable& table) {
  say("{}: results of {} particles, {}", path, table.size(),
      table.modes().empty() ? "no modes" : "modes " + format_number_list(table.modes()));
  say_rows(summary_of(table), table.modes());
  say_motion(table);
  say_prior(table);
  say_fit(path);
  say_provenance(table.provenance());
}

nlohmann::ordered_json results_json(const std::string& path, const ResultTable& table) {
  const TableSummary rows = summary_of(table);
  const std::vector<int>& modes = table.modes();
  nlohmann::ordered_json json = {{"file", path},
                                 {"rows", table.size()},
                                 {"modes", modes},
                                 {"done", rows.states[1]},
                                 {"failed", rows.states[2]},
                                 {"pending", rows.states[0]},
                                 {"outliers", rows.outliers}};
  json["failures"] = nlohmann::ordered_json::object();
  for (std::size_t code = 0; code < rows.reasons.size(); ++code)
    if (rows.reasons[code] > 0)
      json["failures"][code < failure_names.size() ? failure_names[code] : fmt::format("reason {}", code)] =
          rows.reasons[code];
  if (rows.states[1] > 0) {
    json["score"] = as_json(rows.score);
    for (std::size_t k = 0; k < modes.size(); ++k)
      json["amplitudes"][fmt::to_string(modes[k])] = with_error(rows.amplitudes[k], rows.errors[k]);
    json["shift_x"] = with_error(rows.shifts[0], rows.errors[modes.size() + 3]);
    json["shift_y"] = with_error(rows.shifts[1], rows.errors[modes.size() + 4]);
  }
  json["provenance"] = as_json(table.provenance());
  return json;
}

}  // namespace elastem
