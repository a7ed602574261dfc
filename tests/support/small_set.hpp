#pragma once

#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "imaging/white_noise.hpp"
#include "tests/support/mrc_stack.hpp"

namespace elastem {

/// Head of a STAR file of two optics groups: 16² pixels of 2 Å, and `other`² of `other_pixel` Å.
inline std::string small_star_head(int other = 16, double other_pixel = 2) {
  return "data_optics\nloop_\n_rlnOpticsGroup\n_rlnVoltage\n_rlnSphericalAberration\n_rlnAmplitudeContrast\n"
         "_rlnImagePixelSize\n_rlnImageSize\n1 300 2.7 0.1 2 16\n2 300 2.7 0.1 " +
         std::to_string(other_pixel) + " " + std::to_string(other) +
         "\n\ndata_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n";
}

/// A stack of white noise of this standard deviation.
inline void write_noise_stack(const std::string& path, std::int64_t images, int size, float deviation) {
  MrcHeader header;
  header.columns = header.rows = size;
  header.sections = images;
  header.pixel_size = 2;
  std::vector<float> pixels(static_cast<std::size_t>(images * size * size));
  fill_normal(7, Stream::noise, 0, pixels);
  for (float& pixel : pixels) pixel *= deviation;
  write_mrc(path, header, pixels);
}

/// A particle file of these rows.
inline void write_star(const std::string& path, const std::string& head, const std::string& rows) {
  std::ofstream(path, std::ios::binary) << head << rows;
}

}  // namespace elastem
