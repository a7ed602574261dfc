#include "report/structure_text.hpp"

#include <limits>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "alignment/evaluation.hpp"
#include "core/number_list.hpp"
#include "report/text_table.hpp"

namespace elastem {
namespace {

double found_share(const StructureReport& report) {
  return report.all.count == 0
             ? std::numeric_limits<double>::quiet_NaN()
             : static_cast<double>(report.found.count) / static_cast<double>(report.all.count);
}

std::string distance_rows(const StructureReport& report) {
  const ConformationErrors &all = report.all, &found = report.found;
  const auto row = [](const std::string& name, double one, double other, int digits = 3) {
    return table_row(name, {cell(one, digits), cell(other, digits)});
  };
  return table_row("", {"all", "found"}) +
         table_row("images", {std::to_string(all.count), std::to_string(found.count)}) +
         table_row("share [%]", {cell(all.count == 0 ? found_share(report) : 100.0, 1),
                                 cell(100 * found_share(report), 1)}) +
         row("RMSD to the true atoms, mean [Å]", all.rmsd.mean, found.rmsd.mean) +
         row("  sd [Å]", all.rmsd.sd, found.rmsd.sd) +
         row("  reachable, mean [Å]", all.reachable.mean, found.reachable.mean) +
         row("  doing nothing, mean [Å]", all.unmoved.mean, found.unmoved.mean) +
         row("turned from the truth, mean [°]", all.rotation.mean, found.rotation.mean, 2) +
         row("  sd [°]", all.rotation.sd, found.rotation.sd, 2);
}

std::string pull_rows(const ConformationErrors& found, const std::vector<int>& modes) {
  std::string text = "\nError bars of the found ones, 1 when they are right\n";
  text += table_row("", {"pull sd"});
  text += table_row("all amplitudes", {cell(found.pull_sd, 2)});
  for (std::size_t k = 0; k < modes.size(); ++k)
    text += table_row(fmt::format("  mode {}", modes[k]), {cell(found.mode_pull_sd[k], 2)});
  const auto& turn = found.rotation_pull_sd;
  return text + table_row("", {"x", "y", "view"}) +
         table_row("rotation about", {cell(turn[0], 2), cell(turn[1], 2), cell(turn[2], 2)});
}

nlohmann::json as_json(const Summary& summary) {
  return {{"mean", summary.mean}, {"sd", summary.sd}};
}

nlohmann::json as_json(const ConformationErrors& errors, const std::vector<int>& modes) {
  nlohmann::json json = {{"count", errors.count},
                         {"rmsd", as_json(errors.rmsd)},
                         {"reachable_rmsd", as_json(errors.reachable)},
                         {"unmoved_rmsd", as_json(errors.unmoved)},
                         {"rotation", as_json(errors.rotation)}};
  const auto& turn = errors.rotation_pull_sd;
  json["pull_sd"] = {{"amplitudes", errors.pull_sd},
                     {"rotation_x", turn[0]},
                     {"rotation_y", turn[1]},
                     {"rotation_view", turn[2]}};
  json["pull_sd"]["modes"] = nlohmann::json::array();
  for (std::size_t k = 0; k < modes.size(); ++k)
    json["pull_sd"]["modes"].push_back({{"mode", modes[k]}, {"pull_sd", errors.mode_pull_sd[k]}});
  return json;
}

}  // namespace

std::string structure_table(const StructureReport& report, const StructureContext& context) {
  return fmt::format("{} against {}, {} conformations of {}\n", context.result_path, context.truth_path,
                     context.conformations, context.structures_path) +
         particles_line(report) + "\n" + distance_rows(report) + pull_rows(report.found, context.modes) +
         fmt::format(
             "\nfound: the placed atoms are turned by less than {:g}° from the true ones; reachable: the "
             "best that\nmodes {} of {} can make of the true atoms; doing nothing: the structure of the "
             "modes as it is;\nall after superposition. pull sd: standard deviation of (estimate − "
             "best)/standard error.\n",
             found_within, format_number_list(context.modes), context.modes_path);
}

std::string structure_json(const StructureReport& report, const StructureContext& context) {
  nlohmann::json json = {{"result", context.result_path},
                         {"truth", context.truth_path},
                         {"structures", context.structures_path},
                         {"modes_file", context.modes_path},
                         {"conformations", context.conformations},
                         {"modes", context.modes},
                         {"rows", report.rows},
                         {"done", report.done},
                         {"failed", report.failed},
                         {"pending", report.pending},
                         {"unmatched", report.unmatched},
                         {"found_share", found_share(report)}};
  json["units"] = {{"rmsd", "Å"},           {"reachable_rmsd", "Å"}, {"unmoved_rmsd", "Å"},
                   {"rotation", "degrees"}, {"found_share", "1"},    {"pull_sd", "1"}};
  json["all"] = as_json(report.all, context.modes);
  json["found"] = as_json(report.found, context.modes);
  return json.dump(2) + "\n";  // NaN becomes null
}

}  // namespace elastem
