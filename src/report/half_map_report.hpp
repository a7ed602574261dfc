#pragma once

#include <optional>
#include <string>

#include "imaging/projection.hpp"
#include "reconstruction/half_correlation.hpp"
#include "reconstruction/local_resolution.hpp"
#include "reconstruction/motion_gain.hpp"
#include "reconstruction/postprocess.hpp"
#include "report/plot.hpp"

namespace elastem {

/// How far the halves agree, as "the halves agree to 8.10 Å (FSC 0.143, without a mask), to 9.32 Å at 0.5",
/// or that they do not.
std::string agreement_sentence(const HalfCorrelation& curves, ImageGrid grid);

/// Correlations of half maps as CSV: shell, resolution [Å], the four curves.
std::string correlation_csv(const HalfCorrelation& curves, ImageGrid grid);

/// The same drawn over spatial frequency.
CurvePlot correlation_plot(const HalfCorrelation& curves, ImageGrid grid);

/// The curves of a gain as CSV: shell, resolution [Å], plain, undone, shuffled, and whether the shell counts.
std::string gain_csv(const MotionGain& gain, ImageGrid grid);
CurvePlot gain_plot(const MotionGain& gain, ImageGrid grid);

/// ln amplitude over 1/d² of a map before and after its shells were weighted and sharpened, with the line
/// that the B-factor is of.
CurvePlot guinier_plot(const Postprocessing& processing);

/// What was done and the curves, as relion_postprocess writes them: data_general, data_fsc, data_guinier.
std::string postprocess_star(const Postprocessing& processing);

/// The correlation over spatial frequency as the EMDB takes it at deposition.
std::string correlation_xml(const Postprocessing& processing);

/// The numbers for programs.
std::string postprocess_json(const Postprocessing& processing, const std::optional<LocalResolution>& local);

/// Resolution and B-factor, and where it comes from, in one sentence for people.
std::string postprocess_sentence(const Postprocessing& processing);

}  // namespace elastem
