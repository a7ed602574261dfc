#include "options/reconstruct_options.hpp"

#include "core/error.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

void check(const ReconstructOptions& o) {
  if (o.max_resolution < 0) throw Error("option --max-resolution: must be 0 or more Å");
  if (o.mask_radius < 0) throw Error("option --mask-radius: must be 0 or more Å");
  if (!(o.regularisation > 0 && o.regularisation <= 1))
    throw Error("option --regularisation: must be above 0 and at most 1");
}

}  // namespace

std::optional<ReconstructOptions> parse_reconstruct_options(const std::vector<std::string>& arguments,
                                                            std::string& help) {
  ReconstructOptions o;
  CommandLine line("reconstruct", "A map from particles and their poses, by CTF-weighted Fourier insertion",
                   o.common, Resumable::no);
  line.without({"seed"});
  line.add()("particles,i", po::value(&o.particles)->required()->value_name("FILE.star"),
             "particles that were aligned")("alignment,a",
                                            po::value(&o.alignment)->required()->value_name("FILE"),
                                            "result of align or predict (or truth.h5) with their poses")(
      "output,o", po::value(&o.output)->required()->value_name("FILE.mrc"), "map to write");
  add_particle_source(line, o.datadir, o.negative_defocus);
  add_inversion(line, o.invert);
  line.add()("max-resolution", po::value(&o.max_resolution)->default_value(o.max_resolution)->value_name("Å"),
             "finest detail to use; 0: two pixels")(
      "regularisation", po::value(&o.regularisation)->default_value(o.regularisation)->value_name("SHARE"),
      "bounds the gain where the CTF vanishes: what is added to the sum of CTF², as a share of its value "
      "without a CTF")("mask-radius",
                       po::value(&o.mask_radius)->default_value(o.mask_radius)->value_name("Å"),
                       "sphere with a soft edge of 5 voxels outside which the map is 0; 0: none")(
      "reference", po::value(&o.reference)->value_name("FILE.mrc"),
      "map to compare with: prints the Fourier shell correlation");
  add_with_outliers(line, o.with_outliers);
  add_matching(line, o.matching);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  check(o);
  return o;
}

}  // namespace elastem::cli
