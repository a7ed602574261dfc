#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elastem {

/// One value of each particle of a page, in codes of one or two bytes, little endian: code c is
/// low + c·(high − low)/(levels − 1); the code `levels` says that there is no value.
struct PageColumn {
  std::string name;          ///< as --selection has it, or one of the page's own
  std::string label;         ///< with the unit
  bool selectable = true;    ///< whether --selection knows the name
  double low = 0, high = 0;  ///< of the first and of the last code
  int bytes = 2;
  std::string codes;

  int levels() const { return bytes == 1 ? 255 : 65535; }
};

/// Images of some particles and the model's beside them.
struct PageImages {
  int size = 0;  ///< pixels a side
  std::vector<std::string> keys;
  std::string pixels;  ///< of each the image, then the model's: a byte per pixel, row by row
};

/// The particles that a page shows.
struct PageParticles {
  std::int64_t done = 0;   ///< selected particles with amplitudes, outliers among them
  std::int64_t shown = 0;  ///< all of them, or a sample
  std::vector<PageColumn> columns;
  std::vector<std::string> left_out;  ///< names of columns for which there was no room
  std::vector<std::string> stacks;    ///< where the images lie; empty: the table has no keys
  std::string keys;                   ///< of the images, by PageKeys
  PageImages images;                  ///< of some
};

/// The codes of `values` in a column's range; what lies beyond its ends gets theirs, NaN the code of no
/// value.
std::string page_codes(const PageColumn& column, std::span<const float> values);

/// Keys "INDEX@STACK" as a run of numbers, seven bits a byte, the lowest first, the eighth set where the
/// number goes on. Of each image z = 2·s, s = index − that of the image before − 1, or z = −2·s − 1 where s
/// is negative; then 2·z + 1 followed by the number of the stack where the stack changes (the index before is
/// 0 then), else 2·z.
class PageKeys {
 public:
  /// Begins a stretch, whose first image names its stack: stretches can be joined.
  void begin() { stack_ = -1; }
  void add(std::int64_t index, std::int64_t stack);
  const std::string& bytes() const { return bytes_; }

 private:
  void put(std::uint64_t number);

  std::string bytes_;
  std::int64_t stack_ = -1, index_ = 0;
};

}  // namespace elastem
