#include "landscape/report.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "landscape/base64.hpp"

namespace elastem {
namespace {

constexpr const char* style = R"(
body { font: 16px/1.5 system-ui, sans-serif; color: #26262e; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .8rem 0; } th, td { padding: .25rem .8rem; text-align: right; }
th { border-bottom: 2px solid #5a78aa; } td { border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; border: 1px solid #ddd; } figure { margin: 1rem 0; } figcaption { color: #555; }
code, pre { background: #f3f4f7; border-radius: 4px; padding: .1rem .3rem; } pre { padding: .7rem; overflow-x: auto; }
footer { margin-top: 3rem; color: #777; font-size: .85rem; }
)";

std::string escaped(const std::string& text) {
  std::string answer;
  for (const char c : text) switch (c) {
      case '&':
        answer += "&amp;";
        break;
      case '<':
        answer += "&lt;";
        break;
      case '>':
        answer += "&gt;";
        break;
      case '"':
        answer += "&quot;";
        break;
      default:
        answer += c;
    }
  return answer;
}

std::string number(double value, const char* format = "%.1f") {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// 12345678 as 12,345,678.
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw Error("cannot read the plot " + path + " that was just written: is the disk full?");
  return content.str();
}

std::string particles_section(const LandscapeReport& report) {
  std::string text = "<h2>Particles</h2>\n<p>" + grouped(report.done) + " of " + grouped(report.rows) +
                     " particles of <code>" + escaped(report.result_path) + "</code> have amplitudes";
  if (report.failed > 0) text += "; " + grouped(report.failed) + " failed";
  if (report.pending > 0) text += "; " + grouped(report.pending) + " are not done yet";
  return text + ".</p>\n";
}

std::string components_section(const LandscapeReport& report) {
  const auto& components = report.components;
  std::string text =
      "<h2>Principal components of the amplitudes</h2>\n<table><tr><th>component</th><th>variance "
      "explained</th><th>cumulative</th><th>spread (sd) [Å]</th><th>RMSD of the atoms [Å]</th>";
  for (const int mode : report.mode_numbers) text += "<th>mode " + std::to_string(mode) + "</th>";
  text += "</tr>\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    const double sd = std::sqrt(components.variances[c]);
    cumulative += components.share(c);
    text += "<tr><td>" + std::to_string(c + 1) + "</td><td>" + number(100 * components.share(c)) +
            " %</td><td>" + number(100 * cumulative) + " %</td><td>" + number(sd) + "</td><td>" +
            number(sd / std::sqrt(static_cast<double>(report.atom_count)), "%.2f") + "</td>";
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += "<td>" + number(components.axes(k, c), "%.3f") + "</td>";
    text += "</tr>\n";
  }
  return text +
         "</table>\n<p>The columns of the modes hold the direction of each component. The mean amplitudes "
         "and "
         "all digits are in <code>components.csv</code>.</p>\n";
}

std::string plots_section(const LandscapeReport& report) {
  std::string text;
  for (const auto& plot : report.plots)
    text += "<h2>" + escaped(plot.heading) + "</h2>\n<figure><img alt=\"" + escaped(plot.heading) +
            "\" src=\"data:image/png;base64," + base64(file_content(plot.path)) + "\">\n<figcaption>" +
            escaped(plot.caption) + "</figcaption></figure>\n";
  return text;
}

std::string trajectory_section(const LandscapeReport& report) {
  const std::string name = escaped(report.trajectory_path);
  std::string text = "<h2>The motion</h2>\n<p><code>" + name + "</code> holds " +
                     std::to_string(report.frames.size()) +
                     " models along the first component, each the mean conformation of an equal share of the "
                     "particles.</p>\n<p>ChimeraX:</p>\n<pre>open " +
                     name + " coordset true\ncoordset #1</pre>\n<p>PyMOL:</p>\n<pre>load " + name +
                     "\nmplay</pre>\n<table><tr><th>frame</th><th>particles</th><th>component 1 [Å]</th>";
  for (const int mode : report.mode_numbers) text += "<th>mode " + std::to_string(mode) + " [Å]</th>";
  text += "</tr>\n";
  int index = 0;
  for (const auto& frame : report.frames) {
    text += "<tr><td>" + std::to_string(++index) + "</td><td>" + grouped(frame.count) + "</td><td>" +
            number(frame.coordinate) + "</td>";
    for (const double amplitude : frame.amplitudes) text += "<td>" + number(amplitude) + "</td>";
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

}  // namespace

std::string landscape_html(const LandscapeReport& report) {
  return std::string(
             "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Conformational "
             "landscape</title><style>") +
         style + "</style></head><body>\n<h1>Conformational landscape</h1>\n" + particles_section(report) +
         components_section(report) + plots_section(report) + trajectory_section(report) +
         "<footer>elastem " + escaped(report.version) + ", " + escaped(report.date) + "; modes from <code>" +
         escaped(report.modes_path) + "</code><br><code>" + escaped(report.command_line) +
         "</code></footer>\n</body></html>\n";
}

std::string components_csv(const LandscapeReport& report) {
  const auto& components = report.components;
  std::string text = "component,variance,share,cumulative_share";
  for (const int mode : report.mode_numbers) text += ",mode_" + std::to_string(mode);
  text += "\n0,,,";
  for (const double mean : components.mean) text += "," + number(mean, "%.17g");
  text += "\n";
  double cumulative = 0;
  for (Eigen::Index c = 0; c < components.variances.size(); ++c) {
    cumulative += components.share(c);
    text += std::to_string(c + 1) + "," + number(components.variances[c], "%.17g") + "," +
            number(components.share(c), "%.6f") + "," + number(cumulative, "%.6f");
    for (Eigen::Index k = 0; k < components.axes.rows(); ++k)
      text += "," + number(components.axes(k, c), "%.17g");
    text += "\n";
  }
  return text;
}

std::string frames_csv(const LandscapeReport& report) {
  std::string text = "frame,particles,component_1";
  for (const int mode : report.mode_numbers) text += ",mode_" + std::to_string(mode);
  text += "\n";
  int index = 0;
  for (const auto& frame : report.frames) {
    text +=
        std::to_string(++index) + "," + std::to_string(frame.count) + "," + number(frame.coordinate, "%.17g");
    for (const double amplitude : frame.amplitudes) text += "," + number(amplitude, "%.17g");
    text += "\n";
  }
  return text;
}

}  // namespace elastem
