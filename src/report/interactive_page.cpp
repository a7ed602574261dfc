#include "report/interactive_page.hpp"

#include <cmath>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "report/base64.hpp"
#include "report/motion_files.hpp"
#include "report/page_script.hpp"

namespace elastem {
namespace {

using nlohmann::json;

constexpr double highest_energy = 12;  // kT

template <class Values>
json numbers(const Values& values) {
  return std::vector<double>(values.begin(), values.end());
}

json columns_json(const PageParticles& particles) {
  json columns = json::array();
  for (const PageColumn& column : particles.columns)
    columns.push_back({{"name", column.name},
                       {"label", column.label},
                       {"selectable", column.selectable},
                       {"low", column.low},
                       {"high", column.high},
                       {"bytes", column.bytes}});
  return columns;
}

json components_json(const PrincipalComponents& components) {
  json axes = json::array(), shares = json::array();
  for (Eigen::Index c = 0; c < components.axes.cols(); ++c) {
    axes.push_back(numbers(Eigen::VectorXd(components.axes.col(c))));
    shares.push_back(components.share(c));
  }
  return {{"mean", numbers(components.mean)},
          {"variances", numbers(components.variances)},
          {"shares", shares},
          {"axes", axes}};
}

json frames_json(const Landscape& landscape) {
  json frames = json::array();
  for (const TrajectoryFrame& frame : landscape.frames)
    frames.push_back({{"particles", frame.count},
                      {"component", frame.coordinate},
                      {"plane", numbers(plane_coordinates(landscape.components, frame.amplitudes))},
                      {"amplitudes", numbers(frame.amplitudes)}});
  return frames;
}

// What is not finite becomes null.
json profile_json(const Profile& profile) {
  const EnergyProfile energy = energy_profile(profile, highest_energy);
  return {{"low", profile.axis.low},
          {"high", profile.axis.high},
          {"error", profile.error},
          {"density", numbers(profile.density)},
          {"energy", numbers(energy.energy)},
          {"energy_low", numbers(energy.low)},
          {"energy_high", numbers(energy.high)},
          {"resolved", energy.resolved}};
}

// Free energy in codes of a byte, 255: highest_energy and more; component 1 runs fastest.
json plane_json(const Landscape& landscape) {
  const Eigen::ArrayXXd energy = free_energy(landscape.density, highest_energy);
  std::string codes;
  for (const double value : energy.reshaped())
    codes += static_cast<char>(static_cast<unsigned char>(std::lround(255 * value / highest_energy)));
  return {{"x", {landscape.x.low, landscape.x.high}},
          {"y", {landscape.y.low, landscape.y.high}},
          {"bins", DensityGrid::bins},
          {"highest", highest_energy},
          {"errors_taken_off", landscape.plane.has_value()},
          {"energy", base64(codes)}};
}

json states_json(const Landscape& landscape) {
  json states = json::array();
  if (!landscape.states) return states;
  for (std::size_t s = 0; s < landscape.states->states.size(); ++s) {
    const State& state = landscape.states->states[s];
    states.push_back({{"population", state.population},
                      {"error", state.population_error},
                      {"centre", numbers(state.centre)},
                      {"amplitudes", numbers(landscape.state_means[s])}});
  }
  return states;
}

json paths_json(const Landscape& landscape) {
  json paths = json::array();
  for (std::size_t p = 0; p < landscape.paths.size(); ++p) {
    const StatePath& path = landscape.paths[p];
    json amplitudes = json::array(), plane = json::array();
    for (const Eigen::VectorXd& at : landscape.path_amplitudes[p]) {
      amplitudes.push_back(numbers(at));
      plane.push_back(numbers(plane_coordinates(landscape.components, at)));
    }
    paths.push_back({{"from", path.start},
                     {"to", path.end},
                     {"name", path_name(path)},
                     {"barrier", path.barrier},
                     {"barrier_back", path.barrier_back},
                     {"energies", path.energies},
                     {"low", path.low},
                     {"high", path.high},
                     {"amplitudes", amplitudes},
                     {"plane", plane}});
  }
  return paths;
}

json figures(const LandscapeReport& report) {
  const Landscape& landscape = report.landscape;
  const PageParticles& particles = *report.particles;
  json answer = {{"result", report.result_path},
                 {"folder", report.folder},
                 {"atoms", report.atom_count},
                 {"modes", report.mode_numbers},
                 {"done", particles.done},
                 {"shown", particles.shown},
                 {"columns", columns_json(particles)},
                 {"left_out", particles.left_out},
                 {"stacks", particles.stacks},
                 {"key_bytes", particles.keys.size()},
                 {"components", components_json(landscape.components)},
                 {"frames", frames_json(landscape)},
                 {"states", states_json(landscape)},
                 {"paths", paths_json(landscape)},
                 {"coordinates", json::array()},
                 {"movies", json::array()}};
  if (landscape.states) answer["wrong_share"] = landscape.states->mixture.wrong_share;
  for (const CoordinateProfile& coordinate : landscape.coordinates) {
    json profile = profile_json(coordinate.profile);
    profile["label"] = fmt::format("{} [{}]", coordinate.text, coordinate.unit);
    answer["coordinates"].push_back(std::move(profile));
  }
  if (landscape.profile) answer["profile"] = profile_json(*landscape.profile);
  if (landscape.components.mean.size() > 1) answer["plane"] = plane_json(landscape);
  if (!particles.images.keys.empty())
    answer["images"] = {{"size", particles.images.size},
                        {"keys", particles.images.keys},
                        {"pixels", base64(particles.images.pixels)}};
  for (const Movie& movie : report.movies)
    answer["movies"].push_back(
        {{"name", movie.name}, {"file", movie.file}, {"molecule", movie.frames.json()}});
  return answer;
}

// JSON inside of a script element: "</script>" must not occur.
std::string embedded(const json& value) {
  std::string text;
  for (const char c : value.dump(-1, ' ', false, json::error_handler_t::replace))
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

}  // namespace

std::string interactive_part(const LandscapeReport& report) {
  std::string bytes;
  for (const PageColumn& column : report.particles->columns) bytes += column.codes;
  bytes += report.particles->keys;
  std::string page = "<style>";
  page.append(page_style()).append("</style>\n<main id=\"explore\" hidden></main>\n");
  page.append(
      "<noscript><p>Without JavaScript this page shows its figures and tables only.</p></noscript>\n");
  page.append("<script type=\"application/json\" id=\"landscape-figures\">")
      .append(embedded(figures(report)));
  page.append("</script>\n<script type=\"text/plain\" id=\"landscape-particles\">").append(base64(bytes));
  page.append("</script>\n<script>").append(page_script()).append("</script>\n");
  return page;
}

std::string citation_html(const std::string& version) {
  return fmt::format(
      "<h2>How to cite</h2>\n<p>elastem {}: continuous conformational landscapes from cryo-EM particle "
      "images, and the methods it builds on:</p>\n<ul><li>Jin Q. et al., Iterative elastic 3D-to-2D "
      "alignment method using normal modes for studying structural dynamics of large macromolecular "
      "complexes, Structure 22 (2014), doi:10.1016/j.str.2014.01.004</li>\n<li>Hamitouche I. and Jonić S., "
      "DeepHEMNMA: ResNet-based hybrid analysis of continuous conformational heterogeneity in cryo-EM single "
      "particle images, Frontiers in Molecular Biosciences 9 (2022) 965645, "
      "doi:10.3389/fmolb.2022.965645</li></ul>\n",
      html_escaped(version));
}

}  // namespace elastem
