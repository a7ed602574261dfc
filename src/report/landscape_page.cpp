#include "report/landscape_page.hpp"

#include <cmath>

#include "core/new_file.hpp"
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
  return text + ".</p>\n";
}

std::string components_section(const LandscapeReport& report) {
  const auto& components = report.landscape.components;
  std::string text =
      "<h2>Principal components of the amplitudes</h2>\n<table><tr><th>component</th><th>variance "
      "explained</th><th>cumulative</th><th>spread (sd) [Å]</th><th>RMSD of the atoms [Å]</th>";
  for (const int mode : report.mode_numbers) text += "<th>mode " + std::to_string(mode) + "</th>";
  text += "</tr>\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    const double sd = std::sqrt(components.variances[c]);
    cumulative += components.share(c);
    text += "<tr><td>" + std::to_string(c + 1) + "</td><td>" + number_text(100 * components.share(c)) +
            " %</td><td>" + number_text(100 * cumulative) + " %</td><td>" + number_text(sd) + "</td><td>" +
            number_text(sd / std::sqrt(static_cast<double>(report.atom_count)), "%.2f") + "</td>";
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += "<td>" + number_text(components.axes(k, c), "%.3f") + "</td>";
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
  std::string text = "<h2>The motion</h2>\n<p><code>" + name + "</code> holds " +
                     std::to_string(report.landscape.frames.size()) +
                     " models along the first component, each the mean conformation of an equal share of the "
                     "particles.</p>\n<p>ChimeraX:</p>\n<pre>open " +
                     name + " coordset true\ncoordset #1</pre>\n<p>PyMOL:</p>\n<pre>load " + name +
                     "\nmplay</pre>\n<table><tr><th>frame</th><th>particles</th><th>component 1 [Å]</th>";
  for (const int mode : report.mode_numbers) text += "<th>mode " + std::to_string(mode) + " [Å]</th>";
  text += "</tr>\n";
  int index = 0;
  for (const auto& frame : report.landscape.frames) {
    text += "<tr><td>" + std::to_string(++index) + "</td><td>" + grouped_digits(frame.count) + "</td><td>" +
            number_text(frame.coordinate) + "</td>";
    for (const double amplitude : frame.amplitudes) text += "<td>" + number_text(amplitude) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

void write_trajectory(const std::filesystem::path& path, const Structure& structure,
                      const ElasticModel& model, const std::vector<TrajectoryFrame>& frames) {
  PdbWriter writer(path.string(), structure,
                   {"ELASTEM TRAJECTORY ALONG THE FIRST PRINCIPAL COMPONENT OF THE AMPLITUDES",
                    "EACH MODEL IS THE MEAN OF AN EQUAL SHARE OF THE PARTICLES"});
  for (const auto& frame : frames) writer.add_model(model.deformed(frame.amplitudes));
  writer.close();
}

}  // namespace

std::string landscape_html(const LandscapeReport& report) {
  return html_page("Conformational landscape",
                   particles_section(report) + components_section(report) + plots_section(report) +
                       trajectory_section(report),
                   "elastem " + html_escaped(report.version) + ", " + html_escaped(report.date) +
                       "; modes from <code>" + html_escaped(report.modes_path) + "</code><br><code>" +
                       html_escaped(report.command_line) + "</code>");
}

std::string components_csv(const LandscapeReport& report) {
  const auto& components = report.landscape.components;
  std::string text = "component,variance,share,cumulative_share";
  for (const int mode : report.mode_numbers) text += ",mode_" + std::to_string(mode);
  text += "\n0,,,";
  for (const double mean : components.mean) text += "," + number_text(mean, "%.17g");
  text += "\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    cumulative += components.share(c);
    text += std::to_string(c + 1) + "," + number_text(components.variances[c], "%.17g") + "," +
            number_text(components.share(c), "%.6f") + "," + number_text(cumulative, "%.6f");
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += "," + number_text(components.axes(k, c), "%.17g");
    text += "\n";
  }
  return text;
}

std::string frames_csv(const LandscapeReport& report) {
  std::string text = "frame,particles,component_1";
  for (const int mode : report.mode_numbers) text += ",mode_" + std::to_string(mode);
  text += "\n";
  int index = 0;
  for (const auto& frame : report.landscape.frames) {
    text += std::to_string(++index) + "," + std::to_string(frame.count) + "," +
            number_text(frame.coordinate, "%.17g");
    for (const double amplitude : frame.amplitudes) text += "," + number_text(amplitude, "%.17g");
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
