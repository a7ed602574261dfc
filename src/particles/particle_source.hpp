#pragma once

#include <string>
#include <vector>

namespace elastem {

/// How the defocus of a particle file is to be understood. ContinuousFlex writes underfocus as negative
/// numbers, with a negative amplitude contrast: `opposite` reads both with the other sign.
enum class DefocusSign { as_written, opposite };

/// A particle file and how it is to be read.
struct ParticleSource {
  std::string path{};
  std::string datadir{};          ///< where image paths are looked up first; empty: see ParticleFile
  bool negative_defocus = false;  ///< the file writes underfocus as negative defocus
  bool inverted = false;          ///< the molecules are dark: pixels are read with the other sign
  std::string stack{};    ///< the stack of all particles, whatever the file calls it; empty: as the file says
  double pixel_size = 0;  ///< Å, where the particle file does not say; 0: the stack's header does
  std::vector<std::string> passthrough{};  ///< further .cs files of the same particles

  DefocusSign defocus_sign() const {
    return negative_defocus ? DefocusSign::opposite : DefocusSign::as_written;
  }
};

}  // namespace elastem
