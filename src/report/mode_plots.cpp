#include <algorithm>
#include <cmath>
#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "core/median.hpp"
#include "report/mode_page.hpp"
#include "report/plot.hpp"

namespace elastem {
namespace {

std::vector<double> as_list(const Eigen::VectorXd& values) {
  return {values.begin(), values.end()};
}

std::vector<double> mode_numbers(const ModePage& page) {
  return {page.modes.numbers.begin(), page.modes.numbers.end()};
}

// The nodes of a structure gathered by residues, which are numbered 1, 2, … along the file.
class Residues {
 public:
  explicit Residues(const std::vector<Atom>& atoms) : begins_(residue_starts(atoms)) {
    for (std::size_t r = 1; r < begins_.size(); ++r)
      if (!same_molecule(atoms[begins_[r] - 1], atoms[begins_[r]]))
        chain_ends_.push_back(static_cast<double>(r + 1) - 0.5);
    begins_.push_back(atoms.size());
  }

  const std::vector<double>& chain_ends() const { return chain_ends_; }

  // Means over the nodes of each residue.
  Curve curve(const std::string& name, const Eigen::VectorXd& values) const {
    Curve curve{name, {}, {}};
    for (std::size_t r = 0; r + 1 < begins_.size(); ++r) {
      curve.x.push_back(static_cast<double>(r + 1));
      curve.y.push_back(values
                            .segment(static_cast<Eigen::Index>(begins_[r]),
                                     static_cast<Eigen::Index>(begins_[r + 1] - begins_[r]))
                            .mean());
    }
    return curve;
  }

 private:
  std::vector<std::size_t> begins_;
  std::vector<double> chain_ends_;
};

BarPlot eigenvalue_plot(const ModePage& page) {
  BarPlot plot;
  plot.labels = {"Eigenvalues", "mode", "spring constants (and their roots)"};
  plot.bars = {"eigenvalue", mode_numbers(page), as_list(page.modes.eigenvalues.cwiseMax(0))};
  plot.over = {"frequency, its root", mode_numbers(page),
               as_list(page.modes.eigenvalues.cwiseMax(0).cwiseSqrt())};
  return plot;
}

BarPlot collectivity_plot(const ModePage& page) {
  BarPlot plot;
  plot.labels = {"Collectivity", "mode", "collectivity"};
  plot.bars = {"enabled", mode_numbers(page), as_list(page.modes.collectivity)};
  for (const auto enabled : page.modes.enabled) plot.marked.push_back(enabled ? 0 : 1);
  plot.marked_name = "not enabled";
  plot.level = least_collectivity;
  plot.level_name = "least collectivity of an enabled mode";
  return plot;
}

// The fluctuations have no unit of their own: they are scaled to the middle of the B-factors, where there are
// any. A node that hardly hangs on fluctuates out of all proportion; it must not squash the rest.
CurvePlot fluctuation_plot(const ModePage& page, const Residues& residues) {
  CurvePlot plot;
  plot.dividers = residues.chain_ends();
  plot.labels = {"Fluctuations", "residue", "mean-square fluctuation [k#dB#uT / spring constant]"};
  if (!page.b_factor_correlation) {
    plot.curves = {residues.curve("", page.fluctuations)};
    return plot;
  }
  plot.labels.title =
      fmt::format("Fluctuations and B-factors, correlation {:.2f}", *page.b_factor_correlation);
  plot.labels.y = "B-factor [Å#u2#d]";
  Curve modes = residues.curve("modes, scaled to the median of the file", page.fluctuations);
  Curve file = residues.curve("B-factors of the file", of_atoms(page.structure, &Atom::b_factor));
  const double scale = median(file.y) / median(modes.y), most = 3 * std::ranges::max(file.y);
  for (double& value : modes.y) value = std::min(scale * value, most);
  plot.curves = {std::move(modes), std::move(file)};
  return plot;
}

CurvePlot shift_plot(const ModePage& page, const Residues& residues) {
  constexpr std::size_t most = 6;  // curves that can be told apart
  CurvePlot plot;
  plot.dividers = residues.chain_ends();
  plot.labels = {fmt::format("Shifts at {:.2f} Å RMSD", page.animation_rmsd), "residue", "shift [Å]"};
  for (std::size_t m = 0; m < std::min(page.animated.size(), most); ++m)
    plot.curves.push_back(
        residues.curve("mode " + std::to_string(page.animated[m].number), page.animated[m].shifts));
  return plot;
}

BarPlot overlap_plot(const ModePage& page) {
  BarPlot plot;
  plot.labels = {"Overlap with the change to the target", "mode", "overlap"};
  plot.bars = {"mode", mode_numbers(page), as_list(page.target->overlaps)};
  plot.over = {"cumulative, root of the sum of squares", mode_numbers(page),
               as_list(page.target->cumulative)};
  return plot;
}

}  // namespace

std::vector<ReportPlot> write_mode_plots(const std::string& folder, const ModePage& page) {
  std::vector<ReportPlot> plots;
  const auto write = [&](const char* name, const auto& plot, const std::string& caption) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    write_png(path, plot);
    plots.push_back({plot.labels.title, caption, path});
  };
  const Residues residues(page.structure.atoms);
  if (page.target)
    write("overlaps.png", overlap_plot(page),
          "How far each mode alone, and the modes up to it together, describe the change to the target.");
  write("collectivity.png", collectivity_plot(page),
        "The share of the nodes that take part in a mode. Modes below the line are not enabled.");
  write("eigenvalues.png", eigenvalue_plot(page),
        "The stiffness of the modes for springs of stiffness 1, and its square root.");
  write("fluctuations.png", fluctuation_plot(page, residues),
        std::string("How much the modes together let each residue fluctuate, the mean over its atoms") +
            (page.b_factor_correlation ? ", cut at three times the largest B-factor" : "") +
            ". Vertical lines part the chains.");
  if (!page.animated.empty())
    write("shifts.png", shift_plot(page, residues),
          "How far each residue moves in the animated modes, the mean over its atoms.");
  return plots;
}

}  // namespace elastem
