#include "options/matching_options.hpp"

namespace elastem::cli {

namespace po = boost::program_options;

void add_matching(CommandLine& line, Matching& matching) {
  line.add()("accept-mismatch", po::bool_switch(&matching.accept_mismatch),
             "go on with files that do not seem to belong together; what differs is only said");
}

void add_with_outliers(CommandLine& line, bool& with_outliers) {
  line.add()("with-outliers", po::bool_switch(&with_outliers),
             "use the outliers too: particles that the structure does not explain");
}

}  // namespace elastem::cli
