#include "report/landscape_page.hpp"

#include <cmath>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/new_file.hpp"
#include "modes/geometry.hpp"
#include "report/landscape_plots.hpp"
#include "structure/pdb_writer.hpp"

namespace elastem {
namespace {

std::string particles_section(const LandscapeReport& report) {
  std::string text = "<h2>Particles</h2>\n<p>" + grouped_digits(report.landscape.done) + " of " +
                     grouped_digits(report.landscape.rows()) + " particles of <code>" +
                     html_escaped(report.result_path) + "</code> have amplitudes";
  if (report.landscape.failed > 0) text += "; " + grouped_digits(report.landscape.failed) + " failed";
  if (report.landscape.pending > 0)
    text += "; " + grouped_digits(report.landscape.pending) + " are not done yet";
  if (report.landscape.outliers > 0)
    text += "; " + grouped_digits(report.landscape.outliers) +
            " outliers, which the structure does not explain, are left out";
  return text + ".</p>\n";
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

std::string plots_section(const LandscapeReport& report) {
  std::string text;
  for (const auto& plot : report.plots) text += html_plot(plot);
  return text;
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

// Where motion is curved bonds that it strains are restored; lines are what linear motion was asked for.
void write_trajectory(const std::filesystem::path& path, const Structure& structure,
                      const ElasticModel& model, const std::vector<TrajectoryFrame>& frames) {
  PdbWriter writer(path.string(), structure,
                   {"ELASTEM TRAJECTORY ALONG THE FIRST PRINCIPAL COMPONENT OF THE AMPLITUDES",
                    "EACH MODEL IS THE MEAN OF AN EQUAL SHARE OF THE PARTICLES"});
  const Geometry geometry(structure);
  GeometryReport worst = geometry.report(structure.positions);
  const GeometryReport input = worst;
  for (const auto& frame : frames) {
    Eigen::Matrix3Xd positions = model.deformed(frame.amplitudes);
    if (model.curved()) positions = geometry.restored(std::move(positions));
    writer.add_model(positions);
    worst = worse(worst, geometry.report(positions));
  }
  writer.close();
  spdlog::info("geometry of the models: {}", geometry_text(worst, input));
}

}  // namespace

std::string landscape_html(const LandscapeReport& report) {
  return html_page("Conformational landscape",
                   particles_section(report) + components_section(report) + plots_section(report) +
                       trajectory_section(report),
                   fmt::format("elastem {}, {}; modes from <code>{}</code><br><code>{}</code>",
                               html_escaped(report.version), html_escaped(report.date),
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

void write_landscape_report(const std::filesystem::path& folder, LandscapeReport report,
                            const Structure& structure, const ElasticModel& model) {
  std::filesystem::create_directories(folder);
  report.plots = write_landscape_plots(folder, report.landscape);
  write_trajectory(folder / report.trajectory_path, structure, model, report.landscape.frames);
  write_text_file(folder / "components.csv", components_csv(report));
  write_text_file(folder / "frames.csv", frames_csv(report));
  write_text_file(folder / "index.html", landscape_html(report));
}

}  // namespace elastem
