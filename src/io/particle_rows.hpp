#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "imaging/particle.hpp"
#include "io/star_text.hpp"

namespace elastem {

/// Rows between two offsets of a ParticleIndex.
inline constexpr std::int64_t particle_block_rows = 256;

/// The column of the image's name (rlnImageName or image), or −1.
int image_column(const std::vector<std::string>& labels);

/// The tables of a particle file's head (see ParticleIndex::head).
struct ParticleTables {
  StarTable optics;                 ///< without labels when there is none
  std::vector<std::string> labels;  ///< of the particles
  std::string block;                ///< name of their block
  bool xmipp = false;
};
ParticleTables parse_head(const std::string& head);

/// What makes a Particle out of a row. A quantity is looked up among the particle's columns, then in the row
/// of its optics group.
class RowReader {
 public:
  /// Throws Error, beginning with `path`, for a label that is missing.
  RowReader(const std::string& path, ParticleTables tables);

  const ParticleTables& tables() const { return tables_; }

  /// Whether shifts are in pixels where a row says nothing of the pixel size (the caller then scales them).
  bool shifts_in_pixels() const { return !(x_angstrom_.there() && y_angstrom_.there()); }

  /// The particle of a row; size and pixel_size are 0 where the file does not tell. Throws Error that begins
  /// with `place` (file and line) and names the label whose value cannot be read.
  Particle particle(const std::vector<std::string>& values, const std::string& place) const;

 private:
  struct Source {
    std::string label;
    int particle = -1, optics = -1;
    bool there() const { return particle >= 0 || optics >= 0; }
  };
  Source source(std::string_view relion, std::string_view xmipp) const;
  Source required(std::string_view relion, std::string_view xmipp, const std::string& purpose) const;
  void check_optics() const;
  std::size_t optics_row(const std::vector<std::string>& values, const std::string& place) const;

  std::string path_;
  ParticleTables tables_;
  std::vector<std::string> groups_;
  Source image_, group_, size_, pixel_size_, detector_, magnification_;
  Source defocus_u_, defocus_v_, defocus_angle_, phase_shift_, b_factor_, voltage_, cs_, contrast_;
  Source rot_, tilt_, psi_, x_angstrom_, y_angstrom_, x_pixels_, y_pixels_;
};

}  // namespace elastem
