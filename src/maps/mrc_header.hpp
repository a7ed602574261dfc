#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace elastem {

/// What matters of an MRC2014 header, and of a SPIDER header in the same terms.
struct MrcHeader {
  enum class Format { mrc, spider };

  Format format = Format::mrc;
  std::int64_t columns = 0, rows = 0, sections = 0;
  int mode = 2;              ///< 0 int8, 1 int16, 2 float32, 6 uint16, 12 float16
  double pixel_size = 1;     ///< Å
  bool swapped = false;      ///< the other byte order
  bool volume = false;       ///< ISPG 1 and any other space group: a map, not a stack
  std::int64_t volumes = 0;  ///< of a stack of volumes (ISPG 401 and above): how many
  std::int64_t data_offset = 1024;
  std::int64_t section_header = 0;  ///< bytes before the pixels of each section, of a SPIDER stack

  // Where a map lies in space: read, and of these ORIGIN written.
  std::int64_t thickness = 0;           ///< MZ, sampling intervals along z: 1 says a stack of images
  std::array<double, 3> voxel_size{};   ///< Å along x, y and z, 0 where it is not known
  std::array<double, 3> cell_angles{};  ///< degrees
  std::array<int, 3> axes = {0, 1, 2};  ///< which of x, y, z columns, rows and sections run along
  std::array<double, 3> origin{};  ///< x, y, z in Å of the first voxel: ORIGIN, or where that is 0 NSTART
};

inline constexpr std::int64_t mrc_header_bytes = 1024;
using RawMrcHeader = std::array<char, mrc_header_bytes>;

/// Pixels and bytes of one section, and of the whole file.
std::int64_t section_pixels(const MrcHeader& header);
std::int64_t section_bytes(const MrcHeader& header);
std::int64_t file_bytes(const MrcHeader& header);

/// What the first 1024 bytes of a file say (MRC2014, Cheng et al. 2015), in the byte order in which they make
/// sense, whatever the machine stamp says. Throws Error that names `path`, the byte and the value there: no
/// sensible size, a mode that cannot be read, more pixels than a file can hold.
MrcHeader parse_mrc_header(const RawMrcHeader& raw, const std::string& path);

/// The header of a new file of mode 2 or 12. Throws Error when MRC cannot hold that many pixels.
RawMrcHeader compose_mrc_header(const MrcHeader& header, const std::string& path);

}  // namespace elastem
