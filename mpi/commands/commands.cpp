#include "mpi/commands/commands.hpp"

#include <memory>
#include <type_traits>

#include "options/align_options.hpp"
#include "options/evaluate_options.hpp"
#include "options/export_options.hpp"
#include "options/inspect_options.hpp"
#include "options/landscape_options.hpp"
#include "options/modes_options.hpp"
#include "options/predict_options.hpp"
#include "options/rebase_options.hpp"
#include "options/reconstruct_options.hpp"
#include "options/synthesize_options.hpp"
#include "options/train_options.hpp"
#include "options/verify_options.hpp"

namespace elastem {

// Collective. Each throws Error for what the user can mend.
ExitCode synthesize_command(const Invocation& invocation, cli::SynthesizeOptions& o);
ExitCode align_command(const Invocation& invocation, const cli::AlignOptions& o);
ExitCode evaluate_command(const Invocation& invocation, const cli::EvaluateOptions& o);
ExitCode landscape_command(const Invocation& invocation, const cli::LandscapeOptions& o);
ExitCode rebase_command(const Invocation& invocation, cli::RebaseOptions& o);
ExitCode reconstruct_command(const Invocation& invocation, cli::ReconstructOptions& o);
ExitCode export_command(const Invocation& invocation, cli::ExportOptions& o);
ExitCode verify_command(const Invocation& invocation, cli::VerifyOptions& o);
ExitCode inspect_command(const Invocation& invocation, const cli::InspectOptions& o);

#ifdef ELASTEM_LEARNING
ExitCode train_command(const Invocation& invocation, const cli::TrainOptions& o);
ExitCode predict_command(const Invocation& invocation, const cli::PredictOptions& o);
#else
constexpr ExitCode (*train_command)(const Invocation&, const cli::TrainOptions&) = nullptr;
constexpr ExitCode (*predict_command)(const Invocation&, const cli::PredictOptions&) = nullptr;
#endif

namespace {

template <class Options>
Command command(const std::string& name, const std::string& summary,
                ExitCode (*run)(const Invocation&, Options&)) {
  const auto task = [=] {
    const auto values = std::make_shared<std::remove_const_t<Options>>();
    Task made{cli::OptionTable(name, summary),
              [=](const Invocation& invocation) { return run(invocation, *values); },
              [=] { return next_step(*values); }};
    declare(made.options, *values);
    return made;
  };
  return {name, summary, task, run != nullptr};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      command("modes", "normal modes of an atomic structure or a density map", modes_command),
      command("synthesize", "particle images of a moving structure, with the truth", synthesize_command),
      command("align", "amplitudes, orientation and shift of each particle, with error bars", align_command),
      command("train", "a network that predicts amplitudes, orientation and shift from images",
              train_command),
      command("predict", "amplitudes, orientation and shift by a trained network", predict_command),
      command("evaluate", "errors of a result against the truth", evaluate_command),
      command("landscape", "principal components, density and trajectories of the amplitudes",
              landscape_command),
      command("verify", "whether the molecule moves, against rigid twins of the set and decoys",
              verify_command),
      command("rebase", "a new reference and its modes at a conformation of a result", rebase_command),
      command("reconstruct", "a map from particles and their poses", reconstruct_command),
      command("export", "results, particles or modes as files of other programs", export_command),
      command("inspect", "what a file of elastem holds", inspect_command)};
  return table;
}

}  // namespace elastem
