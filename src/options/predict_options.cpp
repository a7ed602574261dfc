#include "options/predict_options.hpp"

#include "core/error.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

std::optional<PredictOptions> parse_predict_options(const std::vector<std::string>& arguments,
                                                    std::string& help) {
  PredictOptions o;
  CommandLine line("predict", "Amplitudes, orientation and shift of each particle by a trained network",
                   o.common, Resumable::yes);
  line.add()("input,i", po::value(&o.particles)->required()->value_name("FILE"), "particles (STAR or XMD)")(
      "modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
      "structure and modes, as `elastem modes` writes them")(
      "network,w", po::value(&o.network)->required()->value_name("FILE"), "what `elastem train` wrote")(
      "output,o", po::value(&o.output)->required()->value_name("FILE"), "predictions to write (HDF5)");
  add_particle_source(line, o.datadir, o.negative_defocus);
  add_inversion(line, o.invert);
  line.add()("refine", po::bool_switch(&o.refine),
             "refine each prediction against its image; where that fails, search the pose")(
      "learn-prior", po::bool_switch(&o.learn_prior),
      "with --refine: learn from all particles how the amplitudes are distributed, and improve each by it")(
      "network-prior", po::bool_switch(&o.network_prior),
      "with --refine: take the distribution that the network was trained on as known, and improve each by "
      "it")("threads", po::value(&o.threads)->default_value(o.threads)->value_name("N"),
            "threads of each rank for the network")(
      "device", po::value(&o.device)->default_value(o.device)->value_name("NAME"),
      "where the network computes: cpu; cuda, on a GPU of the node (shared where there are more ranks than "
      "GPUs); or auto: cuda where there is one");
  add_atom_model_overrides(line, o.atom_model);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  if (o.threads < 1) throw Error("option --threads: must be 1 or more");
  if (o.learn_prior && !o.refine)
    throw Error(
        "option --learn-prior: a prior is learnt from what the images say, with their error bars; add "
        "--refine");
  if (o.network_prior && !o.refine)
    throw Error("option --network-prior: a prior improves what a refinement says; add --refine");
  if (o.network_prior && o.learn_prior)
    throw Error("option --network-prior: the prior is either learnt or known; leave out it or --learn-prior");
  check_atom_model(o.atom_model);
  o.effective = line.effective();
  return o;
}

}  // namespace elastem::cli
