#include "report/landscape_page.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/new_file.hpp"
#include "report/interactive_page.hpp"
#include "report/landscape_plots.hpp"

namespace elastem {
namespace {

std::string particles_section(const LandscapeReport& report) {
  std::string text = "<h2>Particles</h2>\n<p>" + grouped_digits(report.landscape.done) + " of " +
                     grouped_digits(report.landscape.rows()) + " particles of <code>" +
                     html_escaped(report.result_path) + "</code>";
  if (!report.selection.empty()) text += " selected by <code>" + html_escaped(report.selection) + "</code>";
  text += " have amplitudes";
  if (report.landscape.failed > 0) text += "; " + grouped_digits(report.landscape.failed) + " failed";
  if (report.landscape.pending > 0)
    text += "; " + grouped_digits(report.landscape.pending) + " are not done yet";
  if (report.landscape.outliers > 0)
    text += "; " + grouped_digits(report.landscape.outliers) +
            " outliers, which the structure does not explain, are left out";
  text += ".</p>\n";
  if (!report.motion.modes.empty())
    text += (report.selection.empty() ? "<p>Of the alignment: " : "<p>Of the selected particles: ") +
            html_escaped(
                motion_sentence(report.motion, report.mode_numbers, static_cast<double>(report.atom_count))) +
            ".</p>\n";
  return text;
}

const char* verdict_text(MotionVerdict verdict) {
  return verdict == MotionVerdict::moves           ? "moves"
         : verdict == MotionVerdict::does_not_move ? "does not move"
                                                   : "not seen";
}

std::string motion_section(const LandscapeReport& report) {
  if (report.motion.modes.empty()) return "";
  std::string text =
      "<section id=\"modes-section\"><h2>Which modes move</h2>\n<table "
      "id=\"modes\"><tr><th>mode</th><th>verdict</th><th>motion, RMSD "
      "[Å]</th><th>its error [Å]</th><th>spread of the estimates [Å]</th><th>error of an image "
      "[Å]</th></tr>\n";
  const double scale = 1 / std::sqrt(static_cast<double>(report.atom_count));
  for (std::size_t k = 0; k < report.motion.modes.size(); ++k) {
    const ModeMotion& mode = report.motion.modes[k];
    text += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{:.2f}</td><td>{:.2f}</td><td>{:.2f}</td><td>{:.2f}</td></tr>\n",
        report.mode_numbers[k], verdict_text(mode.verdict), scale * mode.motion, scale * mode.motion_error,
        scale * mode.spread, scale * mode.error);
  }
  return text +
         "</table>\n<p>The motion is what the errors of the images do not explain of the spread, from all " +
         (report.selection.empty() ? "" : "selected ") +
         "particles of the alignment; a mode moves where it is more than chance and wrong poses make. Not "
         "seen: the images say less of the mode than the prior.</p></section>\n";
}

std::string components_section(const LandscapeReport& report) {
  const auto& components = report.landscape.components;
  std::string text =
      "<h2>Principal components of the amplitudes</h2>\n<table><tr><th>component</th><th>variance "
      "explained</th><th>cumulative</th><th>spread (sd) [Å]</th><th>RMSD of the atoms [Å]</th>";
  for (const int mode : report.mode_numbers) text += fmt::format("<th>mode {}</th>", mode);
  text += "</tr>\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    const double sd = std::sqrt(components.variances[c]);
    cumulative += components.share(c);
    text += fmt::format("<tr><td>{}</td><td>{:.1f} %</td><td>{:.1f} %</td><td>{:.1f}</td><td>{:.2f}</td>",
                        c + 1, 100 * components.share(c), 100 * cumulative, sd,
                        sd / std::sqrt(static_cast<double>(report.atom_count)));
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += fmt::format("<td>{:.3f}</td>", components.axes(k, c));
    text += "</tr>\n";
  }
  return text +
         "</table>\n<p>The columns of the modes hold the direction of each component. The mean amplitudes "
         "and "
         "all digits are in <code>components.csv</code>.</p>\n";
}

// How sure the number of states is.
std::string certainty(const Landscape& landscape) {
  if (landscape.drawn_sets == 0) return "";
  return fmt::format(". {} of {} sets drawn from the particles have as many{}", landscape.sets_alike,
                     landscape.drawn_sets,
                     number_is_sure(landscape) ? "" : ": <strong>the number of states is not sure</strong>");
}

std::string states_section(const LandscapeReport& report) {
  if (!report.landscape.states) return "";
  const States& found = *report.landscape.states;
  std::string text = fmt::format(
      "<section id=\"states-section\"><h2>States</h2>\n<p>{}{}; wrong estimates: {:.1f} %. "
      "<code>states.pdb</code> holds the mean "
      "conformation of "
      "each state, <code>particles.csv</code> the probabilities of every "
      "particle.</p>\n<table id=\"states\"><tr><th>state</th><th>population</th><th>standard error</th>",
      found.states.size() == 1
          ? "The particles are of one state: their conformations vary without a barrier"
          : fmt::format("{} states, with a barrier of 1.75 kT or more between them", found.states.size()),
      certainty(report.landscape), 100 * found.mixture.wrong_share);
  const Eigen::Index d = found.states.front().centre.size();
  for (Eigen::Index c = 0; c < d; ++c) text += fmt::format("<th>component {} [Å]</th>", c + 1);
  text += "</tr>\n";
  int number = 0;
  for (const State& state : found.states) {
    text += fmt::format("<tr><td>{}</td><td>{:.1f} %</td><td>{:.1f} %</td>", ++number, 100 * state.population,
                        100 * state.population_error);
    for (Eigen::Index c = 0; c < d; ++c) text += fmt::format("<td>{:.1f}</td>", state.centre[c]);
    text += "</tr>\n";
  }
  return text + "</table></section>\n";
}

