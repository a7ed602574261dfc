#include <cmath>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "alignment/mode_motion.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/new_file.hpp"
#include "core/number_list.hpp"
#include "mpi/alignment/alignment_finish.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/landscape/coordinate_profiles.hpp"
#include "mpi/landscape/page_images.hpp"
#include "mpi/landscape/page_rows.hpp"
#include "mpi/landscape/particle_counts.hpp"
#include "mpi/landscape/state_rows.hpp"
#include "mpi/landscape/table_landscape.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/stored_source.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/landscape_record.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/row_pass.hpp"
#include "options/landscape_options.hpp"
#include "report/landscape_page.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

// Everything but particles.csv and landscape.json; the names of the files. Rank 0.
std::vector<std::string> write_report(const Invocation& invocation, const cli::LandscapeOptions& o,
                                      const ElasticModel& model, Landscape landscape,
                                      const MotionSummary& motion, PageParticles particles) {
  LandscapeReport report;
  report.result_path = o.input;
  report.folder = o.output;
  report.selection = o.selection.text;
  report.modes_path = o.modes_file;
  report.command_line = invocation.command_line;
  report.version = program_version();
  report.date = utc_time();
  report.motion = motion;
  report.mode_numbers = model.mode_numbers;
  report.atom_count = model.atom_count();
  report.landscape = std::move(landscape);
  report.particles = std::move(particles);
  const ModesFile file = read_modes_table(o.modes_file);
  return write_landscape_report(o.output, std::move(report), {file.structure, file.centre, model});
}

// What the particles are, errors taken off.
void describe(const cli::LandscapeOptions& o, const Landscape& landscape, Eigen::Index atoms) {
  if (!landscape.profile) {
    spdlog::info("the result has no error bars: plots are of the values as they are, and no states are told");
    return;
  }
  const double moved = std::sqrt(landscape.components.variances[0] / static_cast<double>(atoms));
  spdlog::info(
      "errors taken off, the first component has a standard deviation of {:.2f} Å RMSD; a particle's "
      "error is {:.2f} Å",
      moved, landscape.profile->error / std::sqrt(static_cast<double>(atoms)));
  if (!landscape.states) {
    spdlog::warn("{} {} too few to tell states", counted(landscape.done, "particle"),
                 verb(landscape.done, "is", "are"));
    return;
  }
  int number = 0;
  for (const State& state : landscape.states->states)
    spdlog::info("state {}: {:.1f}{} % of the particles", ++number, 100 * state.population,
                 o.replicates > 1 ? fmt::format(" ± {:.1f}", 100 * state.population_error) : "");
  std::size_t between = 0;
  for (const StatePath& path : landscape.paths) {
    spdlog::info("{} to {}: a barrier of {:.1f} kT, {:.1f} kT back ({}.pdb)", path.start, path.end,
                 path.barrier, path.barrier_back, path_name(path));
    between += path.chosen == 0 ? 1 : 0;
  }
  if (landscape.drawn_sets > 0 && !number_is_sure(landscape))
    spdlog::warn("the number of states is not sure: {} of {} sets drawn from the particles have {}",
                 landscape.sets_alike, landscape.drawn_sets,
                 counted(landscape.states->states.size(), "state"));
  else if (landscape.drawn_sets > 0)
    spdlog::info("{} in {} of {} sets drawn from the particles",
                 counted(landscape.states->states.size(), "state"), landscape.sets_alike,
                 landscape.drawn_sets);
  if (between + 1 < landscape.states->states.size())
    spdlog::info("no path leads between some states: no particle is seen on the way");
}

// Each rank reads the structure. Throws Error.
std::vector<MotionCoordinate> coordinates_of(const cli::LandscapeOptions& o, const ElasticModel& model) {
  std::vector<MotionCoordinate> coordinates;
  if (o.coordinates.empty()) return coordinates;
  const Structure structure = read_modes_table(o.modes_file).structure;
  for (const std::string& text : o.coordinates) try {
      coordinates.emplace_back(text, structure, model);
    } catch (const Error& error) {
      throw Error(std::string("option --coordinate: ") + error.what());
    }
  return coordinates;
}

// Particles whose images the page shows, and their rows of the result.
struct ShownParticles {
  ParticleSet set;
  RowMatch match;
};

// None where no particle file is given. Collective.
std::optional<ShownParticles> shown_particles(const Invocation& invocation, const cli::LandscapeOptions& o,
                                              const ResultTable& table) {
  if (o.source.path.empty()) return std::nullopt;
  const Communicator& comm = invocation.comm;
  ParticleSet set =
      open_particles(comm, source_as_stored(comm, o.source, invocation.options, {o.input, table}));
  require_kept(comm, invocation.options, set.stacks);
  RowMatch match = match_particles(comm, set.file, equal_share(comm, set.size()), {o.input, table},
                                   o.matching.accept_mismatch);
  return ShownParticles{std::move(set), std::move(match)};
}

// What would otherwise show only after the work. Collective.
void require_enough(const Communicator& comm, const cli::LandscapeOptions& o, const ResultTable& table,
                    const std::optional<RowSelection>& selection) {
  if (!o.coordinates.empty()) require_error_bars(table, "--coordinate");
  if (o.even_views) require_error_bars(table, "--even-views");
  const RowCounts counts =
      count_rows(comm, table, [&](std::int64_t row) { return !selection || selection->holds(row); });
  if (counts.done - (o.with_outliers ? 0 : counts.outliers) >= 2) return;
  throw Error(
      fmt::format("a landscape is of two particles or more, but of those {} that are done and no "
                  "outliers {} has {}",
                  selection ? "selected" : "particles", o.input, counts.done - counts.outliers));
}

