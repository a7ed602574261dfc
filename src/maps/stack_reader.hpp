#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "maps/mrc_header.hpp"

namespace elastem {

/// Reads slices of a stack or map, MRC or SPIDER, told apart by their headers; never more than asked for. Of
/// a gzipped file all is decompressed when the first slice is asked for, into a temporary file without a
/// name. Any rank. By pread rather than MPI-IO: ranks read single slices independently, where
/// MPI_File_read_at is slower (0.8 of the rate, 0.5 on two ranks; tests/bench/stack_write) and would make
/// opening a stack collective.
class StackReader {
 public:
  /// Throws Error: missing, no regular file, neither MRC nor SPIDER, unknown mode, shorter than its header
  /// says.
  explicit StackReader(const std::string& path);
  StackReader(StackReader&&) noexcept;
  ~StackReader();

  const MrcHeader& header() const { return header_; }
  bool gzipped() const { return gzipped_; }
  /// Sections first … first+count−1 as float32 into count·rows·columns values. Throws Error when out of
  /// range.
  void read(std::int64_t first, std::int64_t count, std::span<float> pixels) const;

 private:
  void read_header();
  void decompress() const;
  void read_run(std::int64_t first, std::int64_t count, std::span<float> pixels) const;

  std::string path_;
  mutable int descriptor_ = -1;
  bool gzipped_ = false;
  mutable bool decompressed_ = false;
  MrcHeader header_;
};

}  // namespace elastem
