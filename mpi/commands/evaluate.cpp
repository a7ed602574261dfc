#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "alignment/evaluation.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/evaluate_options.hpp"

namespace elastem {

namespace {

constexpr std::int64_t block_rows = 4096;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// What turns errors into the units people compare.
struct Scale {
  std::int64_t atom_count = 0;  // 0: unknown
  double pixel_size = unknown;  // Å
};

void require_comparable(const std::string& result_path, const ResultTable& result,
                        const std::string& truth_path, const ResultTable& truth) {
  if (result.modes() != truth.modes())
    throw Error(result_path + " holds the amplitudes of modes " + format_number_list(result.modes()) +
                ", but " + truth_path + " those of modes " + format_number_list(truth.modes()) +
                ": align with --modes " + format_number_list(truth.modes()) + " to compare them");
  if (result.size() > truth.size())
    throw Error(result_path + " has " + std::to_string(result.size()) + " particles, but " + truth_path +
                " only " + std::to_string(truth.size()) + ": give the truth of the same particles");
}

Scale scale_of(const cli::EvaluateOptions& options, const ResultTable& truth) {
  const auto atoms = truth.load_vector("atom_count"), pixel = truth.load_vector("pixel_size");
  Scale scale;
  if (!atoms.empty()) scale.atom_count = std::llround(atoms[0]);
  if (!pixel.empty()) scale.pixel_size = pixel[0];
  scale.atom_count = options.atom_count.value_or(scale.atom_count);
  scale.pixel_size = options.pixel_size.value_or(scale.pixel_size);
  return scale;
}

// This rank's slices of both tables, a block of rows at a time.
void add_rows(const Communicator& comm, const ResultTable& result, ResultTable::Details details,
              const ResultTable& truth, Evaluation& evaluation) {
  const RowSlices& slices = evaluation.slices();
  const std::int64_t end = slices.begin(RowSlices::first_of_rank(comm.rank() + 1, comm.size()));
  for (auto row = slices.begin(RowSlices::first_of_rank(comm.rank(), comm.size())); row < end;
       row += block_rows) {
    const std::int64_t count = std::min(block_rows, end - row);
    const auto estimates = result.read(row, count, details), truths = truth.read(row, count);
    for (std::size_t i = 0; i < estimates.size(); ++i)
      evaluation.add(row + static_cast<std::int64_t>(i), estimates[i], truths[i]);
  }
}

// A number for the table; what is not known is a dash.
std::string cell(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "–";
}

void print_row(const std::string& name, const std::vector<std::string>& cells) {
  // Widths count characters: '–' and 'Å' are one column but more than one byte.
  const auto columns = [](const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::string line = "  " + name;
  line.append(34 - std::min<std::size_t>(33, columns(name)), ' ');
  for (const auto& text : cells) {
    line.append(10 - std::min<std::size_t>(10, columns(text)), ' ');
    line += text;
  }
  fmt::print("{}\n", line);
}

void print_amplitudes(const GroupErrors& errors, const std::vector<int>& modes) {
  print_row("amplitudes [Å]", {"error", "sd", "bound", "ratio", "pull sd"});
  const auto row = [](const std::string& name, const ModeErrors& mode) {
    print_row(name, {cell(mode.error.mean, 2), cell(mode.error.sd, 2), cell(mode.bound, 2),
                     cell(mode.ratio, 3), cell(mode.pull_sd, 2)});
  };
  for (std::size_t k = 0; k < modes.size(); ++k) row("  mode " + std::to_string(modes[k]), errors.modes[k]);
  row("  global", errors.global);
}

void print_group(const std::string& heading, const GroupErrors& errors, const std::vector<int>& modes,
                 const Scale& scale) {
  fmt::print("\n{}: {} images\n", heading, errors.count);
  if (errors.count == 0) return;
  print_amplitudes(errors, modes);
  print_row("", {"mean", "sd", "median", "> 15°"});
  if (scale.atom_count > 0)
    print_row("atomic coordinates, RMSD [Å]",
              {cell(errors.coordinate_rmsd.mean, 3), cell(errors.coordinate_rmsd.sd, 3)});
  print_row("viewing direction [°]",
            {cell(errors.direction.mean, 2), cell(errors.direction.sd, 2), cell(errors.direction_median, 2)});
  print_row("full rotation [°]",
            {cell(errors.rotation.mean, 2), cell(errors.rotation.sd, 2), cell(errors.rotation_median, 2),
             cell(100 * errors.share_above_15, 1) + " %"});
  const bool pixels = std::isfinite(scale.pixel_size);
  const double unit = pixels ? scale.pixel_size : 1;
  print_row(pixels ? "shift [px]" : "shift [Å]",
            {cell(errors.shift.mean / unit, 3), cell(errors.shift.sd / unit, 3)});
  print_row("", {"x", "y", "view"});
  const auto& pull = errors.pose_pull_sd;
  print_row("pull sd of the rotation about", {cell(pull[0], 2), cell(pull[1], 2), cell(pull[2], 2)});
  print_row("pull sd of the shift along", {cell(pull[3], 2), cell(pull[4], 2)});
  print_row("", {"amplitude", "rotation", "shift"});
  print_row("standard errors, stored : true",
            {cell(errors.amplitude_error_ratio, 3), cell(errors.rotation_error_ratio, 3),
             cell(errors.shift_error_ratio, 3)});
}

void print_table(const cli::EvaluateOptions& options, const EvaluationReport& report,
                 const std::vector<int>& modes, const Scale& scale) {
  fmt::print("{} against {}\n{} particles: {} done, {} failed, {} pending\n", options.input, options.truth,
             report.rows, report.done, report.failed, report.pending);
  print_group("All", report.all, modes, scale);
  print_group("Pose found (full rotation within 15°)", report.found, modes, scale);
  fmt::print(
      "\nerror: mean absolute error; bound: Cramér–Rao, √(2/π)·σ; ratio: error to bound;\n"
      "pull sd: standard deviation of (estimate − truth)/standard error, 1 when the error bars are right.\n");
}

nlohmann::json as_json(const ModeErrors& mode) {
  return {{"mean_absolute_error", mode.error.mean},
          {"sd", mode.error.sd},
          {"bound", mode.bound},
          {"ratio", mode.ratio},
          {"pull_sd", mode.pull_sd}};
}

nlohmann::json as_json(const GroupErrors& errors, const std::vector<int>& modes, const Scale& scale) {
  nlohmann::json json;
  json["count"] = errors.count;
  json["modes"] = nlohmann::json::array();
  for (std::size_t k = 0; k < modes.size(); ++k) {
    json["modes"].push_back(as_json(errors.modes[k]));
    json["modes"].back()["mode"] = modes[k];
  }
  json["global"] = as_json(errors.global);
  const double no_atoms = scale.atom_count > 0 ? 1 : unknown;
  json["coordinate_rmsd"] = {{"mean", errors.coordinate_rmsd.mean * no_atoms},
                             {"sd", errors.coordinate_rmsd.sd * no_atoms}};
  json["direction_error"] = {
      {"mean", errors.direction.mean}, {"sd", errors.direction.sd}, {"median", errors.direction_median}};
  json["rotation_error"] = {{"mean", errors.rotation.mean},
                            {"sd", errors.rotation.sd},
                            {"median", errors.rotation_median},
                            {"share_above_15", errors.share_above_15}};
  json["shift_error"] = {{"mean", errors.shift.mean}, {"sd", errors.shift.sd}};
  json["shift_error_px"] = {{"mean", errors.shift.mean / scale.pixel_size},
                            {"sd", errors.shift.sd / scale.pixel_size}};
  const auto& pull = errors.pose_pull_sd;
  json["pose_pull_sd"] = {{"rotation_x", pull[0]},
                          {"rotation_y", pull[1]},
                          {"rotation_view", pull[2]},
                          {"shift_x", pull[3]},
                          {"shift_y", pull[4]}};
  json["standard_error_ratio"] = {{"amplitudes", errors.amplitude_error_ratio},
                                  {"rotations", errors.rotation_error_ratio},
                                  {"shifts", errors.shift_error_ratio}};
  return json;
}

void print_json(const cli::EvaluateOptions& options, const EvaluationReport& report,
                const std::vector<int>& modes, const Scale& scale) {
  nlohmann::json json = {{"result", options.input},       {"truth", options.truth},
                         {"rows", report.rows},           {"done", report.done},
                         {"failed", report.failed},       {"pending", report.pending},
                         {"pixel_size", scale.pixel_size}};
  json["atom_count"] = scale.atom_count > 0 ? nlohmann::json(scale.atom_count) : nlohmann::json();
  json["all"] = as_json(report.all, modes, scale);
  json["found"] = as_json(report.found, modes, scale);
  fmt::print("{}\n", json.dump(2));  // NaN becomes null
}

}  // namespace

ExitCode evaluate_command(const Invocation& invocation, const cli::EvaluateOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable result = ResultTable::open(comm, o.input, ResultTable::Access::read);
  ResultTable truth = ResultTable::open(comm, o.truth, ResultTable::Access::read);
  require_comparable(o.input, result, o.truth, truth);
  if (result.size() < truth.size())
    spdlog::info("{} particles are compared with the first of the {} in {}", result.size(), truth.size(),
                 o.truth);
  if (o.without_prior && !result.has_fits())
    throw Error("option --without-prior: " + o.input +
                " does not say what the images alone say; give a table of align");
  const auto details = o.without_prior ? ResultTable::Details::image_alone : ResultTable::Details::none;
  const Scale scale = scale_of(o, truth);

  Evaluation evaluation(static_cast<int>(result.modes().size()), result.size());
  collectively(comm, [&] { add_rows(comm, result, details, truth, evaluation); });
  comm.sum(evaluation.sums());
  comm.sum(evaluation.counts());
  if (comm.root()) {
    const auto report = evaluation.report(std::max<std::int64_t>(1, scale.atom_count));
    (o.json ? print_json : print_table)(o, report, result.modes(), scale);
    if (scale.atom_count == 0)
      spdlog::warn(
          "{} does not say how many atoms the model has: give --atom-count for the error of the coordinates",
          o.truth);
  }
  truth.close();
  result.close();
  return done;
}

}  // namespace elastem
