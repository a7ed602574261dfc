#include "options/evaluate_options.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

namespace {

void check_truth(const OptionTable& given, const EvaluateOptions& o) {
  if (o.structures.empty()) {
    given.refuse({"modes-file"}, "goes with --structures only");
    if (o.truth.ends_with(".star"))
      refuse_option("truth",
                    o.truth +
                        " is no HDF5 table of amplitudes: give truth.h5, or for known conformations add "
                        "--structures PATH and --modes-file");
    return;
  }
  if (o.modes_file.empty())
    throw Error("--structures needs the modes that the result's amplitudes are of: give --modes-file FILE");
  given.refuse({"pixel-size", "atom-count"},
               "means nothing with --structures, whose errors are Å and degrees");
}

}  // namespace

void declare(OptionTable& table, EvaluateOptions& o) {
  table.option("input,i", o.input, "FILE", "result of align or predict").required().file({".h5"});
  table.option("truth,t", o.truth, "FILE", "truth.h5 of synthesize; with --structures its truth.star is read")
      .required()
      .file({".h5", ".star"});
  table
      .option("structures", o.structures, "PATH",
              "compare with true conformations that no modes made: what was given to synthesize "
              "--structures")
      .file()
      .folder();
  table
      .option("modes-file,m", o.modes_file, "FILE",
              "with --structures: structure and modes of the result, as `elastem modes` writes them")
      .file({".h5"});
  table.flag("json", o.json, "print JSON for programs instead of a table");
  table.flag("without-prior", o.without_prior,
             "evaluate what each image alone says, before align --learn-prior");
  table
      .option("pixel-size", o.pixel_size, "Å",
              "pixel size, for shift errors in pixels (by default as stored with the truth)")
      .above(0);
  table
      .option("atom-count", o.atom_count, "N",
              "number of atoms, for coordinate errors (by default as stored with the truth)")
      .at_least(1);
  add_matching(table, o.matching);
  table.common(o.common, {});
  table.check([&o](const OptionTable& given) { check_truth(given, o); });
}

std::string next_step(const EvaluateOptions& o) {
  return fmt::format("elastem landscape -i {} -m {} -o landscape", o.input,
                     o.modes_file.empty() ? "modes.h5" : o.modes_file);
}

}  // namespace elastem::cli
