#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "imaging/image.hpp"
#include "imaging/particle.hpp"
#include "io/mrc.hpp"

namespace elastem {

/// Where the rows of a particle file lie: found in one pass over the file (rank 0), small enough to broadcast
/// (one offset every 256 rows), so that each rank reads and parses just the rows it works on.
struct ParticleIndex {
  std::int64_t count = 0;
  std::vector<std::uint64_t> offsets;  ///< byte offset of row 0, 256, 512, …, and of the end of the loop
  std::string head;                    ///< the file's text up to the first row: optics table and labels

  /// A flat form for broadcasting.
  std::string serialise() const;
  static ParticleIndex deserialise(const std::string& text);
};

/// A RELION STAR file (3.1 or 3.0) or an Xmipp XMD, read by rows.
class ParticleFile {
 public:
  /// One pass over the file. Throws Error with file and line: missing, no particle table, missing label.
  static ParticleIndex scan(const std::string& path);

  /// `datadir`: where image paths are looked up first; empty: the STAR file's folder, then the working directory.
  ParticleFile(const std::string& path, ParticleIndex index, const std::string& datadir = "");
  ParticleFile(ParticleFile&&) noexcept;
  ParticleFile& operator=(ParticleFile&&) noexcept;
  ~ParticleFile();

  std::int64_t size() const;
  /// Rows first … first+count−1. Throws Error with file, line and column for a value that cannot be read.
  std::vector<Particle> read(std::int64_t first, std::int64_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads particle images, keeping a few stacks open.
class ImageReader {
 public:
  explicit ImageReader(const std::string& star_path, const std::string& datadir = "");
  ImageReader(ImageReader&&) noexcept;
  ImageReader& operator=(ImageReader&&) noexcept;
  ~ImageReader();

  /// The pixels of one particle. `reason` is set, and the image empty, when it cannot be used (unreadable,
  /// wrong size, not finite, constant): one bad particle never throws.
  Image read(const Particle& particle, FailureReason& reason);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace elastem
