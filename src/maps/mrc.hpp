#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maps/mrc_header.hpp"

namespace elastem {

/// Reads slices of a stack or map; never more than asked for. Any rank. By pread rather than MPI-IO: ranks
/// read single slices independently, where MPI_File_read_at is slower (0.8 of the rate, 0.5 on two ranks;
/// tests/bench/stack_write) and would make opening a stack collective.
class MrcReader {
 public:
  /// Throws Error: missing, not MRC, unknown mode, shorter than its header says.
  explicit MrcReader(const std::string& path);
  MrcReader(MrcReader&&) noexcept;
  ~MrcReader();

  const MrcHeader& header() const { return header_; }
  /// Sections first … first+count−1 as float32 into count·rows·columns values. Throws Error when out of
  /// range.
  void read(std::int64_t first, std::int64_t count, std::span<float> pixels) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  MrcHeader header_;
};

/// Makes a file of mode 2 (float32) or 12 (float16) with its header and its full length on the disk, so that
/// a full disk is found here and not after hours; the pixels are 0. Throws Error; then there is no file.
void create_mrc(const std::string& path, const MrcHeader& header);

/// Appends pixels to `bytes` as they stand in a file of mode 2 or 12. Throws Error for a value that float16
/// cannot hold: beyond ±65504 there is only infinity.
void encode_pixels(std::span<const float> pixels, int mode, std::vector<char>& bytes);

}  // namespace elastem
