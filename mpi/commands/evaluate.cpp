#include <algorithm>
#include <cmath>
#include <cstdio>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "alignment/evaluation.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/evaluate/result_rows.hpp"
#include "mpi/commands/evaluate/structures.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/row_pass.hpp"
#include "options/evaluate_options.hpp"
#include "report/evaluation_text.hpp"

namespace elastem {

namespace {

void require_comparable(const cli::EvaluateOptions& o, const ResultTable& result, const ResultTable& truth) {
  if (result.modes() != truth.modes())
    throw Error(
        fmt::format("{} holds the amplitudes of modes {}, but {} those of modes {}: align with --modes {} to "
                    "compare them",
                    o.input, format_number_list(result.modes()), o.truth, format_number_list(truth.modes()),
                    format_number_list(truth.modes())));
  require_same_modes(o.input, result.provenance(), o.truth, truth.provenance(), o.matching.accept_mismatch);
}

EvaluationContext context_of(const cli::EvaluateOptions& o, const ResultTable& truth) {
  const auto atoms = truth.load_vector("atom_count"), pixel = truth.load_vector("pixel_size");
  EvaluationContext context{o.input, o.truth, truth.modes()};
  if (!atoms.empty()) context.atom_count = std::llround(atoms[0]);
  if (!pixel.empty()) context.pixel_size = pixel[0];
  context.atom_count = o.atom_count.value_or(context.atom_count);
  context.pixel_size = o.pixel_size.value_or(context.pixel_size);
  return context;
}

// This rank's slices of the result with their rows of the truth.
void add_rows(const ResultTable& result, ResultTable::Details details, const ResultTable& truth,
              const RowMatch& match, Evaluation& evaluation) {
  for_each_block(result, details, match, [&](std::int64_t first, auto estimates, auto others) {
    const auto truths = matched_rows(truth, others);
    for (std::size_t i = 0; i < estimates.size(); ++i)
      if (others[i] != RowMatch::none || estimates[i].state == ParticleState::pending)
        evaluation.add(first + static_cast<std::int64_t>(i), estimates[i], truths[i]);
  });
}

}  // namespace

ExitCode evaluate_command(const Invocation& invocation, const cli::EvaluateOptions& o) {
  if (!o.structures.empty()) return evaluate_structures(invocation, o);
  const Communicator& comm = invocation.comm;
  ResultTable result = ResultTable::open(comm, o.input, ResultTable::Access::read);
  ResultTable truth = ResultTable::open(comm, o.truth, ResultTable::Access::read);
  require_comparable(o, result, truth);
  const ResultTable::Details details = evaluated_details(o, result);
  const EvaluationContext context = context_of(o, truth);
  Evaluation evaluation(static_cast<int>(result.modes().size()), result.size());
  const RowMatch match = match_results(comm, {o.input, result}, own_rows(comm, evaluation.slices()),
                                       {o.truth, truth}, o.matching.accept_mismatch);
  collectively(comm, [&] { add_rows(result, details, truth, match, evaluation); });
  comm.sum(evaluation.sums());
  comm.sum(evaluation.counts());
  if (comm.root()) {
    const auto report = evaluation.report(std::max<std::int64_t>(1, context.atom_count));
    const std::string text = o.json ? evaluation_json(report, context) : evaluation_table(report, context);
    std::fputs(text.c_str(), stdout);
    if (context.atom_count == 0)
      spdlog::warn(
          "{} does not say how many atoms the model has: give --atom-count for the error of the coordinates",
          o.truth);
  }
  truth.close();
  result.close();
  return done;
}

}  // namespace elastem
