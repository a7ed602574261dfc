#include "report/png_image.hpp"

#include <png.h>
#include <string>

#include "core/error.hpp"
#include "core/new_file.hpp"

namespace elastem {

void write_png(const std::string& path, const GreyPicture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_GRAY;
  NewFile file(path);
  // Rows without padding, no colour map, 8 bits as they are.
  if (png_image_write_to_file(&image, file.temporary().c_str(), 0, picture.pixels.data(), 0, nullptr) == 0) {
    const std::string reason = image.message;
    png_image_free(&image);
    throw Error(path + ": cannot be written: " + reason);
  }
  file.publish();
}

}  // namespace elastem
