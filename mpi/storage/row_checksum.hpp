#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <zlib.h>

namespace elastem {

static_assert(std::endian::native == std::endian::little, "checksums and files are little-endian");

/// CRC-32 (zlib) of some values one after the other.
class RowChecksum {
 public:
  template <class T>
  RowChecksum& add(const T* values, std::size_t count) {
    // Of no values at all zlib would start anew.
    if (count > 0)
      crc_ = crc32(crc_, reinterpret_cast<const Bytef*>(values), static_cast<uInt>(count * sizeof(T)));
    return *this;
  }
  std::uint32_t value() const { return static_cast<std::uint32_t>(crc_); }

 private:
  uLong crc_ = crc32(0, nullptr, 0);
};

}  // namespace elastem
