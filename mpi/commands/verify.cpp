#include <algorithm>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/new_file.hpp"
#include "core/number_list.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/alignment/stored_noise.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/pass_provenance.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/particles/stored_source.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/row_pass.hpp"
#include "mpi/verification/rigid_passes.hpp"
#include "mpi/verification/set_map.hpp"
#include "mpi/verification/verified_rows.hpp"
#include "options/verify_options.hpp"
#include "report/verification_page.hpp"
#include "verification/decoys.hpp"

namespace elastem {
namespace {

using cli::VerifyOptions;

constexpr std::size_t fewest_particles = 40;
constexpr std::size_t fewest_sources = 3;
constexpr std::size_t most_sources = 15;

// The last modes of a file that decoys can be made of.
std::vector<int> decoy_sources(const Communicator& comm, const VerifyOptions& o,
                               const std::vector<int>& fitted) {
  const bool own = o.decoy_modes.empty();
  const std::string& path = own ? o.modes_file : o.decoy_modes;
  std::vector<int> sources = from_root(comm, [&] { return read_modes_table(path).modes.numbers; });
  if (own) std::erase_if(sources, [&](int mode) { return std::ranges::find(fitted, mode) != fitted.end(); });
  if (sources.size() < fewest_sources)
    throw Error(
        fmt::format("{} has {} modes beyond those that were fitted, and decoys are made of at least {}: "
                    "compute more (elastem "
                    "modes --modes 40), or name a file with other modes of the same atoms by --decoy-modes",
                    path, sources.size(), fewest_sources));
  if (sources.size() > most_sources)
    sources.erase(sources.begin(), sources.end() - static_cast<std::ptrdiff_t>(most_sources));
  return sources;
}

DecoyModel decoy_model(const Communicator& comm, const VerifyOptions& o, const ElasticModel& fitted,
                       const std::vector<int>& sources) {
  const std::string& path = o.decoy_modes.empty() ? o.modes_file : o.decoy_modes;
  if (!o.decoy_modes.empty())
    require_same_conformation(comm, o.modes_file, o.decoy_modes, "--decoy-modes", o.matching.accept_mismatch);
  const ElasticModel source = read_model(comm, path, format_number_list(sources), o.atom_model);
  if (source.atom_count() != fitted.atom_count() || source.curved() != fitted.curved())
    throw Error(
        fmt::format("option --decoy-modes: {} is not of the atoms and the kind of motion of {}; name modes "
                    "of the same structure",
                    path, o.modes_file));
  const int decoys = std::min(o.decoys, static_cast<int>(sources.size()));
  if (decoys < o.decoys)
    spdlog::warn("{} decoys instead of {}: {} has no more modes beyond those that were fitted", decoys,
                 o.decoys, path);
  return with_decoys(fitted, source, decoys, o.common.seed);
}

AlignmentOptions fit_options(const VerifyOptions& o, const ResultTable& table, const ElasticModel& fitted,
                             Eigen::Index decoys) {
  AlignmentOptions options;
  options.max_resolution = o.max_resolution > 0 ? o.max_resolution : stored_resolution(table.provenance());
  const auto misfits = load_misfits(table, {true});
  if (misfits.front()) options.misfit = *misfits.front();
  NormalPrior prior = load_normal(table);
  if (prior.empty()) prior = elastic_prior(fitted, default_amplitude(fitted.atom_count()));
  const MotionSummary motion = load_motion(table);
  Eigen::VectorXd errors(static_cast<Eigen::Index>(motion.modes.size()));
  for (Eigen::Index k = 0; k < errors.size(); ++k)
    errors[k] = motion.modes[static_cast<std::size_t>(k)].error;
  options.prior = prior_with_decoys(prior, errors, decoys);
  return options;
}

class Verifying {
 public:
  Verifying(const Invocation& invocation, const VerifyOptions& o, const VerificationFit& fit,
            Eigen::Index modes, Provenance provenance)
      : comm_(invocation.comm), o_(o), fit_(fit), modes_(modes), provenance_(std::move(provenance)) {}

