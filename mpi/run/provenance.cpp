#include "mpi/run/provenance.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <fstream>
#include <map>
#include <unistd.h>
#include <vector>

#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"

namespace elastem {
namespace {

constexpr const char* content_suffix = "_content";  // of the role of what counts in a file
constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t wholly_read = 64 * mebibyte;  // larger files: their size, first and last MiB

std::uint32_t checksum(std::ifstream& file, std::uint64_t from, std::uint64_t count, std::uint32_t crc) {
  std::vector<char> block(mebibyte);
  file.seekg(static_cast<std::streamoff>(from));
  while (count > 0) {
    const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(count, block.size()));
    if (!file.read(block.data(), wanted)) throw Error("reading failed");
    crc = static_cast<std::uint32_t>(
        crc32(crc, reinterpret_cast<const Bytef*>(block.data()), static_cast<uInt>(wanted)));
    count -= static_cast<std::uint64_t>(wanted);
  }
  return crc;
}

std::string fingerprint_line(const std::string& role, const std::string& path, std::uint32_t crc,
                             std::uint64_t size) {
  return fmt::format("{} {} {:08x} {}", role, path, crc, size);
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

std::string utc_time() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

InputFingerprint parse_fingerprint(const std::string& line) {
  const auto role_end = line.find(' '), bytes_at = line.rfind(' ');
  const auto crc_at =
      bytes_at == std::string::npos || bytes_at == 0 ? bytes_at : line.rfind(' ', bytes_at - 1);
  const Error odd("the input \"" + line + "\" of the provenance is not \"role path crc32 bytes\"");
  if (role_end == std::string::npos || crc_at == std::string::npos || role_end > crc_at) throw odd;
  InputFingerprint input{line.substr(0, role_end), "", line.substr(crc_at + 1, bytes_at - crc_at - 1), 0, ""};
  if (crc_at > role_end) input.path = line.substr(role_end + 1, crc_at - role_end - 1);
  const auto [end, fault] =
      std::from_chars(line.data() + bytes_at + 1, line.data() + line.size(), input.bytes);
  if (fault != std::errc() || end != line.data() + line.size()) throw odd;
  return input;
}

std::vector<InputFingerprint> parse_fingerprints(const std::vector<std::string>& lines) {
  std::vector<InputFingerprint> inputs;
  for (const auto& line : lines) {
    InputFingerprint input = parse_fingerprint(line);
    const auto file = std::find_if(inputs.begin(), inputs.end(), [&](const InputFingerprint& other) {
      return input.role == other.role + content_suffix;
    });
    if (file == inputs.end())
      inputs.push_back(std::move(input));
    else
      file->content = fmt::format("{} {}", input.crc, input.bytes);
  }
  return inputs;
}

std::string content_line(const InputFingerprint& input) {
  return fmt::format("{}{} {} {}", input.role, content_suffix, input.path, input.content);
}

std::optional<std::string> Provenance::option(const std::string& name) const {
  for (const std::string& line : options)
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  return std::nullopt;
}

double stored_resolution(const Provenance& provenance) {
  const auto stored = provenance.option("max-resolution");
  return stored ? std::stod(*stored) : 0;
}

std::optional<InputFingerprint> Provenance::input(const std::string& role) const {
  for (InputFingerprint& input : parse_fingerprints(inputs))
    if (input.role == role) return std::move(input);
  return std::nullopt;
}

std::string input_fingerprint(const std::string& role, const std::string& path) {
  require_regular_file(path);
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw Error("cannot read " + path + " (" + role + "); check the path and its permissions");
  const auto end = file.tellg();
  if (end < 0) throw Error("cannot read " + path + " (" + role + "): it is not an ordinary file");
  const auto size = static_cast<std::uint64_t>(end);
  std::uint32_t crc = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
  try {
    if (size <= wholly_read) {
      crc = checksum(file, 0, size, crc);
    } else {
      crc = static_cast<std::uint32_t>(crc32(crc, reinterpret_cast<const Bytef*>(&size), sizeof size));
      crc = checksum(file, 0, mebibyte, crc);
      crc = checksum(file, size - mebibyte, mebibyte, crc);
    }
  } catch (const Error&) {
    throw Error("cannot read all of " + path + " (" + role + "); is it a folder, or still being written?");
  }
  return fingerprint_line(role, path, crc, size);
}

std::string images_fingerprint(const std::string& stack) {
  const InputFingerprint input = parse_fingerprint(input_fingerprint("stack", stack));
  return fmt::format("stack {} {}", input.crc, input.bytes);
}

void add_inputs(const Communicator& comm, const std::vector<InputFile>& files, Provenance& provenance) {
  const auto fingerprints = from_root(comm, [&] {
    std::vector<std::string> lines;
    for (const InputFile& file : files) lines.push_back(input_fingerprint(file.role, file.path));
    return lines;
  });
  provenance.inputs.insert(provenance.inputs.end(), fingerprints.begin(), fingerprints.end());
}

SampledChecksum sampled_checksum(const std::string& path) {
  constexpr std::uint64_t piece = 64 << 10;
  require_regular_file(path);
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto end = file ? static_cast<std::int64_t>(file.tellg()) : -1;
  if (end < 0) throw Error("cannot read " + path + "; check the path and its permissions");
  const auto size = static_cast<std::uint64_t>(end);
  std::uint32_t crc = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
  try {
    if (size <= 4 * piece) return {checksum(file, 0, size, crc), end};
    for (const std::uint64_t from : {std::uint64_t{0}, size / 2, size - piece})
      crc = checksum(file, from, piece, crc);
  } catch (const Error&) {
    throw Error("cannot read all of " + path + "; is it still being written?");
  }
  return {crc, end};
}

std::string combined_fingerprint(const std::string& role, const std::string& name,
                                 const std::vector<std::int64_t>& sums) {
  const auto bytes = static_cast<uInt>(sums.size() * sizeof(std::int64_t));
  const auto crc = static_cast<std::uint32_t>(
      crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(sums.data()), bytes));
  std::int64_t total = 0;
  for (std::size_t i = 1; i < sums.size(); i += 2) total += sums[i];
  return fingerprint_line(role, name, crc, static_cast<std::uint64_t>(total));
}

Provenance make_provenance(const Communicator& comm, const std::string& command_line,
                           const std::vector<std::string>& options, std::uint64_t seed) {
  Provenance provenance;
  provenance.command_line = command_line;
  provenance.options = options;
  provenance.version = program_version();
  provenance.git_commit = program_commit();
  provenance.host = from_root(comm, host_name);
  provenance.start = from_root(comm, utc_time);
  provenance.seed = seed;
  provenance.ranks = comm.size();
  provenance.libraries = library_versions();
  return provenance;
}

}  // namespace elastem