// As the alignment's run found it, or of the selected particles alone. Collective.
MotionSummary motion_for(const Communicator& comm, const cli::LandscapeOptions& o, const ResultTable& table,
                         const std::optional<RowSelection>& selection) {
  if (!selection || !table.has_fits()) return selection ? MotionSummary() : load_motion(table);
  return motion_of(comm, table, o.with_outliers ? Outliers::with : Outliers::leave_out,
                   [&](std::int64_t row) { return selection->holds(row); });
}

// The folder, with the files of an earlier landscape that this one does not make taken away. Collective.
void write_folder(const Invocation& invocation, const cli::LandscapeOptions& o, const ResultTable& table,
                  const Landscape& landscape, const std::function<std::vector<std::string>()>& write_rest) {
  const Communicator& comm = invocation.comm;
  std::vector<std::string> earlier, beside;
  for (const StatePath& path : landscape.paths)
    for (const char* ending :
         path.chosen > 0 ? std::vector<const char*>() : std::vector{".pdb", ".cxc", ".pml"})
      beside.push_back((fs::path(o.output) / (path_name(path) + ending)).string());
  check_beside(comm, invocation.options, "output", beside);
  on_root(comm, [&] {
    make_folders(o.output);
    earlier = files_of_landscape(o.output);
    fs::remove(landscape_record_path(o.output));
  });
  write_state_rows(comm, table, landscape, landscape_rows_path(o.output));
  LandscapeRecord record{o.input, table.size(), stacks_of(table.provenance()), "", {}};
  on_root(comm, [&] {
    record.files = write_rest();
    record.files.insert(record.files.end(), {"particles.csv", "landscape.json"});
    for (const std::string& name : earlier)
      if (std::ranges::find(record.files, name) == record.files.end()) fs::remove(fs::path(o.output) / name);
    write_landscape_record(o.output, record);
  });
}

// What is read and named within other words. The landscape of a selection, and structures of coordinates.
std::vector<std::string> files_behind(const cli::LandscapeOptions& o) {
  std::vector<std::string> files;
  for (const InputFile& file : selection_files(o.selection)) files.push_back(file.path);
  const std::string rmsd = "rmsd(";
  for (const std::string& text : o.coordinates)
    if (text.starts_with(rmsd) && text.ends_with(")"))
      files.push_back(text.substr(rmsd.size(), text.size() - rmsd.size() - 1));
  return files;
}

}  // namespace

ExitCode landscape_command(const Invocation& invocation, const cli::LandscapeOptions& o) {
  const Communicator& comm = invocation.comm;
  const std::string page = (fs::path(o.output) / "index.html").string();
  require_kept(comm, invocation.options, files_behind(o));
  ResultTable table = ResultTable::open(comm, o.input, ResultTable::Access::read);
  const ElasticModel model = read_model_of(comm, o.input, table.modes(), o.modes_file);
  require_modes_of(comm, o.input, table.provenance(), o.modes_file, o.matching.accept_mismatch);
  const auto selection = selected_rows(comm, {o.input, table}, o.selection, o.matching.accept_mismatch);
  std::vector<MotionCoordinate> coordinates;
  collectively(comm, [&] { coordinates = coordinates_of(o, model); });
  const std::vector<ChosenEnds> chosen = collectively_get(comm, [&] { return chosen_ends(o.paths, table); });
  require_enough(comm, o, table, selection);
  const std::optional<ShownParticles> shown = shown_particles(invocation, o, table);
  if (o.common.dry_run) {
    spdlog::info("dry run: {} of modes {} would become {}; nothing was written",
                 counted(selection ? selection->selected() : table.size(), "particle"),
                 format_number_list(table.modes()), page);
    table.close();
    return done;
  }
  const LandscapeSettings each_once{.with_outliers = o.with_outliers,
                                    .selection = selection ? &*selection : nullptr};
  const ParticleCounts counts(comm, table, each_once, o.even_views);
  const LandscapeSettings settings{.frames = o.frames,
                                   .seed = o.common.seed,
                                   .with_outliers = o.with_outliers,
                                   .replicates = o.replicates,
                                   .selection = selection ? &*selection : nullptr,
                                   .counts = &counts,
                                   .chosen = chosen};
  Landscape landscape = landscape_of(comm, table, settings);
  landscape.coordinates = coordinate_profiles(comm, table, settings, coordinates);
  const MotionSummary motion = motion_for(comm, o, table, selection);
  PageParticles particles = page_particles(comm, table, landscape, settings, model.atom_count());
  if (shown) particles.images = page_images(comm, shown->set, shown->match, table, model, settings);
  write_folder(invocation, o, table, landscape,
               [&] { return write_report(invocation, o, model, landscape, motion, std::move(particles)); });
  table.close();
  spdlog::info("{}; the first component explains {:.1f} % of the variance",
               counted(landscape.done, "particle"), 100 * landscape.components.share(0));
  if (!motion.modes.empty())
    spdlog::info("{}", motion_sentence(motion, model.mode_numbers, static_cast<double>(model.atom_count())));
  describe(o, landscape, model.atom_count());
  if (landscape.outliers > 0) spdlog::info("{}", cli::outliers_left_out(landscape.outliers));
  spdlog::info("{} in {}", counted(landscape.frames.size(), "model"),
               (fs::path(o.output) / "trajectory.pdb").string());
  return done;
}

}  // namespace elastem
