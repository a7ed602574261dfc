#include "report/half_map_report.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "core/star_text.hpp"
#include "reconstruction/shell_correlation.hpp"

namespace elastem {
namespace {

using Column = std::pair<const char*, const std::vector<double>*>;

double frequency(std::size_t shell, ImageGrid grid) {
  return static_cast<double>(shell) / (grid.size * grid.pixel_size);
}

// As RELION does of the mean, whose resolution is infinite.
double detail(std::size_t shell, ImageGrid grid) {
  return shell == 0 ? 999 : 1 / frequency(shell, grid);
}

std::vector<Column> filled(std::initializer_list<Column> columns) {
  std::vector<Column> some;
  for (const Column& column : columns)
    if (!column.second->empty()) some.push_back(column);
  return some;
}

// A loop of some leading values per shell and the columns.
template <class Leading>
std::string star_loop(const std::string& block, std::vector<std::string> labels, const Leading& leading,
                      const std::vector<Column>& columns) {
  for (const Column& column : columns) labels.emplace_back(column.first);
  std::string text = star_head(block, labels);
  for (std::size_t shell = 0; shell < columns.front().second->size(); ++shell) {
    text += leading(shell);
    for (const Column& column : columns) text += fmt::format(" {:12.6f}", (*column.second)[shell]);
    text += "\n";
  }
  return text + "\n";
}

CurvePlot over_frequency(const std::vector<Column>& curves, ImageGrid grid) {
  CurvePlot plot;
  plot.labels = {"Fourier shell correlation of the halves", "spatial frequency [1/Å]", "correlation"};
  for (const auto& [name, curve] : curves) {
    Curve& drawn = plot.curves.emplace_back();
    drawn.name = name;
    for (std::size_t shell = 1; shell < curve->size(); ++shell) {
      drawn.x.push_back(frequency(shell, grid));
      drawn.y.push_back((*curve)[shell]);
    }
  }
  return plot;
}

std::string general_block(const Postprocessing& p) {
  std::string text = "data_general\n\n";
  const auto add = [&](const char* label, const std::string& value) {
    text += fmt::format("_{:<40} {}\n", label, value);
  };
  const auto number = [](double value) { return fmt::format("{:.6f}", value); };
  add("rlnFinalResolution", number(p.resolution));
  add("rlnBfactorUsedForSharpening", number(p.b_factor));
  add("rlnUnfilteredMapHalf1", star_value(p.first));
  add("rlnUnfilteredMapHalf2", star_value(p.second));
  if (!p.mask.empty()) add("rlnMaskName", star_value(p.mask));
  if (!p.curves.masked.empty())
    add("rlnRandomiseFrom", number(detail(static_cast<std::size_t>(p.curves.randomised_from), p.grid)));
  if (p.line) {
    add("rlnFittedSlopeGuinierPlot", number(p.line->slope));
    add("rlnFittedInterceptGuinierPlot", number(p.line->intercept));
    add("rlnCorrelationFitGuinierPlot", number(p.line->correlation));
  }
  return text + "\n\n";
}

void add_curve(CurvePlot& plot, const char* name, const std::vector<double>& values, ImageGrid grid) {
  Curve& drawn = plot.curves.emplace_back();
  drawn.name = name;
  for (std::size_t shell = 1; shell < values.size(); ++shell) {
    if (values[shell] == ShellAmplitudes::no_amplitude) continue;
    const double s = frequency(shell, grid);
    drawn.x.push_back(s * s);
    drawn.y.push_back(values[shell]);
  }
  if (drawn.x.empty()) plot.curves.pop_back();
}

}  // namespace

std::string agreement_sentence(const HalfCorrelation& curves, ImageGrid grid) {
  const std::vector<double>& best = curves.best();
  const std::string where =
      curves.corrected.empty() ? "without a mask" : "in the mask, its own correlation taken off";
  const auto at = [&](double threshold) {
    return resolution_at(best, threshold, grid.size, grid.pixel_size);
  };
  if (best.size() > 1 && best[1] < 0.143)
    return fmt::format("the halves do not agree (FSC {:.2f} at {:.0f} Å, {})", best[1],
                       grid.size * grid.pixel_size, where);
  return fmt::format(
      "the halves agree to {:.2f} Å (FSC 0.143, {}){}", at(0.143), where,
      best.size() > 1 && best[1] < 0.5 ? ", nowhere to 0.5" : fmt::format(", to {:.2f} Å at 0.5", at(0.5)));
}

std::string correlation_csv(const HalfCorrelation& curves, ImageGrid grid) {
  std::string text = "shell,resolution,unmasked,masked,phases_randomised,corrected\n";
  for (std::size_t shell = 1; shell < curves.unmasked.size(); ++shell) {
    text += fmt::format("{},{:.4f},{:.5f}", shell, detail(shell, grid), curves.unmasked[shell]);
    for (const auto* curve : {&curves.masked, &curves.randomised, &curves.corrected})
      text += curve->empty() ? "," : fmt::format(",{:.5f}", (*curve)[shell]);
    text += "\n";
  }
  return text;
}

CurvePlot correlation_plot(const HalfCorrelation& curves, ImageGrid grid) {
  return over_frequency(filled({{"unmasked", &curves.unmasked},
                                {"masked", &curves.masked},
                                {"phases random", &curves.randomised},
                                {"corrected", &curves.corrected}}),
                        grid);
}

std::string gain_csv(const MotionGain& gain, ImageGrid grid) {
  std::string text = "shell,resolution,plain,undone,shuffled,compared\n";
  for (std::size_t shell = 1; shell < gain.plain.size(); ++shell) {
    const auto s = static_cast<int>(shell);
    text += fmt::format("{},{:.4f},{:.5f},{:.5f},{:.5f},{:d}\n", shell, 1 / frequency(shell, grid),
                        gain.plain[shell], gain.undone[shell], gain.shuffled[shell],
                        s >= gain.first && s <= gain.last);
  }
  return text;
}

CurvePlot gain_plot(const MotionGain& gain, ImageGrid grid) {
  return over_frequency({{"as it is", &gain.plain},
                         {"motion undone", &gain.undone},
                         {"motion of other particles undone", &gain.shuffled}},
                        grid);
}

CurvePlot guinier_plot(const Postprocessing& p) {
  CurvePlot plot;
  plot.labels = {fmt::format("Guinier plot, B = {:.1f} Å²", p.b_factor), "1/d² [1/Å²]", "ln amplitude"};
  add_curve(plot, "mean of the halves", p.original, p.grid);
  add_curve(plot, "weighted by correlation", p.weighted, p.grid);
  if (p.sharpens()) add_curve(plot, "sharpened", p.sharpened, p.grid);
  if (p.line) {
    Curve& line = plot.curves.emplace_back();
    line.name = "fit";
    line.x = {1 / 100.0, 1 / (p.resolution * p.resolution)};  // from 10 Å
    for (const double x : line.x) line.y.push_back(p.line->intercept + p.line->slope * x);
  }
  return plot;
}

std::string postprocess_star(const Postprocessing& p) {
  const HalfCorrelation& c = p.curves;
  std::string text = "# elastem reconstruct --halves, labels of relion_postprocess\n\n" + general_block(p);
  text += star_loop(
      "fsc", {"rlnSpectralIndex", "rlnResolution", "rlnAngstromResolution"},
      [&](std::size_t shell) {
        return fmt::format("{:5} {:12.6f} {:12.6f}", shell, 1 / detail(shell, p.grid), detail(shell, p.grid));
      },
      filled({{"rlnFourierShellCorrelationCorrected", &c.corrected},
              {"rlnFourierShellCorrelationUnmaskedMaps", &c.unmasked},
              {"rlnFourierShellCorrelationMaskedMaps", &c.masked},
              {"rlnCorrectedFourierShellCorrelationPhaseRandomizedMaskedMaps", &c.randomised}}));
  const std::vector<double> none, intercept(p.line ? p.original.size() : 0, p.line ? p.line->intercept : 0);
  text += star_loop(
      "guinier", {"rlnResolutionSquared"},
      [&](std::size_t shell) {
        const double s = frequency(shell, p.grid);
        return fmt::format("{:14.8f}", s * s);
      },
      filled({{"rlnLogAmplitudesOriginal", &p.original},
              {"rlnLogAmplitudesWeighted", &p.weighted},
              {"rlnLogAmplitudesSharpened", p.sharpens() ? &p.sharpened : &none},
              {"rlnLogAmplitudesIntercept", &intercept}}));
  return text;
}

std::string correlation_xml(const Postprocessing& p) {
  std::string text =
      fmt::format("<fsc title=\"{}\" xaxis=\"Resolution (A-1)\" yaxis=\"Correlation Coefficient\">\n",
                  p.curves.corrected.empty() ? "FSC of half maps" : "FSC of half maps, masked and corrected");
  for (std::size_t shell = 0; shell < p.curves.best().size(); ++shell)
    text += fmt::format("  <coordinate>\n    <x>{:.6f}</x>\n    <y>{:.6f}</y>\n  </coordinate>\n",
                        frequency(shell, p.grid), p.curves.best()[shell]);
  return text + "</fsc>\n";
}

std::string postprocess_json(const Postprocessing& p, const std::optional<LocalResolution>& local) {
  const HalfCorrelation& c = p.curves;
  const auto at = [&](const std::vector<double>& curve, double threshold) {
    return resolution_at(curve, threshold, p.grid.size, p.grid.pixel_size);
  };
  nlohmann::json json = {
      {"box", p.grid.size},
      {"pixel_size", p.grid.pixel_size},
      {"half_maps", {p.first, p.second}},
      {"resolution", {{"fsc_0.143", p.resolution}, {"fsc_0.5", at(c.best(), 0.5)}}},
      {"resolution_unmasked", {{"fsc_0.143", at(c.unmasked, 0.143)}, {"fsc_0.5", at(c.unmasked, 0.5)}}},
      {"b_factor", p.b_factor},
      {"b_factor_from", p.given  ? "given"
                        : p.line ? "guinier"
                                 : "none"}};
  json["mask"] = p.mask.empty() ? nlohmann::json() : nlohmann::json(p.mask);
  json["guinier"] = p.line ? nlohmann::json{{"slope", p.line->slope},
                                            {"intercept", p.line->intercept},
                                            {"correlation", p.line->correlation}}
                           : nlohmann::json();
  json["randomised_from"] = c.masked.empty()
                                ? nlohmann::json()
                                : nlohmann::json(detail(static_cast<std::size_t>(c.randomised_from), p.grid));
  json["local_resolution"] =
      local ? nlohmann::json{{"window_radius", local->radius}, {"step", local->step},
                             {"windows", local->windows},      {"lower_quartile", local->lower_quartile},
                             {"median", local->median},        {"upper_quartile", local->upper_quartile}}
            : nlohmann::json();
  return json.dump(2) + "\n";
}

std::string postprocess_sentence(const Postprocessing& p) {
  if (p.given)
    return fmt::format("filtered at {:.2f} Å, B-factor {:.1f} Å² as given", p.resolution, p.b_factor);
  if (!p.line)
    return fmt::format(
        "filtered at {:.2f} Å, not sharpened: a Guinier fit needs three shells finer than 10 Å; --b-factor "
        "gives "
        "one",
        p.resolution);
  if (!p.sharpens())
    return fmt::format("filtered at {:.2f} Å, not sharpened: amplitudes do not fall beyond 10 Å",
                       p.resolution);
  return fmt::format("filtered at {:.2f} Å, sharpened by a B-factor of {:.1f} Å² (Guinier fit from 10 Å on)",
                     p.resolution, p.b_factor);
}

}  // namespace elastem
