#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/inspect/file_kind.hpp"
#include "mpi/modes/mode_export.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/particles/stored_source.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/text_rows.hpp"
#include "options/export_options.hpp"
#include "particles/particle_export.hpp"
#include "particles/particle_rows.hpp"
#include "particles/result_csv.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ExportOptions;

constexpr std::int64_t block_rows = 4096;

// The particle file: the one that was given, or the one of the result's provenance, whose path may be
// relative to the folder the run started in.
std::string find_particles(const ExportOptions& o, const Provenance& provenance) {
  if (!o.source.path.empty()) return o.source.path;
  const auto known = provenance.input("particles");
  if (!known)
    throw Error(o.input + ": does not say which particle file it belongs to; give it with --particles");
  const std::string& stored = known->path;
  for (const fs::path& place : {fs::path(stored), fs::path(o.input).parent_path() / stored,
                                fs::path(o.input).parent_path() / fs::path(stored).filename()}) {
    if (fs::exists(place)) return place.string();
  }
  throw Error(o.input + ": was made from " + stored +
              ", which is not there; give its place with --particles");
}

ParticleSource source_at(const ExportOptions& o, const std::string& path) {
  ParticleSource source = o.source;
  source.path = path;
  return source;
}

// The optics of particles whose file has no optics table, as a RELION file needs them; the same on every
// rank. Collective.
CollectedOptics collect_optics(const Communicator& comm, const ParticleFile& file, ParticleFormat format) {
  CollectedOptics mine(file);
  if (format != ParticleFormat::relion || !file.optics().labels.empty()) return mine;
  collectively(comm, [&] {
    const Range share = equal_share(comm, file.size());
    file.for_each(share.first, share.count, [&](const ParticleFile::Row& row) { mine.add(row); });
  });
  std::string all;
  for (const auto& text : comm.all_gathered(mine.serialise())) all += text;
  CollectedOptics together(file);
  collectively(comm, [&] { together.add_serialised(all); });
  return together;
}

// The stack of an image's name, as it stands there.
std::string_view stack_text(std::string_view name) {
  name.remove_prefix(name.find('@') == std::string_view::npos ? 0 : name.find('@') + 1);
  name.remove_suffix(format_suffix(name).size());
  return name;
}

// Whether a row of the particle file is selected.
using Wanted = std::function<bool(std::int64_t row)>;

// The wanted rows of a block, with results where there are some.
std::string rows_of(const ExportOptions& o, const ParticleFile& file, const ParticleExporter& exporter,
                    Range block, const Wanted& wanted, const std::vector<ParticleResult>* results = nullptr) {
  const auto image = static_cast<std::size_t>(image_column(file.labels()));
  std::string text, stack, seen;
  std::int64_t index = block.first;
  file.for_each(block.first, block.count, [&](const ParticleFile::Row& row) {
    if (!wanted(index)) {
      ++index;
      return;
    }
    if (row.particle.stack != stack) {
      stack = row.particle.stack;
      seen = stack_seen_from(o.output, stack, file.path(), o.source.datadir);
    }
    const std::string& name = row.values[image];
    const bool same = stack_text(name) == seen;
    text += exporter.row(
        index, row, same ? name : renamed_image(name, seen),
        results == nullptr ? nullptr : &(*results)[static_cast<std::size_t>(index - block.first)]);
    ++index;
  });
  return text;
}

// Collective.
std::int64_t count_disabled(const Communicator& comm, const ParticleFile& file, const Wanted& wanted) {
  std::int64_t disabled = 0;
  collectively(comm, [&] {
    const Range share = equal_share(comm, file.size());
    std::int64_t index = share.first;
    file.for_each(share.first, share.count, [&](const ParticleFile::Row& row) {
      disabled += wanted(index++) && !row.particle.enabled ? 1 : 0;
    });
  });
  return comm.sum(disabled);
}

// A particle file in the other format, or in the same. Collective.
void convert_particles(const Communicator& comm, const ExportOptions& o) {
  const ParticleFormat format = particle_format(o.output);
  collectively(comm, [&] {
    if (!o.source.path.empty())
      throw Error("option --particles: means nothing for the particle file " + o.input);
  });
  const ParticleFile file = open_particle_file(comm, source_at(o, o.input));
  const CollectedOptics optics = collect_optics(comm, file, format);
  const auto selection = selected_rows(comm, file, o.selection);
  const Wanted wanted = [&](std::int64_t row) { return !selection || selection->holds(row); };
  const std::int64_t count = selection ? selection->selected() : file.size();
  if (o.common.dry_run) {
    spdlog::info("dry run: {} of {} would go to {}", counted(count, "row"), o.input, o.output);
    return;
  }
  const ParticleExporter exporter(file, format, optics);
  write_text_rows(comm, o.output, collectively_get(comm, [&] { return exporter.head(); }), file.size(),
                  [&](Range block) { return rows_of(o, file, exporter, block, wanted); });
  const std::int64_t disabled = format == ParticleFormat::relion ? count_disabled(comm, file, wanted) : 0;
  if (disabled > 0)
    spdlog::warn(
        "{} of {} {} disabled (_enabled -1): {} keeps such rows with that label, but RELION does not know it "
        "and will use them",
        counted(disabled, "particle"), o.input, verb(disabled, "is", "are"), o.output);
  spdlog::info("{}: {} of {}", o.output, counted(count - disabled, "particle"), o.input);
}

