#include <chrono>
#include <cstdio>
#include <memory>
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
#include "mpi/run/libraries.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

// Weak: the address is null where a build leaves the command out (train and predict without LibTorch).
[[gnu::weak]] int modes_command(const Invocation&);
[[gnu::weak]] int synthesize_command(const Invocation&);
[[gnu::weak]] int align_command(const Invocation&);
[[gnu::weak]] int train_command(const Invocation&);
[[gnu::weak]] int predict_command(const Invocation&);
[[gnu::weak]] int evaluate_command(const Invocation&);
[[gnu::weak]] int landscape_command(const Invocation&);
[[gnu::weak]] int reconstruct_command(const Invocation&);
[[gnu::weak]] int export_command(const Invocation&);
[[gnu::weak]] int inspect_command(const Invocation&);

namespace {

enum ExitCode { done = 0, bug = 1, user_error = 2 };

struct Command {
  std::string name;
  std::string summary;
  int (*run)(const Invocation&);
};

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"modes", "normal modes of an atomic structure", modes_command},
      {"synthesize", "particle images of a moving structure, with the truth", synthesize_command},
      {"align", "amplitudes, orientation and shift of each particle, with error bars", align_command},
      {"train", "a network that predicts them from images", train_command},
      {"predict", "amplitudes, orientation and shift by a trained network", predict_command},
      {"evaluate", "errors of a result against the truth", evaluate_command},
      {"landscape", "principal components, density and trajectories of the amplitudes", landscape_command},
      {"reconstruct", "a map from particles and their poses", reconstruct_command},
      {"export", "a result as a RELION STAR or Xmipp file", export_command},
      {"inspect", "what a file of elastem holds", inspect_command}};
  return table;
}

std::string overview() {
  std::string text = "elastem " + program_version() +
                     ": continuous conformational landscapes from cryo-EM particle images\n\n"
                     "Usage: elastem COMMAND [options]   (alone, or under mpirun or srun)\n\nCommands:\n";
  for (const auto& command : commands()) {
    std::string name = command.name;
    name.resize(13, ' ');
    text += "  " + name + command.summary + (command.run ? "\n" : " (not in this build)\n");
  }
  return text + "\nelastem COMMAND --help lists the options of a command; elastem --version the libraries.\n";
}

std::string version_text() {
  std::string text = "elastem " + program_version() + "\ncommit " + program_commit() + "\n";
  for (const auto& library : library_versions()) text += library + "\n";
  return text;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    if (command.name == name) {
      if (command.run) return command;
      throw Error("elastem " + name +
                  " is not in this build: it needs LibTorch; configure with -DELASTEM_LEARNING=ON");
    }
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
  if (name == "--version" || name == "version") {
    print(comm, version_text());
    return done;
  }
  const Command& command = find_command(name);
  return command.run(Invocation{comm, command_line, {words.begin() + 1, words.end()}});
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
    std::fflush(stdout);
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
  } catch (const std::exception& error) {
    end_job(comm, "bug (please report it)", error.what(), bug);
  }
}

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  elastem::restart_with_fast_blas(argv);
  std::string command_line;
  for (int i = 0; i < argc; ++i) command_line += (i ? " " : "") + std::string(argv[i]);
  elastem::Session session(argc, argv);
  elastem::limit_library_threads();
  elastem::start_log(session.world());
  const std::vector<std::string> words(argv + 1, argv + argc);
  return elastem::guarded_run(session.world(), words, command_line);
}
