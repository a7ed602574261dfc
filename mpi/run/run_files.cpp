#include "mpi/run/run_files.hpp"

#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "mpi/run/output.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;
using cli::NamedPath;
using cli::refuse_option;

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(path, failed));
}

// Whether both are names of one file or folder, or will be.
bool same_file(const fs::path& one, const fs::path& other) {
  std::error_code failed;
  if (fs::equivalent(one, other, failed)) return true;
  const fs::path first = fs::weakly_canonical(fs::absolute(one), failed);
  return first == fs::weakly_canonical(fs::absolute(other), failed);
}

void require_readable_kind(const NamedPath& input) {
  const std::string kind = special_kind(input.path);
  if (!input.file && !input.folder) return;  // no name of a file, or one among other values
  const bool is_folder = kind == "a folder";
  if (kind.empty() || (is_folder && input.folder)) return;
  if (input.file) refuse_option(input.option, input.path + " is " + kind + "; give a regular file");
  refuse_option(input.option, input.path + " is " + kind + "; give a folder");
}

void require_writable_kind(const NamedPath& output) {
  if (output.folder && !output.beside) {
    const std::string kind = is_there(output.path) ? special_kind(output.path) : "a folder";
    if (kind != "a folder")
      refuse_option(output.option,
                    output.path + " is " + (kind.empty() ? "a file" : kind) + "; name a folder");
    return;
  }
  if (is_null_device(output.path)) {
    if (output.written.in_place)
      refuse_option(output.option, output.path + " keeps nothing, but results are read again; name a file");
    return;
  }
  const std::string kind = special_kind(output.path, Links::seen);
  if (kind == "a symbolic link")
    refuse_option(output.option,
                  output.path + " is a symbolic link; name the file itself, or remove the link");
  if (!kind.empty()) refuse_option(output.option, output.path + " is " + kind + "; name a file");
}

// The folder that an output comes into is there or can be made.
void require_folder(const NamedPath& output) {
  if (is_null_device(output.path)) return;
  const fs::path path = fs::absolute(output.path);
  fs::path folder = output.folder ? path : path.parent_path();
  if (!is_there(folder) && !output.written.makes_folders)
    refuse_option(output.option, fmt::format("{}: there is no folder {}; make it first", output.path,
                                             fs::path(output.path).parent_path().string()));
  while (!is_there(folder) && folder.has_relative_path()) folder = folder.parent_path();
  std::error_code failed;
  if (!fs::is_directory(folder, failed))
    refuse_option(output.option, fmt::format("{}: {} is no folder", output.path, folder.string()));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    refuse_option(output.option,
                  fmt::format("{}: the folder {} cannot be written to: {}; choose another place", output.path,
                              folder.string(), std::generic_category().message(errno)));
}

std::string what_is_read(const NamedPath& input) {
  return input.option.empty() ? "is read as well" : "is read as well (--" + input.option + ")";
}

// No output is a file that is read.
void require_apart(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs) {
  for (const NamedPath& output : outputs) {
    if ((output.folder && !output.beside) || !is_there(output.path) || is_null_device(output.path)) continue;
    for (const NamedPath& input : inputs)
      if (is_there(input.path) && same_file(output.path, input.path))
        refuse_option(output.option, fmt::format("{} would be written over, but {}; give another name",
                                                 output.path, what_is_read(input)));
  }
}

void require_distinct(const std::vector<NamedPath>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!outputs[i].folder && !outputs[j].folder && !is_null_device(outputs[i].path) &&
          same_file(outputs[i].path, outputs[j].path))
        refuse_option(outputs[i].option, fmt::format("{} is an output of --{} already; give another name",
                                                     outputs[i].path, outputs[j].option));
}

void check_outputs(const cli::OptionTable& options, const std::vector<NamedPath>& outputs) {
  require_apart(outputs, options.inputs());
  require_distinct(outputs);
  const bool replaced = options.common().overwrite || options.common().resume;
  for (const NamedPath& output : outputs) {
    require_writable_kind(output);
    require_folder(output);
    if (!output.folder && !replaced && is_there(output.path) && !is_null_device(output.path))
      throw output_exists(output.path, options.has("resume"));
  }
}

void check(const cli::OptionTable& options) {
  for (const NamedPath& input : options.inputs()) require_readable_kind(input);
  check_outputs(options, options.outputs());
}

}  // namespace

RunFiles::RunFiles(const Communicator& comm, const cli::OptionTable& options) {
  on_root(comm, [&] {
    check(options);
    if (!options.common().dry_run) reserve(options);
  });
}

void RunFiles::reserve(const cli::OptionTable& options) {
  for (const NamedPath& output : options.outputs()) {
    if (output.beside || is_null_device(output.path)) continue;
    const fs::path path = output.path;
    folders_.emplace_back(output.folder ? path : path.parent_path());
    if (output.folder)
      reserved_.push_back(ReservedOutput::of_folder(path));
    else
      reserved_.emplace_back(path);
  }
}

void check_beside(const Communicator& comm, const cli::OptionTable& options, const std::string& option,
                  const std::vector<std::string>& files) {
  on_root(comm, [&] {
    std::vector<NamedPath> outputs = options.outputs();
    for (const std::string& file : files) outputs.push_back({option, file, false, true, {true, false}, true});
    check_outputs(options, outputs);
  });
}

void require_kept(const Communicator& comm, const cli::OptionTable& options,
                  const std::vector<std::string>& files) {
  on_root(comm, [&] {
    std::vector<NamedPath> inputs;
    for (const std::string& file : files) inputs.push_back({"", file, false, true, {}, false});
    require_apart(options.outputs(), inputs);
  });
}

}  // namespace elastem