  // The rows of a pass, once they are all there; none where a stop was asked for.
  std::optional<VerifiedRows> pass(const std::string& name, const std::string& what,
                                   const std::function<std::optional<Twin>()>& twin) {
    const auto contents = [&] {
      TableContents made{
          .fits = true, .key_length = fit_.set.longest_key, .vectors = stored_normal(fit_.options.prior)};
      made.vectors.push_back(stored_pixel_sizes(pixel_sizes(fit_.set)));
      for (auto& vector : room_for_motion(fit_.model.modes.size(), fit_.model.atom_count()))
        made.vectors.push_back(std::move(vector));
      return made;
    };
    ResultTable table =
        open_pass_table(comm_,
                        {cli::in_folder(o_, name), o_.common.resume, o_.common.overwrite,
                         static_cast<std::int64_t>(fit_.sample.size()), fit_.model.mode_numbers, provenance_},
                        contents, [](const ResultTable&) {});
    spdlog::info("{}", what);
    const PassSummary summary =
        fit_sample(comm_, fit_, pending(table) ? twin() : std::nullopt, table, !o_.common.quiet);
    log_pass(comm_, table, summary.queue, "fitted");
    std::optional<VerifiedRows> rows;
    if (!summary.queue.stopped) {
      comm_.barrier();
      rows = verified_rows(comm_, table, modes_);
    }
    table.close();
    return rows;
  }

 private:
  bool pending(const ResultTable& table) { return count_rows(comm_, table).pending > 0; }

