#include "mpi/commands/learning_program.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "mpi/commands/commands.hpp"

namespace elastem {

void start_learning_program(char** argv) {
  if (!argv[0] || !argv[1]) return;
  const auto asked = [&](const Command& command) { return command.name == argv[1] && !command.here; };
  if (std::none_of(commands().begin(), commands().end(), asked)) return;
  std::error_code unknown;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  execv((self.parent_path() / "elastem-learning").c_str(), argv);  // returns only when it fails
}

}  // namespace elastem
