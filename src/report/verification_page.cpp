#include "report/verification_page.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"
#include "core/number_list.hpp"
#include "report/html_page.hpp"
#include "report/plot.hpp"

namespace elastem {
namespace {

constexpr double leak_clear = Direction::certain, leak_large = 0.05;

std::string finding_name(Finding finding) {
  switch (finding) {
    case Finding::motion:
      return "motion";
    case Finding::misfit:
      return "misfit";
    case Finding::nothing_seen:
      break;
  }
  return "nothing seen";
}

double deviation(double variance, double atoms) {
  return std::sqrt(std::max(variance, 0.0) / atoms);
}

nlohmann::json as_json(const Direction& d, double atoms) {
  const double root = std::sqrt(atoms);
  return {{"mode", d.mode},
          {"error_rmsd", d.error / root},
          {"motion_rmsd", deviation(d.variance, atoms)},
          {"variance", d.variance},
          {"variance_error", d.variance_error},
          {"model_twin_rmsd", deviation(d.model_twin, atoms)},
          {"map_twin_rmsd", deviation(d.map_twin, atoms)},
          {"excess_over_model_twin", d.model_excess},
          {"z_over_model_twin", d.model_z},
          {"excess_over_map_twin", d.excess},
          {"excess_over_map_twin_error", d.excess_error},
          {"z", d.z},
          {"false_discovery_rate", d.false_discovery},
          {"least_seen_rmsd", d.least_seen / root},
          {"verdict", direction_verdict(d)}};
}

nlohmann::json as_json(const PoseLeakage& leakage) {
  return {{"share", leakage.share}, {"z", leakage.z}};
}

std::string table_section(const VerificationReport& report) {
  const double atoms = report.atom_count, root = std::sqrt(atoms);
  std::string text =
      "<h2>Each direction</h2>\n<table><tr><th></th><th>error of an image</th><th>motion</th><th>twin of the "
      "model</th><th>twin of the map</th><th>z</th><th>false discovery</th><th>would be seen</th><th>"
      "explained by views</th><th>verdict</th></tr>\n";
  const auto add = [&](const std::string& name, const Direction& d, const std::string& views) {
    text += fmt::format(
        "<tr><td>{}</td><td>{:.3f}</td><td>{:.3f}</td><td>{:.3f}</td><td>{:.3f}</td><td>{:.1f}</td><td>{}</"
        "td>"
        "<td>{:.3f}</td><td>{}</td><td>{}</td></tr>\n",
        name, d.error / root, deviation(d.variance, atoms), deviation(d.model_twin, atoms),
        deviation(d.map_twin, atoms), d.z, d.mode == 0 ? "" : fmt::format("{:.1g}", d.false_discovery),
        d.least_seen / root, views,
        d.mode != 0   ? direction_verdict(d)
        : d.spreads() ? "misfit"
                      : "");
  };
  for (std::size_t k = 0; k < report.found.modes.size(); ++k)
    add(fmt::format("mode {}", report.found.modes[k].mode), report.found.modes[k],
        fmt::format("{:.1f} %", 100 * report.leakage[k].share));
  int number = 0;
  for (const Direction& d : report.found.decoys) add(fmt::format("decoy {}", ++number), d, "");
  return text +
         "</table>\n<p>RMSD of the atoms in Å. Motion is what errors do not explain of the spread; the twins "
         "are images of a molecule that does not move, with the same poses, CTFs and noise, fitted alike: "
         "what "
         "they show as motion is none. z counts the standard errors by which a direction exceeds the twin of "
         "the set's own map more than the decoys do; a mode moves from 3.3 on. A motion of the size "
         "“would be seen” is found in 95 of 100 sets.</p>\n";
}

std::string checks_section(const VerificationReport& report) {
  const Verification& found = report.found;
  std::string text = fmt::format(
      "<h2>What stands behind it</h2>\n<ul><li>{} particles; decoys are random combinations of modes {}; {} "
      "of "
      "{} decoys would be called moving.</li><li>The set's own map (<code>map.mrc</code>) holds details to "
      "{:.1f} Å.</li>",
      grouped_digits(found.particles), format_number_list(report.decoy_sources), found.decoys_called,
      found.decoys.size(), report.map_resolution);
  if (report.halves)
    text += fmt::format(
        "<li>Two halves of the particles, each by itself, tell distributions along the first component that "
        "are "
        "{:.2f} Å RMSD apart, where the truth spreads by {:.2f} Å.</li>",
        report.halves->distance / std::sqrt(report.atom_count),
        report.halves->spread / std::sqrt(report.atom_count));
  std::vector<int> leaking;
  for (std::size_t k = 0; k < report.leakage.size(); ++k)
    if (report.leakage[k].z > leak_clear && report.leakage[k].share > leak_large)
      leaking.push_back(found.modes[k].mode);
  text += leaking.empty() ? "<li>Amplitudes do not depend on the direction of view.</li>"
                          : fmt::format(
                                "<li>Amplitudes of mode{} {} depend on the direction of view: a wrong model, "
                                "or preferred views of some conformations.</li>",
                                leaking.size() == 1 ? "" : "s", format_number_list(leaking));
  return text + "</ul>\n";
}

ReportPlot write_plot(const std::filesystem::path& folder, const VerificationReport& report) {
  BarPlot plot;
  plot.labels = {"Excess over the twin of the set's own map", "mode, then decoys", "z (standard errors)"};
  double x = 0;
  const auto add = [&](const Direction& d, bool decoy) {
    x = decoy || plot.bars.x.empty() ? x + 1 : d.mode;
    if (!decoy) x = d.mode;
    plot.bars.x.push_back(x);
    plot.bars.y.push_back(std::max(d.z, 0.0));
    plot.marked.push_back(decoy ? 1 : 0);
  };
  for (const Direction& d : report.found.modes) add(d, false);
  x += 1;
  for (const Direction& d : report.found.decoys) add(d, true);
  plot.marked_name = "decoys";
  plot.level = Direction::certain;
  plot.level_name = "a mode moves above";
  const std::string path = (folder / "verification.png").string();
  write_png(path, plot);
  return {"Modes and decoys", "Bars below 0 are not drawn.", path};
}

}  // namespace

std::string verification_json(const VerificationReport& report) {
  const Verification& found = report.found;
  nlohmann::json json = {{"verdict", finding_name(found.finding)},
                         {"sentence", verification_sentence(found, report.atom_count)},
                         {"model_misfit", found.misfit},
                         {"particles", found.particles},
                         {"atoms", report.atom_count},
                         {"map_resolution", report.map_resolution},
                         {"decoy_excess", found.decoy_excess},
                         {"decoy_excess_error", found.decoy_excess_error},
                         {"decoy_z", found.decoy_z},
                         {"map_twin_blurred", twin_is_blurred(found)},
                         {"decoys_called", found.decoys_called},
                         {"result", report.result_path},
                         {"modes_file", report.modes_path},
                         {"command", report.command_line},
                         {"version", report.version}};
  for (const Direction& d : found.modes) json["modes"].push_back(as_json(d, report.atom_count));
  for (const Direction& d : found.decoys) json["decoys"].push_back(as_json(d, report.atom_count));
  for (const PoseLeakage& leakage : report.leakage) json["pose_leakage"].push_back(as_json(leakage));
  for (const PoseLeakage& leakage : report.twin_leakage)
    json["pose_leakage_of_twin"].push_back(as_json(leakage));
  if (report.halves)
    json["halves"] = {{"distance_rmsd", report.halves->distance / std::sqrt(report.atom_count)},
                      {"spread_rmsd", report.halves->spread / std::sqrt(report.atom_count)}};
  return json.dump(2) + "\n";
}

std::string verification_csv(const VerificationReport& report) {
  const double atoms = report.atom_count, root = std::sqrt(atoms);
  std::string text =
      "mode,error,motion,model_twin,map_twin,excess_over_model_twin,excess_over_map_twin,excess_error,z,"
      "false_discovery,least_seen,share_of_views,share_of_views_in_twin,verdict\n";
  const auto add = [&](const Direction& d, const std::string& views) {
    text += fmt::format("{},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.3f},{:.3g},{:.4f},{},{}\n",
                        d.mode, d.error / root, deviation(d.variance, atoms), deviation(d.model_twin, atoms),
                        deviation(d.map_twin, atoms), d.model_excess, d.excess, d.excess_error, d.z,
                        d.false_discovery, d.least_seen / root, views,
                        d.mode == 0 ? "decoy" : direction_verdict(d));
  };
  for (std::size_t k = 0; k < report.found.modes.size(); ++k)
    add(report.found.modes[k],
        fmt::format("{:.4f},{:.4f}", report.leakage[k].share, report.twin_leakage[k].share));
  for (const Direction& d : report.found.decoys) add(d, ",");
  return text;
}

void write_verification_report(const std::filesystem::path& folder, const VerificationReport& report) {
  const ReportPlot plot = write_plot(folder, report);
  write_text_file(folder / "verification.csv", verification_csv(report));
  write_text_file(folder / "verification.json", verification_json(report));
  const std::string blurred = blur_warning(report.found);
  const std::string body = "<h1>Does it move?</h1>\n<p><strong>" +
                           html_escaped(verification_sentence(report.found, report.atom_count)) +
                           ".</strong></p>\n<p>Of <code>" + html_escaped(report.result_path) +
                           "</code>.</p>\n" +
                           (blurred.empty() ? "" : "<p>" + html_escaped(blurred) + ".</p>\n") +
                           table_section(report) + html_plot(plot) + checks_section(report);
  const std::string footer = fmt::format("elastem {}, {}<br><code>{}</code>", html_escaped(report.version),
                                         html_escaped(report.date), html_escaped(report.command_line));
  write_text_file(folder / "index.html", html_page("elastem: does it move?", body, footer));
}

}  // namespace elastem
