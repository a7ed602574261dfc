#include "options/particle_source_options.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

std::vector<std::string> particle_names() {
  std::vector<std::string> names = stack_names();
  names.insert(names.begin(), {".star", ".xmd", ".cs"});
  return names;
}

std::vector<std::string> stack_names() {
  return {".mrcs", ".mrc", ".st", ".stk", ".spi"};
}

void add_particle_source(OptionTable& table, ParticleSource& source) {
  table
      .option("datadir", source.datadir, "DIR",
              "where image paths are looked up first (then the folder of the particle file, then the working "
              "directory)")
      .folder();
  table
      .option("stack", source.stack, "FILE",
              "the stack of all particles, whatever the particle file calls it (by default as it says)")
      .file(stack_names())
      .unset("");
  table
      .option("pixel-size", source.pixel_size, "Å",
              "of the images, where the particle file does not say (by default the stack's header does)")
      .unset(0)
      .above(0);
  table
      .option(
          "passthrough", source.passthrough, "FILE.cs",
          "a further .cs file of the same particles, as cryoSPARC's jobs have it; may be given several times")
      .file({".cs"});
  table.flag(
      "negative-defocus", source.negative_defocus,
      "the particle file writes underfocus as negative defocus, as ContinuousFlex does: read it, and a "
      "negative amplitude contrast, with the other sign");
}

std::string source_words(const ParticleSource& source) {
  std::string words;
  if (!source.datadir.empty()) words += " --datadir " + source.datadir;
  if (!source.stack.empty()) words += " --stack " + source.stack;
  if (source.pixel_size > 0) words += fmt::format(" --pixel-size {}", source.pixel_size);
  for (const std::string& file : source.passthrough) words += " --passthrough " + file;
  if (source.negative_defocus) words += " --negative-defocus";
  if (source.inverted) words += " --invert";
  return words;
}

std::string truth_beside(const std::string& particles) {
  const std::filesystem::path truth = std::filesystem::path(particles).parent_path() / "truth.h5";
  std::error_code failed;
  return std::filesystem::is_regular_file(truth, failed) ? truth.string() : "";
}

void add_inversion(OptionTable& table, ParticleSource& source) {
  table.flag("invert", source.inverted,
             "the images show dark molecules on a bright ground, as a camera records them");
}

}  // namespace elastem::cli
