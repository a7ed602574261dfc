#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// An input in provenance: its line "role path crc32 bytes" in parts.
struct InputFingerprint {
  std::string role, path, crc;
  std::uint64_t bytes = 0;
  std::string content;  ///< "crc32 bytes" of what counts in the file, where its kind says what that is

  /// By what counts where both know it: a file that was made again has another time of making in it.
  bool same_content(const InputFingerprint& other) const {
    if (!content.empty() && !other.content.empty()) return content == other.content;
    return crc == other.crc && bytes == other.bytes;
  }
};
/// Takes a line apart; the path may hold blanks. Throws Error for another line.
InputFingerprint parse_fingerprint(const std::string& line);
/// The inputs of provenance, each with the `content` that its line "ROLE_content path crc32 bytes" gives.
std::vector<InputFingerprint> parse_fingerprints(const std::vector<std::string>& lines);
/// That line.
std::string content_line(const InputFingerprint& input);

/// Where a result came from; written to /provenance of every HDF5 file.
struct Provenance {
  std::string command_line;
  std::vector<std::string> options;  ///< effective name=value of every option that shapes the result
  std::vector<std::string> inputs;   ///< "role path crc32 bytes", see input_fingerprint
  std::string version, git_commit, host, start, end;
  std::string images;  ///< "stack crc32 bytes" of the images that the run made, once they are complete
  std::string stages;  ///< where the time went; empty where the command does not say
  std::uint64_t seed = 0;
  int ranks = 1;
  std::vector<std::string> libraries;  ///< "name version"

  /// The input of a role, such as "modes"; none where there is no such input.
  std::optional<InputFingerprint> input(const std::string& role) const;
  /// The value of an option, as the options line has it; none where it is not stored.
  std::optional<std::string> option(const std::string& name) const;
};

/// The finest detail that a result's images were compared at (--max-resolution), Å; 0: all.
double stored_resolution(const Provenance& provenance);

/// Provenance of this run with everything filled in but `inputs` and `end`. Collective.
Provenance make_provenance(const Communicator& comm, const std::string& command_line,
                           const std::vector<std::string>& options, std::uint64_t seed);

/// "role path crc32 bytes" of an input file, e.g. "modes modes.h5 1a2b3c4d 81920". Of files above 64 MiB the
/// checksum covers size, the first and the last MiB. Not collective: call on rank 0 and broadcast.
std::string input_fingerprint(const std::string& role, const std::string& path);

/// The same of the images that a run made, as Provenance::images has it.
std::string images_fingerprint(const std::string& stack);

/// A file that shapes a result, and what it is for.
struct InputFile {
  std::string role, path;
};
/// Adds the fingerprints of files, read by rank 0, to a provenance's inputs. Collective. Throws Error.
void add_inputs(const Communicator& comm, const std::vector<InputFile>& files, Provenance& provenance);

/// Size and checksum of a file without reading all of a large one: of its first, middle and last 64 KiB, or
/// of all of it below 256 KiB. Throws Error. Any rank.
struct SampledChecksum {
  std::uint32_t crc = 0;
  std::int64_t bytes = 0;
};
SampledChecksum sampled_checksum(const std::string& path);
/// The same line as of input_fingerprint for many files together: `sums` holds the checksum and the size of
/// each in turn. The line's size is that of all.
std::string combined_fingerprint(const std::string& role, const std::string& name,
                                 const std::vector<std::int64_t>& sums);

/// The program's version, e.g. "0.1.0", and the git commit it was built from ("unknown" without one).
std::string program_version();
std::string program_commit();

/// "name version" of each library the program runs on, with the BLAS and LAPACK loaded at run time.
std::vector<std::string> library_versions();

/// Now, in UTC, e.g. "2026-03-01T12:00:00Z".
std::string utc_time();

}  // namespace elastem
