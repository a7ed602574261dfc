#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

// Fixed, so that they can be written in place.
constexpr std::size_t time_length = 32, stages_length = 512, images_length = 64;

void write_text(hid_t group, const char* name, const std::string& text, const char* description,
                std::size_t length = 1) {
  hdf5::write_strings(group, name, {text}, {"none", description}, length);
}

std::string read_text(hid_t group, const char* name) {
  const auto texts = hdf5::read_strings(group, name);
  return texts.empty() ? "" : texts.front();
}

}  // namespace

void write_provenance(hid_t file, const Provenance& provenance) {
  const auto group = hdf5::make_group(file, "provenance");
  write_text(group, "command_line", provenance.command_line, "as typed");
  write_text(group, "version", provenance.version, "version of elastem");
  write_text(group, "git_commit", provenance.git_commit, "commit it was built from");
  write_text(group, "host", provenance.host, "machine of rank 0");
  write_text(group, "start", provenance.start, "when the run that made the file started, UTC", time_length);
  write_text(group, "end", provenance.end, "when the file was completed, UTC; empty before", time_length);
  write_text(group, "stages", provenance.stages, "where the time of rank 0 went; empty before the end",
             stages_length);
  write_text(
      group, "images", provenance.images,
      "CRC-32 and bytes of the stack that the run made, once it is complete; empty where it makes none",
      images_length);
  hdf5::write_value<std::uint64_t>(group, "seed", provenance.seed, {"none", "seed of all random numbers"});
  hdf5::write_value<int>(group, "ranks", provenance.ranks, {"none", "MPI ranks"});
  hdf5::write_strings(group, "options", provenance.options,
                      {"none", "name=value of every option that shapes the result"});
  hdf5::write_strings(group, "inputs", provenance.inputs,
                      {"none", "role, path, CRC-32 and bytes of every input"});
  hdf5::write_strings(group, "libraries", provenance.libraries,
                      {"none", "name and version of every library"});
}

Provenance read_provenance(hid_t file) {
  const hdf5::Handle group = hdf5::open_group(file, "provenance");
  Provenance provenance;
  provenance.command_line = read_text(group, "command_line");
  provenance.version = read_text(group, "version");
  provenance.git_commit = read_text(group, "git_commit");
  provenance.host = read_text(group, "host");
  provenance.start = read_text(group, "start");
  provenance.end = read_text(group, "end");
  if (hdf5::exists(group, "stages")) provenance.stages = read_text(group, "stages");
  if (hdf5::exists(group, "images")) provenance.images = read_text(group, "images");
  provenance.seed = hdf5::read_value<std::uint64_t>(group, "seed");
  provenance.ranks = hdf5::read_value<int>(group, "ranks");
  provenance.options = hdf5::read_strings(group, "options");
  provenance.inputs = hdf5::read_strings(group, "inputs");
  provenance.libraries = hdf5::read_strings(group, "libraries");
  parse_fingerprints(provenance.inputs);  // Error where they are none
  return provenance;
}

void write_end(hid_t file, const std::string& stages) {
  hdf5::replace_string(file, "provenance/end", utc_time());
  if (hdf5::exists(file, "provenance/stages")) hdf5::replace_string(file, "provenance/stages", stages);
}

void write_images(hid_t file, const std::string& images) {
  if (hdf5::exists(file, "provenance/images")) hdf5::replace_string(file, "provenance/images", images);
}

}  // namespace elastem
