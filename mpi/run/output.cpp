#include "mpi/run/output.hpp"

#include <filesystem>
#include <map>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"

namespace elastem {
namespace {

std::map<std::string, InputFingerprint> inputs_by_role(const std::vector<std::string>& fingerprints) {
  std::map<std::string, InputFingerprint> inputs;
  for (const InputFingerprint& input : parse_fingerprints(fingerprints)) inputs[input.role] = input;
  return inputs;
}

// An option with an empty value is one that is not set.
std::map<std::string, std::string> values_by_option(const std::vector<std::string>& options) {
  std::map<std::string, std::string> values;
  for (const auto& line : options) {
    const auto equals = line.find('=');
    if (equals != std::string::npos && equals + 1 < line.size())
      values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return values;
}

// The same content under another path is the same input.
bool name_same_content(const std::string& stored_path, const std::map<std::string, InputFingerprint>& stored,
                       const std::string& path, const std::map<std::string, InputFingerprint>& now) {
  for (const auto& [role, input] : stored) {
    const auto other = now.find(role);
    if (input.path == stored_path && other != now.end() && other->second.path == path &&
        other->second.same_content(input))
      return true;
  }
  return false;
}

std::string quoted(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto at = values.find(name);
  return at == values.end() ? "not set" : "\"" + at->second + "\"";
}

}  // namespace

Error output_exists(const std::string& path, bool resumable) {
  return Error(fmt::format("the output {} exists; --overwrite replaces it{}", path,
                           resumable ? ", --resume continues it" : ""));
}

Output decide_output(const Communicator& comm, const std::string& path, bool resume, bool overwrite) {
  const bool found = from_root(comm, [&] {
    if (is_null_device(path)) return false;
    const bool exists = std::filesystem::exists(path);
    if (exists && std::filesystem::is_directory(path))
      throw Error("the output " + path + " is a folder; name a file");
    if (exists && !resume && !overwrite) throw output_exists(path, true);
    return exists;
  });
  return found && resume ? Output::resume : Output::create;
}

void require_same_run(const Provenance& stored, const Provenance& now, const std::string& path) {
  constexpr std::size_t most_named = 5;
  std::string differences;
  std::size_t found = 0;
  const auto differs = [&](const std::string& text) {
    if (++found <= most_named) differences += (differences.empty() ? "" : "; ") + text;
  };

  const auto old_inputs = inputs_by_role(stored.inputs), new_inputs = inputs_by_role(now.inputs);
  for (const auto& [role, input] : old_inputs) {
    const auto other = new_inputs.find(role);
    if (other == new_inputs.end())
      differs("the input " + role + " (" + input.path + ") is not given now");
    else if (!other->second.same_content(input))
      differs("the input " + role + " (" + other->second.path + ") has changed");
  }
  for (const auto& [role, input] : new_inputs)
    if (!old_inputs.contains(role)) differs("the input " + role + " (" + input.path + ") was not given then");

  auto old_values = values_by_option(stored.options), new_values = values_by_option(now.options);
  auto names = old_values;
  names.insert(new_values.begin(), new_values.end());
  for (const auto& [name, value] : names) {
    const std::string before = quoted(old_values, name), after = quoted(new_values, name);
    if (before != after && !name_same_content(old_values[name], old_inputs, new_values[name], new_inputs))
      differs("--" + name + " was " + before + " and is now " + after);
  }
  if (stored.seed != now.seed && old_values["seed"] == new_values["seed"])
    differs(fmt::format("the seed was {} and is now {}", stored.seed, now.seed));

  if (found > most_named) differences += fmt::format("; and {} more", found - most_named);
  if (found > 0)
    throw Error(
        fmt::format("{} comes from another run and cannot be resumed: {}; repeat the earlier inputs and "
                    "options, or start anew with --overwrite",
                    path, differences));
  if (stored.version != now.version || stored.git_commit != now.git_commit)
    spdlog::warn("resuming a run of elastem {} ({}) by elastem {} ({})", stored.version, stored.git_commit,
                 now.version, now.git_commit);
}

}  // namespace elastem
