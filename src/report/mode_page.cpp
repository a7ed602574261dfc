#include "report/mode_page.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem {
namespace {

std::string summary_section(const ModePage& page) {
  const auto count = static_cast<std::int64_t>(page.modes.numbers.size());
  std::string text = fmt::format("<p>{} elastic modes of {} nodes of <code>{}</code>.", grouped_digits(count),
                                 grouped_digits(page.structure.size()), html_escaped(page.structure_path));
  if (page.b_factor_correlation)
    text += fmt::format(" The fluctuations of these modes correlate with the B-factors by {:.3f}.",
                        *page.b_factor_correlation);
  else
    text += " The B-factors of the file are the same everywhere, so that nothing correlates with them.";
  return text + "</p>\n";
}

std::string target_section(const ModePage& page) {
  if (!page.target) return "";
  const TargetOverlaps& target = *page.target;
  const double share = static_cast<double>(target.matched) / static_cast<double>(page.structure.size());
  const double cumulative = target.cumulative.size() > 0 ? target.cumulative.tail<1>()(0) : 0;
  return fmt::format(
      "<h2>Change to the target</h2>\n<p><code>{}</code> has {} atoms in common with the structure ({:.1f} "
      "%{}), which "
      "lie {:.2f} Å RMSD apart after superposition. All modes together describe {:.1f} % of the squared "
      "change.</p>\n",
      html_escaped(target.path), grouped_digits(target.matched), 100 * share, target.match_remark,
      target.rmsd, 100 * cumulative * cumulative);
}

std::string table_section(const ModePage& page) {
  std::string text =
      "<h2>Modes</h2>\n<table><tr><th>mode</th><th>eigenvalue</th><th>collectivity</th><th>score</th>"
      "<th>enabled</th>";
  if (page.target) text += "<th>overlap</th><th>cumulative, √Σ overlap²</th>";
  text += "</tr>\n";
  for (std::size_t k = 0; k < page.modes.numbers.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    text += fmt::format("<tr><td>{}</td><td>{:.7f}</td><td>{:.3f}</td><td>{:.3f}</td><td>{}</td>",
                        page.modes.numbers[k], page.modes.eigenvalues(row), page.modes.collectivity(row),
                        page.modes.score(row), page.modes.enabled[k] ? "yes" : "no");
    if (page.target)
      text += fmt::format("<td>{:.3f}</td><td>{:.3f}</td>", page.target->overlaps(row),
                          page.target->cumulative(row));
    text += "</tr>\n";
  }
  return text +
         fmt::format(
             "</table>\n<p>All digits are in <code>modes.csv</code>, the figures of the nodes in "
             "<code>nodes.csv</code>. A low score is good; modes of a collectivity below {:.2f} are not "
             "enabled.</p>\n",
             least_collectivity);
}

std::string animation_section(const ModePage& page) {
  if (page.animated.empty()) return "";
  std::string text = fmt::format(
      "<h2>Animations</h2>\n<p>One period of each mode as a file of several models, up to {:.2f} Å RMSD from "
      "the "
      "structure.</p>\n<table><tr><th>file</th><th>mode</th><th>amplitude [Å]</th><th>largest shift "
      "[Å]</th></tr>\n",
      page.animation_rmsd);
  for (const AnimatedMode& mode : page.animated)
    text += fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{:.1f}</td><td>{:.1f}</td></tr>\n",
                        html_escaped(mode.file), mode.number, mode.amplitude, mode.shifts.maxCoeff());
  return text + fmt::format(
                    "</table>\n<p>ChimeraX:</p>\n<pre>open {0} coordset true\ncoordset #1 loop 10</pre>\n"
                    "<p>PyMOL:</p>\n<pre>load {0}\nmplay</pre>\n",
                    html_escaped(page.animated.front().file));
}

}  // namespace

std::string modes_html(const ModePage& page) {
  std::string body = summary_section(page) + target_section(page) + table_section(page);
  for (const ReportPlot& plot : page.plots) body += html_plot(plot);
  return html_page(
      "Normal modes", body + animation_section(page),
      fmt::format("elastem {}, {}; modes in <code>{}</code><br><code>{}</code>", html_escaped(page.version),
                  html_escaped(page.date), html_escaped(page.modes_path), html_escaped(page.command_line)));
}

std::string modes_csv(const ModePage& page) {
  std::string text = "mode,eigenvalue,collectivity,score,enabled";
  if (page.target) text += ",overlap,cumulative_overlap,cumulative_squared_overlap";
  text += "\n";
  for (std::size_t k = 0; k < page.modes.numbers.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    text += fmt::format("{},{:.17g},{:.17g},{:.17g},{:d}", page.modes.numbers[k], page.modes.eigenvalues(row),
                        page.modes.collectivity(row), page.modes.score(row), page.modes.enabled[k] != 0);
    if (page.target) {
      const double cumulative = page.target->cumulative(row);
      text += fmt::format(",{:.17g},{:.17g},{:.17g}", page.target->overlaps(row), cumulative,
                          cumulative * cumulative);
    }
    text += "\n";
  }
  return text;
}

std::string nodes_csv(const ModePage& page) {
  std::string text = "chain,residue_number,insertion_code,residue_name,atom_name,b_factor,fluctuation";
  for (const AnimatedMode& mode : page.animated) text += fmt::format(",shift_mode_{}", mode.number);
  text += "\n";
  for (Eigen::Index i = 0; i < page.structure.size(); ++i) {
    const Atom& atom = page.structure.atoms[static_cast<std::size_t>(i)];
    text +=
        fmt::format("{},{},{},{},{},{:.17g},{:.17g}", atom.chain, atom.residue_number, atom.insertion_code,
                    atom.residue_name, atom.name, atom.b_factor, page.fluctuations(i));
    for (const AnimatedMode& mode : page.animated) text += fmt::format(",{:.17g}", mode.shifts(i));
    text += "\n";
  }
  return text;
}

}  // namespace elastem
