#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/mode_export.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/row_pass.hpp"
#include "mpi/storage/text_rows.hpp"
#include "options/export_options.hpp"
#include "particles/particle_export.hpp"
#include "particles/particle_rows.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ExportOptions;

// The path in a fingerprint "particles PATH CRC BYTES", or "" when there is none.
std::string particles_of(const Provenance& provenance) {
  const std::string role = "particles ";
  for (const auto& input : provenance.inputs) {
    if (!input.starts_with(role)) continue;
    const std::size_t bytes = input.rfind(' '), crc = input.rfind(' ', bytes - 1);
    require(crc != std::string::npos && crc >= role.size(), "an input's fingerprint cannot be read");
    return input.substr(role.size(), crc - role.size());
  }
  return "";
}

// The particle file: the one that was given, or the one of the result's provenance, whose path may be
// relative to the folder the run started in.
std::string find_particles(const ExportOptions& o, const Provenance& provenance) {
  if (!o.source.path.empty()) return o.source.path;
  const std::string stored = particles_of(provenance);
  if (stored.empty()) {
    throw Error(o.input + ": does not say which particle file it belongs to; give it with --particles");
  }
  for (const fs::path& place : {fs::path(stored), fs::path(o.input).parent_path() / stored,
                                fs::path(o.input).parent_path() / fs::path(stored).filename()}) {
    if (fs::exists(place)) return place.string();
  }
  throw Error(o.input + ": was made from " + stored +
              ", which is not there; give its place with --particles");
}

// A result has a row for each particle, or for the first ones when it was made with --limit.
void require_rows_of(const ResultTable& table, const std::string& result, const ParticleFile& file) {
  if (table.size() == file.size()) return;
  const auto options = table.provenance().options;
  const bool limited =
      table.size() < file.size() &&
      std::find(options.begin(), options.end(), "limit=" + std::to_string(table.size())) != options.end();
  if (limited) return;
  throw Error(result + ": has " + std::to_string(table.size()) + " rows, but " + file.path() + " has " +
              std::to_string(file.size()) + " particles: they do not belong together");
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
  for (const auto& text : comm.gathered(mine.serialise())) all += text;
  comm.broadcast(all);
  CollectedOptics together(file);
  collectively(comm, [&] { together.add_serialised(all); });
  return together;
}

// The rows of a block, with results where there is a table.
std::string rows_of(const ExportOptions& o, const ParticleFile& file, const ResultTable* table,
                    const ParticleExporter& exporter, Range block) {
  std::vector<ParticleResult> results;
  if (table != nullptr) results = table->read(block.first, block.count);
  const auto image = static_cast<std::size_t>(image_column(file.labels()));
  std::string text, stack, seen;
  std::int64_t index = block.first;
  file.for_each(block.first, block.count, [&](const ParticleFile::Row& row) {
    if (row.particle.stack != stack) {
      stack = row.particle.stack;
      seen = stack_seen_from(o.output, stack, file.path(), o.source.datadir);
    }
    const std::string& name = row.values[image];
    text +=
        exporter.row(index, row, seen == stack ? name : renamed_image(name, seen),
                     table == nullptr ? nullptr : &results[static_cast<std::size_t>(index - block.first)]);
    ++index;
  });
  return text;
}

// A particle file in the other format, or in the same. Collective.
void convert_particles(const Communicator& comm, const ExportOptions& o) {
  const ParticleFormat format = particle_format(o.output);
  collectively(comm, [&] {
    if (!o.source.path.empty())
      throw Error("option --particles: means nothing for the particle file " + o.input);
    if (fs::exists(o.output) && fs::equivalent(o.output, o.input))
      throw Error("option --output: " + o.output + " is the input; give another name");
  });
  decide_output(comm, o.output, false, o.common.overwrite);
  const ParticleFile file = open_particle_file(comm, o.input, o.source.datadir, o.source.defocus_sign());
  const CollectedOptics optics = collect_optics(comm, file, format);
  if (o.common.dry_run) {
    spdlog::info("dry run: {} rows of {} would go to {}", file.size(), o.input, o.output);
    return;
  }
  const ParticleExporter exporter(file, format, optics);
  write_text_rows(comm, o.output, collectively_get(comm, [&] { return exporter.head(); }), file.size(),
                  [&](Range block) { return rows_of(o, file, nullptr, exporter, block); });
  spdlog::info("{}: {} particles of {}", o.output, file.size(), o.input);
}

// Results beside what the particle file says. Collective.
void export_results(const Communicator& comm, const ExportOptions& o) {
  const ParticleFormat format = particle_format(o.output);
  decide_output(comm, o.output, false, o.common.overwrite);
  ResultTable table = ResultTable::open(comm, o.input, ResultTable::Access::read);
  std::string path;
  collectively(comm, [&] {
    if (comm.root()) path = find_particles(o, table.provenance());
  });
  comm.broadcast(path);
  const ParticleFile file = open_particle_file(comm, path, o.source.datadir, o.source.defocus_sign());
  collectively(comm, [&] { require_rows_of(table, o.input, file); });
  const ParticleExporter exporter(file, format, collect_optics(comm, file, format),
                                  ResultColumns{table.modes(), false});
  const std::int64_t done = count_rows(comm, table).done;
  const std::string left_out = format == ParticleFormat::relion ? "left out" : "marked with _enabled -1";
  if (done < table.size())
    spdlog::warn("{} particles have no result and are {}", table.size() - done, left_out);
  if (o.common.dry_run) {
    spdlog::info("dry run: {} rows of {} would go to {}", done, path, o.output);
    return;
  }
  write_text_rows(comm, o.output, collectively_get(comm, [&] { return exporter.head(); }), table.size(),
                  [&](Range block) { return rows_of(o, file, &table, exporter, block); });
  table.close();
  spdlog::info("{}: {} particles with their results", o.output, done);
}

}  // namespace

ExitCode export_command(const Invocation& invocation, const cli::ExportOptions& o) {
  const Communicator& comm = invocation.comm;
  const std::string extension = fs::path(o.input).extension().string();
  if (extension == ".star" || extension == ".xmd")
    convert_particles(comm, o);
  else if (holds_modes(comm, o.input))
    export_modes(comm, o);
  else
    export_results(comm, o);
  return done;
}

}  // namespace elastem
