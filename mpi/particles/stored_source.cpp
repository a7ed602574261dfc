#include "mpi/particles/stored_source.hpp"

#include <filesystem>

#include <spdlog/spdlog.h>

#include "options/particle_source_options.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

// As it is stored, or else beside the result.
std::string found_path(const std::string& stored, const std::string& result) {
  std::error_code failed;
  const fs::path beside = fs::path(result).parent_path() / stored;
  return stored.empty() || fs::exists(stored, failed) || !fs::exists(beside, failed) ? stored
                                                                                     : beside.string();
}

// Words of a command line of a stored option. Values of --passthrough are joined by blanks.
void add_words(const std::string& name, std::string value, std::vector<std::string>& words) {
  const std::string joint = ".cs ";
  for (auto end = value.find(joint); name == "passthrough" && end != std::string::npos;
       end = value.find(joint)) {
    words.insert(words.end(), {"--" + name, value.substr(0, end + joint.size() - 1)});
    value.erase(0, end + joint.size());
  }
  words.insert(words.end(), {"--" + name, value});
}

// Whether the result was made from this particle file, wherever it lies now.
bool is_of(const Provenance& provenance, const std::string& path) {
  const auto stored = provenance.input("particles");
  return stored && parse_fingerprint(input_fingerprint("particles", path)).same_content(*stored);
}

}  // namespace

ParticleSource stored_source(const NamedTable& result) {
  const Provenance provenance = result.table.provenance();
  ParticleSource source;
  cli::OptionTable table("", "");
  cli::add_particle_source(table, source);
  cli::add_inversion(table, source);
  std::vector<std::string> words;
  for (const std::string& option : provenance.options) {
    const auto equals = option.find('=');
    const std::string name = option.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
    if (!table.has(name) || value.empty() || value == "false") continue;
    if (value == "true")
      words.push_back("--" + name);
    else
      add_words(name, value, words);
  }
  table.parse(words);
  if (const auto particles = provenance.input("particles")) source.path = particles->path;
  for (std::string* path : {&source.path, &source.datadir, &source.stack})
    *path = found_path(*path, result.path);
  for (std::string& path : source.passthrough) path = found_path(path, result.path);
  return source;
}

ParticleSource source_as_stored(const Communicator& comm, const ParticleSource& source,
                                const cli::OptionTable& options, const NamedTable& result) {
  ParticleSource stored;
  collectively(comm, [&] { stored = stored_source(result); });
  if (!options.has("invert")) stored.inverted = false;
  if (cli::source_words(stored).empty()) return source;
  ParticleSource taken;  // what the user does not say
  if (!options.given("datadir")) taken.datadir = stored.datadir;
  if (!options.given("stack")) taken.stack = stored.stack;
  if (!options.given("pixel-size")) taken.pixel_size = stored.pixel_size;
  if (!options.given("passthrough")) taken.passthrough = stored.passthrough;
  taken.negative_defocus = stored.negative_defocus && !options.given("negative-defocus");
  taken.inverted = stored.inverted && !options.given("invert");
  const std::string words = cli::source_words(taken);
  if (words.empty()) return source;
  if (!from_root(comm, [&] { return is_of(result.table.provenance(), source.path); })) {
    if (comm.root() && !stored.path.empty())
      spdlog::info("{} was made from {} with{}, which is not taken for {}: give what that needs of it",
                   result.path, stored.path, words, source.path);
    return source;
  }
  spdlog::info("{} is read as when {} was made:{}", source.path, result.path, words);
  ParticleSource together = source;
  if (!taken.datadir.empty()) together.datadir = taken.datadir;
  if (!taken.stack.empty()) together.stack = taken.stack;
  if (taken.pixel_size > 0) together.pixel_size = taken.pixel_size;
  if (!taken.passthrough.empty()) together.passthrough = taken.passthrough;
  together.negative_defocus |= taken.negative_defocus;
  together.inverted |= taken.inverted;
  return together;
}

}  // namespace elastem
