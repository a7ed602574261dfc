#include "options/evaluate_options.hpp"

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

void declare(OptionTable& table, EvaluateOptions& o) {
  table.option("input,i", o.input, "FILE", "result of align or predict").required().file({".h5"});
  table.option("truth,t", o.truth, "FILE", "truth.h5 of synthesize").required().file({".h5"});
  table.flag("json", o.json, "print JSON for programs instead of a table");
  table.flag("without-prior", o.without_prior,
             "evaluate what each image alone says, before align --learn-prior");
  table
      .option("pixel-size", o.pixel_size, "Å",
              "for shift errors in pixels (by default as stored with the truth)")
      .above(0);
  table.option("atom-count", o.atom_count, "N", "for coordinate errors (by default as stored with the truth)")
      .at_least(1);
  add_matching(table, o.matching);
  table.common(o.common, {});
}

std::string next_step(const EvaluateOptions& o) {
  return fmt::format("elastem landscape -i {} -m modes.h5 -o landscape", o.input);
}

}  // namespace elastem::cli
