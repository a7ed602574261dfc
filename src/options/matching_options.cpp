#include "options/matching_options.hpp"

namespace elastem::cli {

void add_matching(OptionTable& table, Matching& matching) {
  table
      .flag("accept-mismatch", matching.accept_mismatch,
            "use files that do not seem to belong together; what differs becomes a warning")
      .unstored();
}

void add_with_outliers(OptionTable& table, bool& with_outliers) {
  table.flag("with-outliers", with_outliers,
             "use the outliers too: particles that the structure does not explain");
}

}  // namespace elastem::cli
