#include "mpi/commands/documentation.hpp"

#include <filesystem>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "cli/documentation.hpp"
#include "core/new_file.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

std::string overview() {
  std::string text = "elastem " + program_version() +
                     ": continuous conformational landscapes from cryo-EM particle images\n\n"
                     "Usage: elastem COMMAND [options]   (alone, or under mpirun or srun)\n\nCommands:\n";
  for (const Command& command : commands())
    text += fmt::format("  {:<13}{}\n", command.name, command.summary);
  return text + "\nelastem COMMAND --help lists the options of a command; elastem --version the libraries.\n";
}

void write_documentation(const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path help = fs::path(folder) / "help", man = fs::path(folder) / "man";
  for (const fs::path& path : {help, man}) make_folders(path);
  const std::string version = "elastem " + program_version();
  std::vector<Task> tasks;  // they hold what the tables are bound to
  std::vector<cli::OptionTable> tables;
  for (const Command& command : commands()) {
    tasks.push_back(command.task());
    tables.push_back(std::move(tasks.back().options));
  }
  write_text_file((help / "elastem.txt").string(), overview());
  write_text_file((man / "elastem.1").string(), cli::man_page(tables, version));
  for (const cli::OptionTable& table : tables) {
    write_text_file((help / (table.command() + ".txt")).string(), table.help());
    write_text_file((man / ("elastem-" + table.command() + ".1")).string(), cli::man_page(table, version));
  }
  write_text_file((fs::path(folder) / "elastem.bash").string(), cli::bash_completion(tables));
}

}  // namespace elastem
