#pragma once

#include <string>

#include "particles/particle_file.hpp"

namespace elastem {

/// A particle file and how it is to be read.
struct ParticleSource {
  std::string path;
  std::string datadir;            ///< where image paths are looked up first; empty: see ParticleFile
  bool negative_defocus = false;  ///< an XMD that writes underfocus as negative defocus
  bool inverted = false;          ///< the molecules are dark: pixels are read with the other sign

  DefocusSign defocus_sign() const {
    return negative_defocus ? DefocusSign::opposite : DefocusSign::as_written;
  }
};

}  // namespace elastem
