#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

#include <spdlog/spdlog.h>

#include "cli/export_options.hpp"
#include "core/error.hpp"
#include "io/particle_export.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/mode_export.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/text_rows.hpp"

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
  if (!o.particles.empty()) return o.particles;
  const std::string stored = particles_of(provenance);
  if (stored.empty()) {
    throw Error(o.result + ": does not say which particle file it belongs to; give it with --particles");
  }
  for (const fs::path& place : {fs::path(stored), fs::path(o.result).parent_path() / stored,
                                fs::path(o.result).parent_path() / fs::path(stored).filename()}) {
    if (fs::exists(place)) return place.string();
  }
  throw Error(o.result + ": was made from " + stored +
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

// The different optics among the particles of a file without an optics table.
std::vector<OpticsGroup> optics_groups(const ParticleFile& file) {
  std::vector<OpticsGroup> groups;
  constexpr std::int64_t block = 4096;
  for (std::int64_t first = 0; first < file.size(); first += block) {
    for (const auto& particle : file.read(first, std::min(block, file.size() - first))) {
      const OpticsGroup group = optics_group(particle);
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
  }
  return groups;
}

// The same on every rank; rank 0 reads the file. Collective.
std::vector<OpticsGroup> shared_optics_groups(const Communicator& comm, const ParticleFile& file,
                                              ParticleFormat format) {
  std::vector<OpticsGroup> groups;
  if (format != ParticleFormat::relion || !file.optics().labels.empty()) return groups;
  collectively(comm, [&] {
    if (comm.root()) groups = optics_groups(file);
  });
  std::size_t count = groups.size();
  comm.broadcast(std::span<std::size_t>(&count, 1));
  groups.resize(count);
  comm.broadcast(std::span<OpticsGroup>(groups));
  return groups;
}

std::string rows_of(const ExportOptions& o, const ParticleFile& file, const ResultTable& table,
                    const ParticleExporter& exporter, Range block) {
  const auto results = table.read(block.first, block.count);
  const auto particles = file.read(block.first, block.count);
  const auto values = file.read_text(block.first, block.count);
  std::string text, stack, seen;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (particles[i].stack != stack) {
      stack = particles[i].stack;
      seen = stack_seen_from(o.output, stack, file.path(), o.datadir);
    }
    const std::int64_t index = block.first + static_cast<std::int64_t>(i);
    text += exporter.row(index, values[i], particles[i], results[i], image_name(particles[i].slice, seen));
  }
  return text;
}

}  // namespace

int export_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_export_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const ExportOptions& o = *options;
  if (holds_modes(comm, o.result)) {
    export_modes(comm, o);
    return 0;
  }
  const ParticleFormat format = particle_format(o.output);
  decide_output(comm, o.output, false, o.common.overwrite);
  ResultTable table = ResultTable::open(comm, o.result, ResultTable::Access::read);

  std::string path, index;
  collectively(comm, [&] {
    if (!comm.root()) return;
    path = find_particles(o, table.provenance());
    index = ParticleFile::scan(path).serialise();
  });
  comm.broadcast(path);
  comm.broadcast(index);
  std::unique_ptr<ParticleFile> file;
  collectively(comm, [&] {
    file = std::make_unique<ParticleFile>(path, ParticleIndex::deserialise(index), o.datadir);
    require_rows_of(table, o.result, *file);
  });
  const auto groups = shared_optics_groups(comm, *file, format);
  const ParticleExporter exporter(*file, format, table.modes(), groups);
  const std::int64_t done = collectively_get(comm, [&] {
    const auto states = table.states();
    return std::int64_t{std::count(states.begin(), states.end(), ParticleState::done)};
  });
  const std::string left_out = format == ParticleFormat::relion ? "left out" : "marked with _enabled -1";
  if (done < table.size())
    spdlog::warn("{} particles have no result and are {}", table.size() - done, left_out);
  if (o.common.dry_run) {
    spdlog::info("dry run: {} rows of {} would go to {}", done, path, o.output);
    return 0;
  }
  write_text_rows(comm, o.output, exporter.head(), table.size(),
                  [&](Range block) { return rows_of(o, *file, table, exporter, block); });
  table.close();
  spdlog::info("{}: {} particles with their results", o.output, done);
  return 0;
}

}  // namespace elastem
