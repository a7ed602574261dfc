#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "maps/mrc_header.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Writes the sections of one MRC stack or map from many ranks at once: an MPI file, each rank's sections
/// independent of the others' at their own places, consecutive ones in pieces of about 1 MiB. No hints: ompio
/// and romio write equally fast (tests/bench/stack_write).
class StackWriter {
 public:
  /// A new file with its header and full length (create_mrc, by rank 0), open on all ranks. Collective.
  /// Throws Error when it cannot be made or the disk is full.
  static StackWriter create(const Communicator& comm, const std::string& path, const MrcHeader& header);
  /// What `create` made. Collective. Throws Error when it is missing, shorter than its header says, or of
  /// another mode or byte order than `create` writes.
  static StackWriter open(const Communicator& comm, const std::string& path);

  /// Closes what is not closed, or abandons it when an exception unwinds: closing is collective.
  ~StackWriter();

  /// The pixels of one section. They are in the file after `flush`, or earlier. Any rank, independent. Throws
  /// Error when the disk is full, or the pixels do not fit into float16.
  void append(std::int64_t section, std::span<const float> pixels);
  /// Everything that was appended is in the file: a `kill -9` loses none of it. Any rank, independent.
  void flush();
  /// Flushes and closes. Collective.
  void close();

 private:
  struct Impl;
  explicit StackWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace elastem
