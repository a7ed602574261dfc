#include "mpi/reconstruction/half_map_outputs.hpp"

#include <spdlog/spdlog.h>

#include "core/new_file.hpp"
#include "mpi/reconstruction/postprocess.hpp"
#include "reconstruction/shell_correlation.hpp"
#include "report/half_map_report.hpp"

namespace elastem {

void write_half_map_outputs(const Communicator& comm, const HalfMapRequest& r) {
  const ImageGrid grid = r.grid;
  HalfMaps halves{r.stem + "_half1.mrc", r.stem + "_half2.mrc", r.mask.file, grid, {}};
  halves.curves = correlation_of_halves(comm, halves.first, halves.second, grid, r.mask, r.seed);
  const HalfCorrelation& curves = halves.curves;
  on_root(comm, [&] {
    write_text_file(r.stem + "_fsc.csv", correlation_csv(curves, grid));
    write_png(r.stem + "_fsc.png", correlation_plot(curves, grid));
  });
  spdlog::info("the halves agree to {:.2f} Å (FSC 0.143{}), to {:.2f} Å at 0.5",
               resolution_at(curves.best(), 0.143, grid.size, grid.pixel_size),
               curves.corrected.empty() ? ", without a mask" : ", in the mask, its own correlation taken off",
               resolution_at(curves.best(), 0.5, grid.size, grid.pixel_size));
  const Postprocessing processing =
      write_postprocessed(comm, halves, r.b_factor, r.stem + "_postprocess.mrc");
  on_root(comm, [&] {
    write_text_file(r.stem + "_postprocess.star", postprocess_star(processing));
    write_text_file(r.stem + "_postprocess.json", postprocess_json(processing));
    write_text_file(r.stem + "_fsc.xml", correlation_xml(processing));
    write_png(r.stem + "_guinier.png", guinier_plot(processing));
  });
  spdlog::info("{}_postprocess.mrc: {}", r.stem, postprocess_sentence(processing));
}

}  // namespace elastem
