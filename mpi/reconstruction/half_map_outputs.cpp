#include "mpi/reconstruction/half_map_outputs.hpp"

#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/new_file.hpp"
#include "mpi/reconstruction/local_resolution.hpp"
#include "mpi/reconstruction/postprocess.hpp"
#include "mpi/reconstruction/significance.hpp"
#include "reconstruction/motion_gain.hpp"
#include "reconstruction/shell_correlation.hpp"
#include "report/half_map_report.hpp"
#include "report/residual_peaks.hpp"

namespace elastem {
namespace {

constexpr double window_in_resolutions = 3.5, largest_window = 0.25;  // of the box
constexpr double correlated = 0.143;
constexpr double enough_particles = 200;
constexpr double finest_detail = 8, coarsest_detail = 20;  // Å, of a residual's significance

LocalResolution local_resolution_of(const Communicator& comm, const HalfMapRequest& r,
                                    const Postprocessing& processing) {
  const double box = r.grid.size * r.grid.pixel_size;
  const double radius = r.local_radius > 0
                            ? r.local_radius
                            : std::min(window_in_resolutions * processing.resolution, largest_window * box);
  const std::string output = r.stem + "_local_resolution.mrc";
  const LocalResolution local =
      write_local_resolution(comm,
                             {processing.first, processing.second, r.grid, r.mask, radius,
                              r.local_step > 0 ? r.local_step : radius / 2, processing.curves.randomised_from,
                              r.seed, r.show_progress},
                             output);
  spdlog::info(
      "{}: {} of {:.1f} Å radius; half of the voxels{} lie between {:.2f} and {:.2f} Å, the median is {:.2f} "
      "Å",
      output, counted(local.windows, "window"), local.radius, r.mask.empty() ? "" : " in the mask",
      local.lower_quartile, local.upper_quartile, local.median);
  return local;
}

}  // namespace

void require_window_of(const std::string& option, double radius, ImageGrid grid) {
  const double least = 3 * grid.pixel_size, most = grid.size * grid.pixel_size / 2;
  if (radius > 0 && (radius < least || radius > most))
    throw Error(
        fmt::format("option {}: {:g} Å is not between three voxels and half the box: give {:.4g} to "
                    "{:.4g} Å, or 0",
                    option, radius, least, most));
}

void write_half_map_outputs(const Communicator& comm, const HalfMapRequest& r) {
  const ImageGrid grid = r.grid;
  const HalfMaps halves{r.stem + "_half1.mrc", r.stem + "_half2.mrc", r.mask.file, grid, r.curves};
  const HalfCorrelation& curves = halves.curves;
  on_root(comm, [&] {
    write_text_file(r.stem + "_fsc.csv", correlation_csv(curves, grid));
    write_png(r.stem + "_fsc.png", correlation_plot(curves, grid));
  });
  spdlog::info("{}: {}", r.title, agreement_sentence(curves, grid));
  const Postprocessing processing =
      write_postprocessed(comm, halves, r.b_factor, r.stem + "_postprocess.mrc");
  std::optional<LocalResolution> local;
  if (r.local) local = local_resolution_of(comm, r, processing);
  on_root(comm, [&] {
    write_text_file(r.stem + "_postprocess.star", postprocess_star(processing));
    write_text_file(r.stem + "_postprocess.json", postprocess_json(processing, local));
    write_text_file(r.stem + "_fsc.xml", correlation_xml(processing));
    write_png(r.stem + "_guinier.png", guinier_plot(processing));
  });
  spdlog::info("{}_postprocess.mrc: {}", r.stem, postprocess_sentence(processing));
}

void write_residual_peaks(const Communicator& comm, const HalfMapRequest& r, const Structure& structure,
                          const Eigen::Vector3d& centre) {
  const std::array halves{r.stem + "_half1.mrc", r.stem + "_half2.mrc"};
  const double detail = std::clamp(resolution_at(r.curves.best(), correlated, r.grid.size, r.grid.pixel_size),
                                   finest_detail, coarsest_detail);
  const std::string map = r.stem + "_significance.mrc";
  const std::vector<SignificantPeak> peaks = write_significance(comm, halves, r.grid, detail, map);
  on_root(comm, [&] {
    const ResidualPeaks found = residual_peaks(peaks, structure, centre);
    write_text_file(r.stem + "_peaks.csv", peaks_csv(found));
    spdlog::info("{} ({:.1f} Å): {}", map, detail, peaks_sentence(found));
    if (r.particles < enough_particles)
      spdlog::warn(
          "of {:.0f} particles the views have gaps, where noise is more than the halves tell: their "
          "significances are too large",
          r.particles);
  });
}

void write_motion_gain(const Communicator& comm, const HalfMapRequest& r, double seen) {
  const auto curves = [&](const std::string& kind) {
    const std::string stem = r.stem + kind;
    return correlation_of_halves(comm, stem + "_half1.mrc", stem + "_half2.mrc", r.grid, r.mask, r.seed);
  };
  const HalfCorrelation plain = curves("_plain"), shuffled = curves("_shuffled");
  const MotionGain gain = motion_gain(plain, r.curves, shuffled, r.grid, seen);
  on_root(comm, [&] {
    write_text_file(r.stem + "_motion.csv", gain_csv(gain, r.grid));
    write_png(r.stem + "_motion.png", gain_plot(gain, r.grid));
  });
  spdlog::info("{}: {}", r.title, gain_sentence(gain, r.grid));
}

}  // namespace elastem