std::string paths_section(const LandscapeReport& report) {
  if (report.landscape.paths.empty()) return "";
  std::string text =
      "<section id=\"paths-section\"><h2>Paths</h2>\n<table><tr><th>path</th><th>barrier "
      "[kT]</th><th>barrier back [kT]</th><th>models</th></tr>\n";
  for (const StatePath& path : report.landscape.paths)
    text += fmt::format(
        "<tr><td>{} to {}</td><td>{:.1f}</td><td>{:.1f}</td><td><code>{}.pdb</code></td></tr>\n",
        html_escaped(path.start), html_escaped(path.end), path.barrier, path.barrier_back, path_name(path));
  return text +
         "</table>\n<p>The ways of least free energy; <code>paths.csv</code> has their "
         "bands.</p></section>\n";
}

std::string domains_section(const LandscapeReport& report) {
  if (report.domains.empty()) return "";
  std::string text =
      "<section id=\"domains-section\"><h2>What moves as a "
      "body</h2>\n<table><tr><th>domain</th><th>residues</th>"
      "<th>turns by [°]</th><th>shifts along the axis [Å]</th><th>ranges</th></tr>\n";
  for (std::size_t d = 0; d < report.domains.size(); ++d) {
    const RigidDomain& domain = report.domains[d];
    text += fmt::format("<tr><td>{}</td><td>{}</td>", d + 1, domain.residues.size());
    text += domain.hinge
                ? fmt::format("<td>{:.0f}</td><td>{:.1f}</td>", domain.hinge->angle, domain.hinge->shift)
                : "<td>–</td><td>–</td>";
    text += "<td>" + html_escaped(report.domain_residues[d]) + "</td></tr>\n";
  }
  return text +
         "</table>\n<p>From the first frame to the last, against the first domain; axes in "
         "<code>domains.csv</code>, how far each residue moves in <code>residues.csv</code>.</p></section>\n";
}

std::string plots_section(const LandscapeReport& report) {
  std::string text = "<div class=\"still\">\n";
  for (const auto& plot : report.plots) text += html_plot(plot);
  return text + "</div>\n";
}

std::string trajectory_section(const LandscapeReport& report) {
  const std::string name = html_escaped(report.trajectory_path);
  std::string text = fmt::format(
      "<h2>The motion</h2>\n<p><code>{0}</code> holds {1} models along the first component, each the mean "
      "conformation "
      "of an equal share of the particles.</p>\n<p>ChimeraX:</p>\n<pre>open {0} coordset true\ncoordset "
      "#1</pre>\n"
      "<p>PyMOL:</p>\n<pre>load {0}\nmplay</pre>\n<table><tr><th>frame</th><th>particles</th><th>component 1 "
      "[Å]</th>",
      name, report.landscape.frames.size());
  for (const int mode : report.mode_numbers) text += fmt::format("<th>mode {} [Å]</th>", mode);
  text += "</tr>\n";
  int index = 0;
  for (const auto& frame : report.landscape.frames) {
    text += fmt::format("<tr><td>{}</td><td>{}</td><td>{:.1f}</td>", ++index, grouped_digits(frame.count),
                        frame.coordinate);
    for (const double amplitude : frame.amplitudes) text += fmt::format("<td>{:.1f}</td>", amplitude);
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

}  // namespace

std::string landscape_html(const LandscapeReport& report) {
  return html_page(
      "Conformational landscape",
      particles_section(report) + (report.particles ? interactive_part(report) : "") +
          states_section(report) + paths_section(report) + motion_section(report) + domains_section(report) +
          components_section(report) + plots_section(report) + trajectory_section(report) +
          citation_html(report.version),
      fmt::format("<h2>Provenance</h2>\n<p>elastem {}, {}; result <code>{}</code>, modes "
                  "from <code>{}</code><br><code>{}</code></p>",
                  html_escaped(report.version), html_escaped(report.date), html_escaped(report.result_path),
                  html_escaped(report.modes_path), html_escaped(report.command_line)));
}

std::string components_csv(const LandscapeReport& report) {
  const auto& components = report.landscape.components;
  std::string text = "component,variance,share,cumulative_share";
  for (const int mode : report.mode_numbers) text += fmt::format(",mode_{}", mode);
  text += "\n0,,,";
  for (const double mean : components.mean) text += fmt::format(",{:.17g}", mean);
  text += "\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    cumulative += components.share(c);
    text += fmt::format("{},{:.17g},{:.6f},{:.6f}", c + 1, components.variances[c], components.share(c),
                        cumulative);
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += fmt::format(",{:.17g}", components.axes(k, c));
    text += "\n";
  }
  return text;
}

