#include "options/map_options.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem::cli {

namespace {

namespace po = boost::program_options;

}  // namespace

void add_map_options(CommandLine& line, MapOptions& o) {
  line.add()("from-map", po::value(&o.file)->value_name("MAP"),
             "instead of --input: a density map (MRC), described by Gaussian pseudoatoms that then serve as "
             "atoms")(
      "threshold", po::value<double>()->notifier([&o](double v) { o.threshold = v; })->value_name("DENSITY"),
      "voxels of the map above this belong to the particle (by default Otsu's threshold, or "
      "all voxels of the mask)")("mask", po::value(&o.mask)->value_name("MAP"),
                                 "map of the same size, the particle at 0.5 and above")(
      "map-error", po::value(&o.error)->default_value(o.error)->value_name("%"),
      "mean difference of the pseudoatoms' density from the map, in percent of its range, to be reached")(
      "pseudoatom-sigma", po::value(&o.sigma)->value_name("Å"),
      "standard deviation of a pseudoatom (by default the blur of the map, 0.7 to 2 voxels)")(
      "pseudoatoms", po::value(&o.pseudoatoms)->value_name("FILE.pdb"),
      "also write the pseudoatoms, their weights as B-factors");
}

void check_map(const CommandLine& line, const MapOptions& o) {
  const bool map = line.given("from-map");
  if (map == line.given("input"))
    throw Error(map ? "give --input or --from-map, not both"
                    : "give a structure with --input, or a map with --from-map");
  for (const char* name :
       {"atoms", "chain", "model", "ligands", "block-residues", "mass-weighted", "atom-sigma"})
    if (map && line.given(name))
      throw Error("option --" + std::string(name) + ": means nothing for the pseudoatoms of --from-map");
  for (const char* name : {"threshold", "mask", "map-error", "pseudoatom-sigma", "pseudoatoms"})
    if (!map && line.given(name))
      throw Error("option --" + std::string(name) + ": goes with --from-map only");
  if (o.threshold && !std::isfinite(*o.threshold))
    throw Error("option --threshold: must be a finite density");
  if (!(o.error > 0 && o.error < 100)) throw Error("option --map-error: must be between 0 and 100 percent");
  if (line.given("pseudoatom-sigma") && (!(o.sigma > 0) || !std::isfinite(o.sigma)))
    throw Error("option --pseudoatom-sigma: must be above 0 Å");
}

}  // namespace elastem::cli
