#include "options/export_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "options/particle_source_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, ExportOptions& o) {
  table
      .option("input,i", o.input, "FILE",
              "result of align, predict or synthesize (.h5), particles (.star, .xmd, .cs) or a stack alone, "
              "or normal modes (.h5)")
      .required()
      .file({".h5", ".star", ".xmd", ".cs"});
  table
      .option(
          "output,o", o.output, "FILE",
          "file to write. For results and particles: .star for RELION 3.1, .xmd for Xmipp; for results also "
          ".csv; for modes: .xmd for Xmipp, .nmd for NMWiz and ProDy")
      .required()
      .unstored()
      .file({".star", ".xmd", ".csv", ".nmd"})
      .written({.makes_folders = true});
  table
      .option("particles", o.source.path, "FILE",
              "the particle file of the result (by default the one it was made from)")
      .file(particle_names());
  add_particle_source(table, o.source);
  add_selection(table, o.selection);
  add_matching(table, o.matching);
  table.common(o.common, {"dry-run", "overwrite"});
}

std::string next_step(const ExportOptions& o) {
  if (o.output.ends_with(".star")) return fmt::format("relion_display --i {}", o.output);
  if (o.output.ends_with(".nmd")) return fmt::format("open {} in NMWiz, or read it with ProDy", o.output);
  if (o.output.ends_with(".csv")) return fmt::format("head {}", o.output);
  return fmt::format("open {} in Xmipp", o.output);
}

}  // namespace elastem::cli