// A result and the particle file it is of.
struct Results {
  ResultTable table;
  ParticleFile file;
  RowMatch match;
  ResultColumns columns;
  bool selected = false;  // only the particles of the match, not those without a result

  bool wanted(std::int64_t row) const { return !selected || match.of({row, 1}).front() != RowMatch::none; }
  // How many of this rank's rows are wanted.
  std::int64_t count() const {
    return selected ? match.rows.count - std::ranges::count(match.others, RowMatch::none) : match.rows.count;
  }
  std::vector<ParticleResult> of(Range block) const {
    return matched_rows(table, match.of(block), ResultTable::Details::brief);
  }
};

Results open_results(const Invocation& invocation, ExportOptions& o) {
  const Communicator& comm = invocation.comm;
  ResultTable table = ResultTable::open(comm, o.input, ResultTable::Access::read);
  const std::string path = from_root(comm, [&] { return find_particles(o, table.provenance()); });
  o.source = source_as_stored(comm, source_at(o, path), invocation.options, {o.input, table});
  ParticleFile file = open_particle_file(comm, o.source);
  RowMatch match = match_particles(comm, file, equal_share(comm, file.size()), {o.input, table},
                                   o.matching.accept_mismatch);
  const auto selection = selected_rows(comm, {o.input, table}, o.selection, o.matching.accept_mismatch);
  keep_selected(comm, selection, match);
  if (selection && match.matched == 0)
    cli::refuse_option("selection", fmt::format("none of the selected particles is in {}", path));
  ResultColumns columns{table.modes(), table.has_fits()};
  return {std::move(table), std::move(file), std::move(match), std::move(columns), selection.has_value()};
}

// How many of this rank's particles have a result. Not collective.
std::int64_t count_done(const Results& results) {
  std::int64_t done = 0;
  const Range share = results.match.rows;
  for (std::int64_t first = share.first; first < share.first + share.count; first += block_rows)
    for (const auto& row : results.of({first, std::min(block_rows, share.first + share.count - first)}))
      done += row.state == ParticleState::done;
  return done;
}

// A line per particle for programs that read tables. Collective.
void write_csv(const Communicator& comm, const ExportOptions& o, const Results& results) {
  write_text_rows(comm, o.output, result_csv_head(results.columns), results.file.size(), [&](Range block) {
    const auto rows = results.of(block);
    const auto particles = results.file.read(block.first, block.count);
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (results.wanted(block.first + static_cast<std::int64_t>(i)))
        text += result_csv_row(results.columns, particles[i], rows[i]);
    return text;
  });
}

// Results beside what the particle file says, for RELION or Xmipp. Collective.
void write_particle_file(const Communicator& comm, const ExportOptions& o, const Results& results,
                         ParticleFormat format) {
  const ParticleExporter exporter(results.file, format, collect_optics(comm, results.file, format),
                                  results.columns);
  write_text_rows(comm, o.output, collectively_get(comm, [&] { return exporter.head(); }),
                  results.file.size(), [&](Range block) {
                    const auto rows = results.of(block);
                    return rows_of(
                        o, results.file, exporter, block,
                        [&](std::int64_t row) { return results.wanted(row); }, &rows);
                  });
}

void export_results(const Invocation& invocation, ExportOptions& o) {
  const Communicator& comm = invocation.comm;
  const bool csv = fs::path(o.output).extension() == ".csv";
  const ParticleFormat format = csv ? ParticleFormat::relion : particle_format(o.output);
  Results results = open_results(invocation, o);
  require_kept(comm, invocation.options, {results.file.path()});
  const std::int64_t done = comm.sum(collectively_get(comm, [&] { return count_done(results); }));
  if (const std::int64_t count = comm.sum(results.count()); done < count)
    spdlog::warn("{} {} no result: {}", counted(count - done, "particle"), verb(count - done, "has", "have"),
                 csv                                ? "empty in the table"
                 : format == ParticleFormat::relion ? "left out"
                                                    : "marked with _enabled -1");
  if (o.common.dry_run) {
    spdlog::info("dry run: {} of {} would go to {}", counted(done, "row"), results.file.path(), o.output);
    return;
  }
  if (csv)
    write_csv(comm, o, results);
  else
    write_particle_file(comm, o, results, format);
  results.table.close();
  spdlog::info("{}: {} with results", o.output, counted(done, "particle"));
}

}  // namespace

ExitCode export_command(const Invocation& invocation, cli::ExportOptions& o) {
  const Communicator& comm = invocation.comm;
  switch (from_root(comm, [&] { return file_kind(o.input); })) {
    case FileKind::particles:
    case FileKind::images:
      convert_particles(comm, o);
      break;
    case FileKind::modes:
      invocation.options.refuse({"selection", "landscape"},
                                "is of particles, but " + o.input + " holds modes");
      export_modes(invocation, o);
      break;
    case FileKind::results:
      export_results(invocation, o);
      break;
    default:
      throw Error("option --input: " + o.input + " is no result, no particles and no modes");
  }
  return done;
}

}  // namespace elastem
