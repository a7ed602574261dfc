#include "options/matching_options.hpp"

#include "core/counted.hpp"

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

std::string outliers_left_out(std::int64_t count) {
  return fmt::format("{} {} left out: the structure does not explain {} (--with-outliers uses {})",
                     counted(count, "outlier"), verb(count), verb(count, "it", "them"),
                     verb(count, "it", "them"));
}

}  // namespace elastem::cli
