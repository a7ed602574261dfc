#include "options/map_options.hpp"

namespace elastem::cli {

namespace {

std::vector<std::string> map_names() {
  return {".mrc", ".map", ".ccp4", ".vol", ".spi", ".gz"};
}

void check_map(const OptionTable& table) {
  const bool map = table.given("from-map");
  if (map == table.given("input"))
    throw Error(map ? "give --input or --from-map, not both"
                    : "give a structure with --input, or a map with --from-map");
  if (map)
    table.refuse({"atoms", "chain", "model", "ligands", "block-residues", "mass-weighted", "atom-sigma"},
                 "means nothing for the pseudoatoms of --from-map");
  else
    table.refuse({"voxel-size", "threshold", "mask", "map-error", "pseudoatom-sigma", "pseudoatoms"},
                 "goes with --from-map only");
}

}  // namespace

void add_map_options(OptionTable& table, MapOptions& o) {
  table
      .option("from-map", o.file, "MAP",
              "instead of --input: a density map (MRC or SPIDER, also gzipped), described by Gaussian "
              "pseudoatoms that then serve as "
              "atoms")
      .file(map_names());
  table.option("voxel-size", o.voxel_size, "Å", "of the map, where its header lacks it or is wrong")
      .unset(0)
      .above(0);
  table.option(
      "threshold", o.threshold, "DENSITY",
      "voxels of the map above this belong to the particle (by default Otsu's threshold, or all voxels "
      "of the mask)");
  table.option("mask", o.mask, "MAP", "map of the same size, the particle at 0.5 and above")
      .file(map_names());
  table
      .option(
          "map-error", o.error, "%",
          "mean difference of the pseudoatoms' density from the map, in percent of its range, to be reached")
      .above(0)
      .below(100);
  table
      .option("pseudoatom-sigma", o.sigma, "Å",
              "standard deviation of a pseudoatom (by default the blur of the map, 0.7 to 2 voxels)")
      .unset(0)
      .above(0);
  table
      .option("pseudoatoms", o.pseudoatoms, "FILE.pdb",
              "also write the pseudoatoms, their weights as B-factors")
      .file({".pdb"})
      .written();
  table.check(check_map);
}

}  // namespace elastem::cli
