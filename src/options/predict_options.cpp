#include "options/predict_options.hpp"

#include <spdlog/fmt/fmt.h>

#include "options/device_options.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

void declare(OptionTable& table, PredictOptions& o) {
  table.option("input,i", o.source.path, "FILE", "particles (STAR, XMD or .cs), or a stack alone")
      .required()
      .file(particle_names());
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes, as `elastem modes` writes them")
      .required()
      .file({".h5"});
  table.option("network,w", o.network, "FILE", "what `elastem train` wrote").required().file({".pt"});
  table.option("output,o", o.output, "FILE", "predictions to write (HDF5)")
      .required()
      .unstored()
      .file({".h5"})
      .written({.in_place = true});
  add_particle_source(table, o.source);
  add_inversion(table, o.source);
  table.flag("refine", o.refine,
             "refine each prediction against its image; where that fails, search the pose");
  table.flag("learn-prior", o.learn_prior,
             "with --refine: learn the distribution of the amplitudes from all particles, and improve each "
             "particle by it");
  table.flag(
      "network-prior", o.network_prior,
      "with --refine: improve each particle by the distribution of the amplitudes that the network was "
      "trained on");
  add_matching(table, o.matching);
  add_device_options(table, o.threads, o.device);
  add_atom_model_overrides(table, o.atom_model);
  table.common(o.common, {"seed", "dry-run", "resume", "overwrite"});
  table.check([&o](const OptionTable&) {
    if (o.learn_prior && !o.refine)
      refuse_option("learn-prior",
                    "a prior is learnt from what the images say, with their error bars; add --refine");
    if (o.network_prior && !o.refine)
      refuse_option("network-prior", "a prior improves what a refinement says; add --refine");
    if (o.network_prior && o.learn_prior)
      refuse_option("network-prior", "the prior is either learnt or known; leave out it or --learn-prior");
  });
}

std::string next_step(const PredictOptions& o) {
  const std::string truth = truth_beside(o.source.path);
  return fmt::format(
      "elastem landscape -i {} -m {} -o landscape{}", o.output, o.modes_file,
      truth.empty() ? "" : fmt::format("; the errors: elastem evaluate -i {} -t {}", o.output, truth));
}

}  // namespace elastem::cli
