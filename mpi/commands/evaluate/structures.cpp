#include "mpi/commands/evaluate/structures.hpp"

#include <cstdio>
#include <string>

#include "alignment/structure_evaluation.hpp"
#include "mpi/commands/evaluate/result_rows.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/row_pass.hpp"
#include "mpi/synthesis/structure_set.hpp"
#include "mpi/synthesis/structure_truth.hpp"
#include "report/structure_text.hpp"

namespace elastem {

namespace {

// Where the truth is given as a table, it says which files it was made of. Collective.
void require_drawn_structures(const Communicator& comm, const cli::EvaluateOptions& o,
                              const StructureTruth& truth, const StructureSet& set) {
  if (truth.file().path() == o.truth) return;
  ResultTable table = ResultTable::open(comm, o.truth, ResultTable::Access::read);
  require_structures_of(comm, o.truth, table.provenance(), o.structures, set, o.matching.accept_mismatch);
  table.close();
}

// This rank's slices of the result with their rows of the truth.
void add_rows(const ResultTable& result, ResultTable::Details details, const StructureTruth& truth,
              const RowMatch& match, StructureEvaluation& evaluation) {
  for_each_block(result, details, match, [&](std::int64_t first, auto estimates, auto others) {
    const auto truths = truth.read(others);
    for (std::size_t i = 0; i < estimates.size(); ++i) {
      if (truths[i])
        evaluation.add(first + static_cast<std::int64_t>(i), estimates[i], truths[i]->conformation,
                       truths[i]->pose);
      else if (estimates[i].state == ParticleState::pending)
        evaluation.skip(estimates[i]);
    }
  });
}

}  // namespace

ExitCode evaluate_structures(const Invocation& invocation, const cli::EvaluateOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable result = ResultTable::open(comm, o.input, ResultTable::Access::read);
  const ResultTable::Details details = evaluated_details(o, result);
  const ElasticModel model = read_model_of(comm, o.input, result.modes(), o.modes_file);
  require_modes_of(comm, o.input, result.provenance(), o.modes_file, o.matching.accept_mismatch);
  const StructureSet set = read_structure_set(comm, o.structures, o.modes_file, model);
  const StructureTruth truth(comm, o.truth, o.structures, set);
  require_drawn_structures(comm, o, truth, set);

  StructureEvaluation evaluation(model, true_conformations(comm, model, set), result.size());
  const RowMatch match = match_truth(comm, {o.input, result}, own_rows(comm, evaluation.slices()),
                                     truth.file(), o.matching.accept_mismatch);
  collectively(comm, [&] { add_rows(result, details, truth, match, evaluation); });
  comm.sum(evaluation.sums());
  comm.sum(evaluation.counts());
  if (comm.root()) {
    const StructureContext context{o.input,      truth.file().path(),      o.structures,
                                   o.modes_file, set.conformations.size(), model.mode_numbers};
    const StructureReport report = evaluation.report();
    const std::string text = o.json ? structure_json(report, context) : structure_table(report, context);
    std::fputs(text.c_str(), stdout);
  }
  result.close();
  return done;
}

}  // namespace elastem
