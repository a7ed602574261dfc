#include <chrono>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/documentation.hpp"
#include "mpi/commands/learning_program.hpp"
#include "mpi/run/exit_code.hpp"
#include "mpi/run/launch.hpp"
#include "mpi/run/libraries.hpp"
#include "mpi/run/provenance.hpp"
#include "mpi/run/run_files.hpp"

namespace elastem {

namespace {

std::string version_text() {
  std::string text = "elastem " + program_version() + "\ncommit " + program_commit() + "\n";
  for (const auto& library : library_versions()) text += library + "\n";
  return text;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  throw Error("there is no command \"" + name + "\"" + suggestion(name, names) +
              "; elastem --help lists them");
}

// Only rank 0 logs, to standard error; what a command prints as its result goes to standard output.
void start_log(const Communicator& comm) {
  const auto logger = comm.root() ? spdlog::stderr_color_mt("elastem")
                                  : std::make_shared<spdlog::logger>(
                                        "elastem", std::make_shared<spdlog::sinks::null_sink_mt>());
  logger->set_pattern("%^%v%$");
  spdlog::set_default_logger(logger);
}

void print(const Communicator& comm, const std::string& text) {
  if (comm.root()) std::fputs(text.c_str(), stdout);
}

int run_command(const Communicator& comm, const Command& command, const std::vector<std::string>& arguments,
                const std::string& command_line) {
  Task task = command.task();
  if (!task.options.parse(arguments)) {
    print(comm, task.options.help());
    return done;
  }
  if (!command.here)
    throw Error("elastem " + command.name +
                " needs the program elastem-learning, which is not beside this one: build it, with LibTorch, "
                "by -DELASTEM_LEARNING=ON, and keep the two in one folder");
  const cli::CommonOptions& common = task.options.common();
  spdlog::set_level(common.quiet     ? spdlog::level::warn
                    : common.verbose ? spdlog::level::debug
                                     : spdlog::level::info);
  if (const std::string warning = launch_warning(comm.size()); !warning.empty())
    spdlog::warn("elastem: warning: {}", warning);
  const RunFiles files(comm, task.options);
  const ExitCode code = task.run({comm, command_line, task.options});
  if (code == stopped_on_request)
    spdlog::warn("stopped on request, the work is saved; to continue, give the same command with --resume");
  else if (const std::string next = task.next(); !next.empty() && !common.dry_run)
    spdlog::info("next: {}", next);
  return code;
}

int run(const Communicator& comm, const std::vector<std::string>& words, const std::string& command_line) {
  if (words.empty())
    throw Error("say what to do: elastem COMMAND [options]; elastem --help lists the commands");
  const std::string& name = words.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print(comm, overview());
    return done;
  }
  const std::string warning = blas_warning();
  if (!warning.empty()) spdlog::warn("elastem: warning: {}", warning);
  collectively(comm, require_address_space);
  if (name == "--version" || name == "version") {
    print(comm, version_text());
    return done;
  }
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  if (name == "documentation") {  // for those who package the program
    if (arguments.size() != 1)
      throw Error("elastem documentation FOLDER writes help, man pages and completion");
    on_root(comm, [&] { write_documentation(arguments.front()); });
    return done;
  }
  return run_command(comm, find_command(name), arguments, command_line);
}

// All ranks must come to the end with the same outcome. One that threw alone (a bug) would leave the others
// waiting for ever in some collective call; after this time the job is ended for it.
constexpr int patience_seconds = 20;

bool others_arrived(MPI_Request& farewell, bool patient) {
  const auto start = std::chrono::steady_clock::now();
  int arrived = 0;
  while (true) {
    MPI_Test(&farewell, &arrived, MPI_STATUS_IGNORE);
    if (arrived) return true;
    if (!patient && std::chrono::steady_clock::now() - start > std::chrono::seconds(patience_seconds))
      return false;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

[[noreturn]] void end_job(const Communicator& comm, const char* kind, const std::string& text, int code) {
  std::fprintf(stderr, "elastem: %s on rank %d: %s\n", kind, comm.rank(), text.c_str());
  std::fflush(nullptr);
  MPI_Abort(MPI_COMM_WORLD, code);
  std::abort();  // MPI_Abort does not return
}

int guarded_run(const Communicator& comm, const std::vector<std::string>& words,
                const std::string& command_line) {
  const Communicator farewell_comm = comm.duplicate();  // its barrier cannot be mistaken for a command's
  MPI_Request farewell = MPI_REQUEST_NULL;
  try {
    const int code = run(comm, words, command_line);
    on_root(comm, require_printed);
    MPI_Ibarrier(farewell_comm.handle(), &farewell);
    others_arrived(farewell, true);
    return code;
  } catch (const Error& error) {
    MPI_Ibarrier(farewell_comm.handle(), &farewell);
    if (!others_arrived(farewell, false)) end_job(comm, "error", error.what(), user_error);
    if (comm.root()) std::fprintf(stderr, "elastem: error: %s\n", error.what());
    return user_error;
  } catch (const SharedBug& error) {
    if (comm.root()) end_job(comm, "bug (please report it)", error.what(), bug);
    MPI_Ibarrier(farewell_comm.handle(), &farewell);
    others_arrived(farewell, true);
    return bug;
  } catch (const std::bad_alloc&) {
    end_job(comm, "error", "out of memory; run fewer ranks per node, or more nodes", user_error);
  } catch (const std::exception& error) {
    end_job(comm, "bug (please report it)", error.what(), bug);
  }
}

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  elastem::prepare_process();
  elastem::start_learning_program(argv);
  elastem::restart_with_fast_blas(argv);
  std::string command_line;
  for (int i = 0; i < argc; ++i) command_line += (i ? " " : "") + std::string(argv[i]);
  elastem::Session session(argc, argv);
  elastem::limit_library_threads();
  elastem::start_log(session.world());
  const std::vector<std::string> words(argv + 1, argv + argc);
  return elastem::guarded_run(session.world(), words, command_line);
}
