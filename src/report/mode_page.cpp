#include "report/mode_page.hpp"

#include <cmath>

namespace elastem {
namespace {

std::string summary_section(const ModePage& page) {
  const auto count = static_cast<std::int64_t>(page.modes.numbers.size());
  std::string text = "<p>" + grouped_digits(count) + " elastic modes of " +
                     grouped_digits(page.structure.size()) + " nodes of <code>" +
                     html_escaped(page.structure_path) + "</code>.";
  if (page.b_factor_correlation)
    text += " The fluctuations of these modes correlate with the B-factors by " +
            number_text(*page.b_factor_correlation, "%.3f") + ".";
  else
    text += " The B-factors of the file are the same everywhere, so that nothing correlates with them.";
  return text + "</p>\n";
}

std::string target_section(const ModePage& page) {
  if (!page.target) return "";
  const TargetOverlaps& target = *page.target;
  const double share = static_cast<double>(target.matched) / static_cast<double>(page.structure.size());
  const double cumulative = target.cumulative.size() > 0 ? target.cumulative.tail<1>()(0) : 0;
  return "<h2>Change to the target</h2>\n<p><code>" + html_escaped(target.path) + "</code> has " +
         grouped_digits(target.matched) + " atoms in common with the structure (" + number_text(100 * share) +
         " %" + (target.by_sequence ? ", by aligned sequences" : "") + "), which lie " +
         number_text(target.rmsd, "%.2f") +
         " Å RMSD apart after superposition. All modes together describe " +
         number_text(100 * cumulative * cumulative) + " % of the squared change.</p>\n";
}

std::string table_section(const ModePage& page) {
  std::string text =
      "<h2>Modes</h2>\n<table><tr><th>mode</th><th>eigenvalue</th><th>collectivity</th><th>score</th>"
      "<th>enabled</th>";
  if (page.target) text += "<th>overlap</th><th>cumulative, √Σ overlap²</th>";
  text += "</tr>\n";
  for (std::size_t k = 0; k < page.modes.numbers.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    text += "<tr><td>" + std::to_string(page.modes.numbers[k]) + "</td><td>" +
            number_text(page.modes.eigenvalues(row), "%.7f") + "</td><td>" +
            number_text(page.modes.collectivity(row), "%.3f") + "</td><td>" +
            number_text(page.modes.score(row), "%.3f") + "</td><td>" +
            (page.modes.enabled[k] ? "yes" : "no") + "</td>";
    if (page.target)
      text += "<td>" + number_text(page.target->overlaps(row), "%.3f") + "</td><td>" +
              number_text(page.target->cumulative(row), "%.3f") + "</td>";
    text += "</tr>\n";
  }
  return text +
         "</table>\n<p>All digits are in <code>modes.csv</code>, the figures of the nodes in "
         "<code>nodes.csv</code>. A low score is good; modes of a collectivity below " +
         number_text(least_collectivity, "%.2f") + " are not enabled.</p>\n";
}

std::string animation_section(const ModePage& page) {
  if (page.animated.empty()) return "";
  std::string text = "<h2>Animations</h2>\n<p>One period of each mode as a file of several models, up to " +
                     number_text(page.animation_rmsd, "%.2f") +
                     " Å RMSD from the structure.</p>\n<table><tr><th>file</th><th>mode</th><th>amplitude [Å]"
                     "</th><th>largest shift [Å]</th></tr>\n";
  for (const AnimatedMode& mode : page.animated)
    text += "<tr><td><code>" + html_escaped(mode.file) + "</code></td><td>" + std::to_string(mode.number) +
            "</td><td>" + number_text(mode.amplitude) + "</td><td>" + number_text(mode.shifts.maxCoeff()) +
            "</td></tr>\n";
  const std::string first = html_escaped(page.animated.front().file);
  return text + "</table>\n<p>ChimeraX:</p>\n<pre>open " + first +
         " coordset true\ncoordset #1 loop 10</pre>\n<p>PyMOL:</p>\n<pre>load " + first + "\nmplay</pre>\n";
}

std::string digits(double value) {
  return number_text(value, "%.17g");
}

}  // namespace

std::string modes_html(const ModePage& page) {
  std::string body = summary_section(page) + target_section(page) + table_section(page);
  for (const ReportPlot& plot : page.plots) body += html_plot(plot);
  return html_page("Normal modes", body + animation_section(page),
                   "elastem " + html_escaped(page.version) + ", " + html_escaped(page.date) +
                       "; modes in <code>" + html_escaped(page.modes_path) + "</code><br><code>" +
                       html_escaped(page.command_line) + "</code>");
}

std::string modes_csv(const ModePage& page) {
  std::string text = "mode,eigenvalue,collectivity,score,enabled";
  if (page.target) text += ",overlap,cumulative_overlap,cumulative_squared_overlap";
  text += "\n";
  for (std::size_t k = 0; k < page.modes.numbers.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    text += std::to_string(page.modes.numbers[k]) + "," + digits(page.modes.eigenvalues(row)) + "," +
            digits(page.modes.collectivity(row)) + "," + digits(page.modes.score(row)) + "," +
            (page.modes.enabled[k] ? "1" : "0");
    if (page.target) {
      const double cumulative = page.target->cumulative(row);
      text += "," + digits(page.target->overlaps(row)) + "," + digits(cumulative) + "," +
              digits(cumulative * cumulative);
    }
    text += "\n";
  }
  return text;
}

std::string nodes_csv(const ModePage& page) {
  std::string text = "chain,residue_number,insertion_code,residue_name,atom_name,b_factor,fluctuation";
  for (const AnimatedMode& mode : page.animated) text += ",shift_mode_" + std::to_string(mode.number);
  text += "\n";
  for (Eigen::Index i = 0; i < page.structure.size(); ++i) {
    const Atom& atom = page.structure.atoms[static_cast<std::size_t>(i)];
    text += atom.chain + "," + std::to_string(atom.residue_number) + "," + atom.insertion_code + "," +
            atom.residue_name + "," + atom.name + "," + digits(atom.b_factor) + "," +
            digits(page.fluctuations(i));
    for (const AnimatedMode& mode : page.animated) text += "," + digits(mode.shifts(i));
    text += "\n";
  }
  return text;
}

}  // namespace elastem
