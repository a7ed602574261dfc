#include "options/particle_source_options.hpp"

namespace elastem::cli {

void add_particle_source(CommandLine& line, std::string& datadir, bool& negative_defocus) {
  namespace po = boost::program_options;
  line.add()("datadir", po::value(&datadir)->default_value("")->value_name("DIR"),
             "where image paths are looked up first (then the folder of the particle file, then the working "
             "directory)")(
      "xmipp-negative-defocus", po::bool_switch(&negative_defocus),
      "the XMD writes underfocus as negative defocus (ContinuousFlex): read it, and a negative amplitude "
      "contrast, with the other sign");
}

void add_inversion(CommandLine& line, bool& invert) {
  line.add()("invert", boost::program_options::bool_switch(&invert),
             "the images show dark molecules on a bright ground, as a camera records them");
}

}  // namespace elastem::cli
