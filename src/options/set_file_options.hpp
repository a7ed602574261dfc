#pragma once

#include "cli/command_line.hpp"

namespace elastem::cli {

/// How the files of a synthetic set are written.
struct SetFileOptions {
  bool float16 = false;    ///< pixels of the stack; otherwise float32
  int contact_sheet = 16;  ///< images shown; 0: no sheet
};

void add_set_file_options(CommandLine& line, SetFileOptions& options);

}  // namespace elastem::cli
