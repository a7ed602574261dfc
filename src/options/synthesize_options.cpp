#include "options/synthesize_options.hpp"

#include "core/error.hpp"

namespace elastem::cli {

std::optional<SynthesizeOptions> parse_synthesize_options(const std::vector<std::string>& arguments,
                                                          std::string& help) {
  namespace po = boost::program_options;
  SynthesizeOptions o;
  CommandLine line("synthesize", "Particle images of a flexible structure, with their truth", o.common,
                   Resumable::yes);
  line.add()("modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
             "structure and modes, as `elastem modes` writes them")(
      "output,o", po::value(&o.output)->required()->value_name("FILE.star"),
      "particles to write; the stack, truth.star, truth.h5 and contact_sheet.png go to the same folder")(
      "number,n", po::value(&o.count)->default_value(o.count)->value_name("N"), "number of particles")(
      "modes", po::value(&o.modes)->required()->value_name("LIST"), "modes that move, e.g. 7-9")(
      "size", po::value(&o.size)->default_value(o.size)->value_name("PIXELS"), "side of the images")(
      "pixel-size", po::value(&o.pixel_size)->default_value(o.pixel_size)->value_name("Å"),
      "size of a pixel");
  add_conformation_options(line, o.conformations);
  add_pose_options(line, o.poses);
  add_optics_options(line, o.optics);
  add_grey_scale_options(line, o.grey_scale);
  line.topic("Atoms");
  add_atom_model_overrides(line, o.atom_model);
  add_set_file_options(line, o.files);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  if (o.count < 1) throw Error("option --number: " + std::to_string(o.count) + " particles; give 1 or more");
  check_conformation_options(line, o.conformations);
  check_pose_options(line, o.poses);
  check_optics_options(line, o.optics);
  check_grey_scale_options(line, o.grey_scale);
  check_atom_model(o.atom_model);
  o.effective = line.effective();
  return o;
}

}  // namespace elastem::cli
