#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "imaging/image.hpp"

namespace elastem {

/// What matters of an MRC2014 header.
struct MrcHeader {
  std::int64_t columns = 0, rows = 0, sections = 0;
  int mode = 2;           ///< 0 int8, 1 int16, 2 float32, 6 uint16, 12 float16
  double pixel_size = 1;  ///< Å
  bool swapped = false;   ///< the other byte order
  bool volume = false;    ///< ISPG 1: a map, not a stack
  std::int64_t data_offset = 1024;

  // Where a map lies in space: read, not written.
  std::int64_t thickness = 0;           ///< MZ, sampling intervals along z: 1 says a stack of images
  std::array<double, 3> voxel_size{};   ///< Å along x, y and z, 0 where it is not known
  std::array<double, 3> cell_angles{};  ///< degrees
  std::array<int, 3> axes = {0, 1, 2};  ///< which of x, y, z columns, rows and sections run along
  std::array<double, 3> origin{};  ///< x, y, z in Å of the first voxel: ORIGIN, or where that is 0 NSTART
};

/// Reads slices of a stack or map; never more than asked for. Any rank.
class MrcReader {
 public:
  /// Throws Error: missing, not MRC, unknown mode, shorter than its header says.
  explicit MrcReader(const std::string& path);
  MrcReader(MrcReader&&) noexcept;
  MrcReader& operator=(MrcReader&&) noexcept;
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

/// Writes sections of a stack or map of float32; many ranks may write different sections of one file at once.
class MrcWriter {
 public:
  /// Makes the file with its header and full length. One rank only; the others wait, then open.
  static MrcWriter create(const std::string& path, const MrcHeader& header);
  /// Opens what `create` made.
  static MrcWriter open(const std::string& path);
  MrcWriter(MrcWriter&&) noexcept;
  MrcWriter& operator=(MrcWriter&&) noexcept;
  ~MrcWriter();

  const MrcHeader& header() const { return header_; }
  /// Throws Error when the disk is full.
  void write(std::int64_t first, std::span<const float> pixels);

 private:
  MrcWriter() = default;
  std::string path_;
  int descriptor_ = -1;
  MrcHeader header_;
};

}  // namespace elastem