  const Communicator& comm_;
  const VerifyOptions& o_;
  const VerificationFit& fit_;
  Eigen::Index modes_;
  Provenance provenance_;
};

void describe(const VerifyOptions& o, const ElasticModel& fitted, const DecoyModel& model,
              const std::vector<int>& sources, std::size_t sampled, std::int64_t all) {
  spdlog::info("{} of {}, modes {} and {} decoys, combinations of modes {}", sampled,
               counted(all, "particle"), format_number_list(fitted.mode_numbers), model.decoys(),
               format_number_list(sources));
  if (o.common.dry_run)
    spdlog::info("dry run: each particle would be fitted three times; nothing was written in {}", o.output);
}

// Collective. Throws Error for too few particles.
std::vector<SampledRow> large_enough_sample(const Communicator& comm, const VerifyOptions& o,
                                            const RowMatch& match, const ResultTable& table) {
  std::vector<SampledRow> sample = sample_of(comm, match, table, o.particles);
  if (sample.size() < fewest_particles)
    throw Error(fmt::format("{} of {} {} aligned and no outlier: too few to verify anything",
                            counted(sample.size(), "particle"), o.alignment, verb(sample.size())));
  return sample;
}

// Collective.
Provenance verification_provenance(const Invocation& invocation, const VerifyOptions& o,
                                   const ParticleSet& set) {
  const Communicator& comm = invocation.comm;
  Provenance provenance = pass_provenance(invocation, o.common.seed, set, o.modes_file);
  add_inputs(comm, {{"alignment", o.alignment}}, provenance);
  add_inputs(comm, selection_files(o.selection), provenance);
  if (!o.decoy_modes.empty()) add_modes_input(comm, o.decoy_modes, provenance);
  return provenance;
}

// Writes and logs the report, in which what was found stands already, with what the run is and what the set
// and the twin of its map say themselves. Collective.
void conclude(const Invocation& invocation, const VerifyOptions& o, VerificationReport report,
              const VerifiedRows& of_set, const VerifiedRows& of_map) {
  report.result_path = o.alignment;
  report.modes_path = o.modes_file;
  report.command_line = invocation.command_line;
  report.version = program_version();
  report.date = utc_time();
  on_root(invocation.comm, [&] {
    report.leakage = pose_leakages(of_set);
    report.twin_leakage = pose_leakages(of_map);
    report.halves = agreement_of_halves(of_set);
    write_verification_report(o.output, report);
  });
  for (const std::string& line : verification_table(report.found, report.atom_count))
    spdlog::info("{}", line);
  spdlog::info("{}", verification_sentence(report.found, report.atom_count));
  if (const std::string blurred = blur_warning(report.found); !blurred.empty()) spdlog::warn("{}", blurred);
}

}  // namespace

ExitCode verify_command(const Invocation& invocation, VerifyOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable table = ResultTable::open(comm, o.alignment, ResultTable::Access::read);
  o.source = source_as_stored(comm, o.source, invocation.options, {o.alignment, table});
  const ParticleSet set = open_particles(comm, o.source);
  require_kept(comm, invocation.options, set.stacks);
  if (!table.has_fits())
    throw Error(o.alignment +
                " has no error bars (it is of predict without --refine, or a truth): give a result of "
                "align, or of predict --refine");
  const ElasticModel fitted = read_model_of(comm, o.alignment, table.modes(), o.modes_file);
  require_modes_of(comm, o.alignment, table.provenance(), o.modes_file, o.matching.accept_mismatch);
  RowMatch match = match_particles(comm, set.file, equal_share(comm, set.size()), {o.alignment, table},
                                   o.matching.accept_mismatch);
  keep_selected(comm, selected_rows(comm, {o.alignment, table}, o.selection, o.matching.accept_mismatch),
                match);
  const std::vector<SampledRow> sample = large_enough_sample(comm, o, match, table);
  const std::vector<int> sources = decoy_sources(comm, o, fitted.mode_numbers);
  const DecoyModel model = decoy_model(comm, o, fitted, sources);
  describe(o, fitted, model, sources, sample.size(), set.size());
  if (o.common.dry_run) return done;
  const Provenance provenance = verification_provenance(invocation, o, set);
  const VerificationFit fit{set,
                            table,
                            sample,
                            model.model,
                            fit_options(o, table, fitted, model.decoys()),
                            *load_noise(table, o.alignment, {true}).front()};
  on_root(comm, [&] { make_folders(o.output); });
  watch_stop_signals();

  Verifying verifying(invocation, o, fit, model.fitted, provenance);
  const auto of_set = verifying.pass("set.h5", "the particles themselves", [] { return std::nullopt; });
  if (!of_set) return stopped_on_request;
  const Eigen::Matrix3Xd atoms = fitted.deformed(mean_amplitudes(*of_set, model.fitted));
  const SetMap map =
      map_of_set(comm, set, {table, match}, atoms, cli::in_folder(o, "map.mrc"), !o.common.quiet);
  spdlog::info("the set's own map holds details to {:.1f} Å", map.resolution);
  const auto twin_of = [&](const SourceMaker& source, std::uint64_t seed) {
    return std::optional(Twin{source, grey_scale_of(comm, fit, source), seed});
  };
  const auto of_map = verifying.pass("map_twin.h5", "a rigid twin of the set's own map", [&] {
    return twin_of([&] { return projections_of(map.slices, set.grid); }, 2 * o.common.seed);
  });
  if (!of_map) return stopped_on_request;
  const auto of_model = verifying.pass("model_twin.h5", "a rigid twin of the model", [&] {
    return twin_of([&] { return projections_of(fitted, set.grid, atoms); }, 2 * o.common.seed + 1);
  });
  if (!of_model) return stopped_on_request;
  table.close();

  VerificationReport report;
  report.atom_count = static_cast<double>(fitted.atom_count());
  report.map_resolution = map.resolution;
  report.decoy_sources = sources;
  report.found = verification_of(fitted.mode_numbers, of_set->particles, of_set->spreads, of_model->spreads,
                                 of_map->spreads);
  conclude(invocation, o, std::move(report), *of_set, *of_map);
  return done;
}

}  // namespace elastem
