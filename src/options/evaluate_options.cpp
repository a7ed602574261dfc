#include "options/evaluate_options.hpp"

#include "core/error.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

std::optional<EvaluateOptions> parse_evaluate_options(const std::vector<std::string>& arguments,
                                                      std::string& help) {
  EvaluateOptions o;
  double pixel_size = 0;
  std::int64_t atom_count = 0;
  CommandLine line("evaluate", "Errors of a result against the truth, and against the Cramér–Rao bound",
                   o.common, Resumable::no);
  line.without({"seed", "dry-run", "overwrite"});
  line.add()("input,i", po::value(&o.input)->required()->value_name("FILE"), "result of align or predict")(
      "truth,t", po::value(&o.truth)->required()->value_name("FILE"), "truth.h5 of synthesize")(
      "json", po::bool_switch(&o.json), "print JSON for programs instead of a table")(
      "without-prior", po::bool_switch(&o.without_prior),
      "evaluate what each image alone says, before align --learn-prior")(
      "pixel-size", po::value(&pixel_size)->value_name("Å"),
      "for shift errors in pixels (by default as stored with the truth)")(
      "atom-count", po::value(&atom_count)->value_name("N"),
      "for coordinate errors (by default as stored with the truth)");
  add_matching(line, o.matching);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  if (line.given("pixel-size")) {
    if (!(pixel_size > 0)) throw Error("option --pixel-size: must be above 0 Å");
    o.pixel_size = pixel_size;
  }
  if (line.given("atom-count")) {
    if (atom_count < 1) throw Error("option --atom-count: must be 1 or more");
    o.atom_count = atom_count;
  }
  return o;
}

}  // namespace elastem::cli
