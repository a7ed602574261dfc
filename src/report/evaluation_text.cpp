#include "report/evaluation_text.hpp"

#include <cmath>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "report/text_table.hpp"

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
std::string amplitude_rows(const GroupErrors& errors, const std::vector<int>& modes) {
  std::string text = table_row("amplitudes [Å]", {"error", "sd", "bound", "ratio", "pull sd"});
  const auto add = [&](const std::string& name, const ModeErrors& mode) {
    text += table_row(name, {cell(mode.error.mean, 2), cell(mode.error.sd, 2), cell(mode.bound, 2),
                             cell(mode.ratio, 3), cell(mode.pull_sd, 2)});
  };
  for (std::size_t k = 0; k < modes.size(); ++k) add(fmt::format("  mode {}", modes[k]), errors.modes[k]);
  add("  global", errors.global);
  return text;
}

std::string pose_rows(const GroupErrors& errors, const EvaluationContext& context) {
  std::string text = table_row("", {"mean", "sd", "median", "> 15°"});
  if (context.atom_count > 0)
    text += table_row("atomic coordinates, RMSD [Å]",
                      {cell(errors.coordinate_rmsd.mean, 3), cell(errors.coordinate_rmsd.sd, 3)});
  text += table_row("viewing direction [°]", {cell(errors.direction.mean, 2), cell(errors.direction.sd, 2),
                                              cell(errors.direction_median, 2)});
  text += table_row("full rotation [°]",
                    {cell(errors.rotation.mean, 2), cell(errors.rotation.sd, 2),
                     cell(errors.rotation_median, 2), cell(100 * errors.share_above_15, 1) + " %"});
  const bool pixels = std::isfinite(context.pixel_size);
  const double unit = pixels ? context.pixel_size : 1;
  return text + table_row(pixels ? "shift [px]" : "shift [Å]",
                          {cell(errors.shift.mean / unit, 3), cell(errors.shift.sd / unit, 3)});
}

std::string error_bar_rows(const GroupErrors& errors) {
  const auto& pull = errors.pose_pull_sd;
  return table_row("", {"x", "y", "view"}) +
         table_row("pull sd of the rotation about", {cell(pull[0], 2), cell(pull[1], 2), cell(pull[2], 2)}) +
         table_row("pull sd of the shift along", {cell(pull[3], 2), cell(pull[4], 2)}) +
         table_row("", {"amplitude", "rotation", "shift"}) +
         table_row("standard errors, stored : true",
                   {cell(errors.amplitude_error_ratio, 3), cell(errors.rotation_error_ratio, 3),
                    cell(errors.shift_error_ratio, 3)});
}

std::string group_table(const std::string& heading, const GroupErrors& errors,
                        const EvaluationContext& context) {
  const std::string head = fmt::format("\n{}: {} images\n", heading, errors.count);
  if (errors.count == 0) return head;
  return head + amplitude_rows(errors, context.modes) + pose_rows(errors, context) + error_bar_rows(errors);
}

nlohmann::json as_json(const ModeErrors& mode) {
  return {{"mean_absolute_error", mode.error.mean},
          {"sd", mode.error.sd},
          {"bound", mode.bound},
          {"ratio", mode.ratio},
          {"pull_sd", mode.pull_sd}};
}

nlohmann::json as_json(const GroupErrors& errors, const EvaluationContext& context) {
  nlohmann::json json;
  json["count"] = errors.count;
  json["modes"] = nlohmann::json::array();
  for (std::size_t k = 0; k < context.modes.size(); ++k) {
    json["modes"].push_back(as_json(errors.modes[k]));
    json["modes"].back()["mode"] = context.modes[k];
  }
  json["global"] = as_json(errors.global);
  const double no_atoms = context.atom_count > 0 ? 1 : unknown;
  json["coordinate_rmsd"] = {{"mean", errors.coordinate_rmsd.mean * no_atoms},
                             {"sd", errors.coordinate_rmsd.sd * no_atoms}};
  json["direction_error"] = {
      {"mean", errors.direction.mean}, {"sd", errors.direction.sd}, {"median", errors.direction_median}};
  json["rotation_error"] = {{"mean", errors.rotation.mean},
                            {"sd", errors.rotation.sd},
                            {"median", errors.rotation_median},
                            {"share_above_15", errors.share_above_15}};
  json["shift_error"] = {{"mean", errors.shift.mean}, {"sd", errors.shift.sd}};
  json["shift_error_px"] = {{"mean", errors.shift.mean / context.pixel_size},
                            {"sd", errors.shift.sd / context.pixel_size}};
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

}  // namespace

std::string evaluation_table(const EvaluationReport& report, const EvaluationContext& context) {
  return fmt::format("{} against {}\n", context.result_path, context.truth_path) + particles_line(report) +
         group_table("All", report.all, context) +
         group_table("Pose found (full rotation within 15°)", report.found, context) +
         "\nerror: mean absolute error; bound: Cramér–Rao, √(2/π)·σ; ratio: error to bound;\n"
         "pull sd: standard deviation of (estimate − truth)/standard error, 1 when the error bars are "
         "right.\n";
}

std::string evaluation_json(const EvaluationReport& report, const EvaluationContext& context) {
  nlohmann::json json = {{"result", context.result_path}, {"truth", context.truth_path},
                         {"rows", report.rows},           {"done", report.done},
                         {"failed", report.failed},       {"pending", report.pending},
                         {"unmatched", report.unmatched}, {"pixel_size", context.pixel_size}};
  json["atom_count"] = context.atom_count > 0 ? nlohmann::json(context.atom_count) : nlohmann::json();
  json["all"] = as_json(report.all, context);
  json["found"] = as_json(report.found, context);
  return json.dump(2) + "\n";  // NaN becomes null
}

}  // namespace elastem