std::string frames_csv(const LandscapeReport& report) {
  std::string text = "frame,particles,component_1";
  for (const int mode : report.mode_numbers) text += fmt::format(",mode_{}", mode);
  text += "\n";
  int index = 0;
  for (const auto& frame : report.landscape.frames) {
    text += fmt::format("{},{},{:.17g}", ++index, frame.count, frame.coordinate);
    for (const double amplitude : frame.amplitudes) text += fmt::format(",{:.17g}", amplitude);
    text += "\n";
  }
  return text;
}

std::string states_csv(const LandscapeReport& report) {
  std::string text = "state,population,standard_error";
  const auto& found = *report.landscape.states;
  for (Eigen::Index c = 0; c < found.states.front().centre.size(); ++c)
    text += fmt::format(",component_{}", c + 1);
  for (const int mode : report.mode_numbers) text += fmt::format(",mode_{}", mode);
  text += "\n";
  for (std::size_t s = 0; s < found.states.size(); ++s) {
    const State& state = found.states[s];
    text += fmt::format("{},{:.6f},{:.6f}", s + 1, state.population, state.population_error);
    for (const double x : state.centre) text += fmt::format(",{:.17g}", x);
    for (const double amplitude : report.landscape.state_means[s]) text += fmt::format(",{:.17g}", amplitude);
    text += "\n";
  }
  return text;
}

std::string profile_csv(const Profile& profile, const std::string& name) {
  constexpr double highest = 50;  // kT
  const EnergyProfile energy = energy_profile(profile, highest);
  std::string text =
      name + ",density,density_low,density_high,free_energy,free_energy_low,free_energy_high,resolved\n";
  for (int b = 0; b < Profile::bins; ++b) {
    const bool band = profile.low.size() > 0;
    text += fmt::format("{:.6f},{:.9g},{:.9g},{:.9g},{:.6f},{:.6f},{:.6f},{}\n", profile.value(b),
                        profile.density[b], band ? profile.low[b] : NAN, band ? profile.high[b] : NAN,
                        energy.energy[b], band ? energy.low[b] : NAN, band ? energy.high[b] : NAN,
                        energy.resolved[static_cast<std::size_t>(b)] ? 1 : 0);
  }
  return text;
}

std::string plane_csv(const Plane& plane) {
  constexpr double highest_energy = 6;  // kT, as the plot is cut
  std::string text = "component_1,component_2,density,free_energy,free_energy_error,resolved\n";
  const double highest = plane.density.maxCoeff();
  const auto centre = [](const GridAxis& axis, Eigen::Index bin) {
    return axis.low + (static_cast<double>(bin) + 0.5) * axis.step(Plane::bins);
  };
  for (Eigen::Index i = 0; i < Plane::bins; ++i)
    for (Eigen::Index j = 0; j < Plane::bins; ++j) {
      const bool told = plane.resolved(i, j);
      const double energy = std::min(-std::log(plane.density(i, j) / highest), highest_energy);
      const bool known = told && plane.energy_error.size() > 0;
      text += fmt::format("{:.3f},{:.3f},{:.5g},{:.3f},{:.3f},{}\n", centre(plane.x, i), centre(plane.y, j),
                          plane.density(i, j), told ? energy : NAN, known ? plane.energy_error(i, j) : NAN,
                          told ? 1 : 0);
    }
  return text;
}

std::vector<std::string> write_landscape_report(const std::filesystem::path& folder, LandscapeReport report,
                                                const MovingMolecule& molecule) {
  make_folders(folder);
  report.plots = write_landscape_plots(folder, report.landscape);
  MotionFiles written = write_motion_files(folder, molecule, report.landscape);
  report.domains = std::move(written.motion.domains);
  for (const RigidDomain& domain : report.domains)
    report.domain_residues.push_back(residue_ranges(molecule.structure, domain.residues));
  report.movies = std::move(written.movies);
  std::vector<std::string> files = std::move(written.files);
  for (const ReportPlot& plot : report.plots)
    files.push_back(std::filesystem::path(plot.path).filename().string());
  const auto write = [&](const std::string& name, const std::string& text) {
    write_text_file(folder / name, text);
    files.push_back(name);
  };
  if (report.landscape.profile) write("profile.csv", profile_csv(*report.landscape.profile, "component_1"));
  int number = 0;
  for (const CoordinateProfile& coordinate : report.landscape.coordinates)
    write(fmt::format("coordinate_{}.csv", ++number),
          profile_csv(coordinate.profile, "\"" + coordinate.text + "\""));
  if (report.landscape.plane) write("plane.csv", plane_csv(*report.landscape.plane));
  if (report.landscape.states) write("states.csv", states_csv(report));
  if (!report.landscape.paths.empty()) write("paths.csv", paths_csv(report.landscape, report.mode_numbers));
  write("components.csv", components_csv(report));
  write("frames.csv", frames_csv(report));
  write("index.html", landscape_html(report));
  return files;
}

}  // namespace elastem
