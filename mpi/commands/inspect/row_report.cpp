#include "mpi/commands/inspect/row_report.hpp"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/inspect/file_kind.hpp"
#include "mpi/commands/inspect/result_report.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/particles/result_comparison.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* state_names[] = {"pending", "done", "failed"};

struct InspectedRow {
  std::int64_t row = 0;
  ParticleResult result;
};

std::string reason_of(const ParticleResult& result) {
  const auto code = static_cast<std::size_t>(result.reason);
  return code < failure_names.size() ? failure_names[code] : fmt::format("reason {}", code);
}

std::vector<InspectedRow> read_rows(const ResultTable& table, const std::vector<std::int64_t>& rows) {
  const auto results =
      matched_rows(table, rows, table.has_fits() ? ResultTable::Details::brief : ResultTable::Details::none);
  std::vector<InspectedRow> read;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    read.push_back({rows[i], results[i]});
    if (read.back().result.image.empty()) read.back().result.image = table.keys(rows[i], 1).front();
  }
  return read;
}

Json as_json(const InspectedRow& row, const std::vector<int>& modes) {
  const ParticleResult& result = row.result;
  Json json = {{"row", row.row + 1},
               {"image", result.image},
               {"state", state_names[static_cast<std::size_t>(result.state)]}};
  if (result.state == ParticleState::failed) json["reason"] = reason_of(result);
  if (result.state != ParticleState::done) return json;
  const auto k = static_cast<Eigen::Index>(modes.size());
  const Eigen::VectorXd& error = result.standard_errors;
  for (Eigen::Index m = 0; m < k; ++m) {
    const std::string mode = fmt::to_string(modes[static_cast<std::size_t>(m)]);
    json["amplitudes"][mode] = result.amplitudes[m];
    json["amplitude_errors"][mode] = error[m];
  }
  const std::pair<const char*, double> numbers[] = {{"rot", result.euler_angles[0]},
                                                    {"tilt", result.euler_angles[1]},
                                                    {"psi", result.euler_angles[2]},
                                                    {"rotation_error_x", error[k]},
                                                    {"rotation_error_y", error[k + 1]},
                                                    {"rotation_error_view", error[k + 2]},
                                                    {"shift_x", result.shift.x()},
                                                    {"shift_y", result.shift.y()},
                                                    {"shift_error_x", error[k + 3]},
                                                    {"shift_error_y", error[k + 4]},
                                                    {"score", result.score}};
  for (const auto& [name, number] : numbers) json[name] = number;
  if (!result.fit) return json;
  json["chi2"] = result.fit->chi2;
  json["outlier"] = result.fit->outlier;
  json["defocus_change"] = result.fit->defocus_change;
  return json;
}

void say_rows(const std::vector<InspectedRow>& rows, const std::vector<int>& modes) {
  std::string head = fmt::format("{:>9}  {:<8}{:>8}{:>10}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}", "row", "state",
                                 "score", "chi2", "outlier", "rot", "tilt", "psi", "shift x", "shift y");
  for (const int mode : modes) head += fmt::format("{:>10}{:>8}", fmt::format("q{}", mode), "±");
  say("{}  image", head);
  for (const auto& [row, result] : rows) {
    std::string line =
        fmt::format("{:>9}  {:<8}", row + 1, state_names[static_cast<std::size_t>(result.state)]);
    if (result.state == ParticleState::failed) line += fmt::format("({})", reason_of(result));
    if (result.state == ParticleState::done) {
      line += fmt::format("{:>8.4f}{:>10}{:>8}", result.score,
                          result.fit ? fmt::format("{:.4f}", result.fit->chi2) : "-",
                          result.fit ? result.fit->outlier ? "yes" : "no" : "-");
      for (const double angle : result.euler_angles) line += fmt::format("{:>9.2f}", angle);
      for (const double shift : result.shift) line += fmt::format("{:>9.2f}", shift);
      for (std::size_t m = 0; m < modes.size(); ++m)
        line += fmt::format("{:>10.2f}{:>8.2f}", result.amplitudes[static_cast<Eigen::Index>(m)],
                            result.standard_errors[static_cast<Eigen::Index>(m)]);
    }
    say("{}  {}", line, result.image);
  }
}

// The rows of lowest score, the lowest first, on rank 0. Collective.
std::vector<std::int64_t> lowest_scores(const Communicator& comm, const ResultTable& table, int most) {
  std::vector<RankedRow> own;
  for_each_row(comm, table, {}, [&](std::int64_t row, const ParticleResult& result) {
    if (result.state == ParticleState::done) own.push_back({result.score, row, 0});
  });
  std::vector<std::int64_t> rows;
  for (const RankedRow& one : least_rows(comm, std::move(own), static_cast<std::size_t>(most)))
    rows.push_back(one.row);
  return rows;
}

}  // namespace

ResultTable open_inspected(const Communicator& comm, const std::string& path) {
  on_root(comm, [&] {
    if (file_kind(path) != FileKind::results)
      throw Error(
          path +
          ": is no table of results, which alone has rows to list and compare (a second file, --rows, "
          "--worst, --json); give an alignment.h5, predictions.h5 or truth.h5");
  });
  return ResultTable::open(comm, path, ResultTable::Access::read);
}

std::vector<std::int64_t> listed_rows(const cli::InspectOptions& o, const ResultTable& table) {
  if (o.rows.empty()) return {};
  const auto most = static_cast<int>(std::min<std::int64_t>(table.size(), std::numeric_limits<int>::max()));
  std::vector<std::int64_t> rows;
  try {
    for (const int number : parse_number_list(o.rows, "", most)) rows.push_back(number - 1);
  } catch (const Error& error) {
    cli::refuse_option("rows", fmt::format("{} ({} has {} rows)", error.what(), o.source.path, table.size()));
  }
  return rows;
}

void report_rows(const Communicator& comm, const cli::InspectOptions& o) {
  ResultTable table = open_inspected(comm, o.source.path);
  const std::vector<std::int64_t> listed = listed_rows(o, table);
  const std::vector<std::int64_t> lowest =
      o.worst > 0 ? lowest_scores(comm, table, o.worst) : std::vector<std::int64_t>();
  on_root(comm, [&] {
    Json json =
        listed.empty() && o.worst == 0 ? results_json(o.source.path, table) : Json{{"file", o.source.path}};
    const auto show = [&](const std::vector<std::int64_t>& rows, const char* name,
                          const std::string& headline) {
      const auto read = read_rows(table, rows);
      if (!o.json) {
        say("{}", headline);
        say_rows(read, table.modes());
        return;
      }
      json[name] = Json::array();
      for (const InspectedRow& row : read) json[name].push_back(as_json(row, table.modes()));
    };
    if (!listed.empty())
      show(listed, "rows", fmt::format("{}: rows {}; Å and degrees", o.source.path, o.rows));
    if (o.worst > 0)
      show(lowest, "worst",
           fmt::format("{}: {} of lowest score; Å and degrees", o.source.path, lowest.size()));
    if (o.json) say("{}", json.dump(2));
  });
  table.close();
}

}  // namespace elastem
