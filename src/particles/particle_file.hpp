#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/star_text.hpp"
#include "imaging/image.hpp"
#include "imaging/particle.hpp"
#include "particles/particle_source.hpp"

namespace elastem {

class CryosparcFile;

/// Where the rows of a particle file lie: found in one pass over the file (rank 0), small enough to broadcast
/// (two numbers every 256 rows), so that each rank reads and parses just the rows it works on.
struct ParticleIndex {
  /// What holds the rows: a text, a stack without any (each image a particle), a .cs file of cryoSPARC. Of
  /// the latter two only `count` means something.
  enum class Form : std::uint8_t { text, stack, cryosparc };

  Form form = Form::text;
  std::int64_t count = 0;
  std::vector<std::uint64_t> offsets;  ///< byte offset of row 0, 256, 512, …, and of the end of the loop
  std::vector<std::uint64_t> lines;    ///< line number of row 0, 256, 512, …: for messages
  std::string head;                    ///< the optics table, if any, and the labels of the particle table
  std::vector<std::uint64_t> optics_lines;  ///< line number of each row of the optics table
  /// Where the file's other blocks lie, e.g. data_general: the bytes from … to, in pairs.
  std::vector<std::uint64_t> others;

  /// A flat form for broadcasting.
  std::string serialise() const;
  static ParticleIndex deserialise(const std::string& text);
};

/// A RELION STAR file (3.1 or 3.0), an Xmipp XMD, a .cs file of cryoSPARC, or a stack alone, read by rows.
class ParticleFile {
 public:
  /// One pass over a text; of a stack and a .cs file the header alone. Throws Error with file and line:
  /// missing, no particle table, missing label.
  static ParticleIndex scan(const std::string& path);

  /// `datadir`: where image paths are looked up first; then the STAR file's folder, then the working
  /// directory. Throws Error for a label that is missing.
  /// Any rank.
  ParticleFile(const std::string& path, ParticleIndex index, const std::string& datadir = "",
               DefocusSign sign = DefocusSign::as_written);
  /// The same with all that a source says of how it is to be read.
  ParticleFile(const ParticleSource& source, ParticleIndex index);
  ParticleFile(ParticleFile&&) noexcept;
  ParticleFile& operator=(ParticleFile&&) noexcept;
  ~ParticleFile();

  const std::string& path() const;
  const std::string& datadir() const;
  DefocusSign defocus_sign() const;
  std::int64_t size() const;
  /// Rows first … first+count−1. Throws Error with file, line, column and label for a value that cannot be
  /// used. Where the file does not say how large the images are (STAR 3.0, XMD), the stack's header does.
  std::vector<Particle> read(std::int64_t first, std::int64_t count) const;

  /// A row as text and as a particle.
  struct Row {
    std::uint64_t line = 0;  ///< of the file, from 1
    std::vector<std::string> values;
    std::size_t optics_row = 0;  ///< of the optics table, if there is one
    Particle particle;
  };
  /// Calls `use` for the rows first … first+count−1, of which none is kept.
  void for_each(std::int64_t first, std::int64_t count, const std::function<void(const Row&)>& use) const;

  /// The particle table's labels.
  const std::vector<std::string>& labels() const;
  /// Whether a label, of the particles or of their optics, means something to this program.
  bool reads(const std::string& label) const;
  /// The optics table; without labels where there is none (STAR 3.0, XMD).
  const StarTable& optics() const;
  ParticleIndex::Form form() const;
  /// Whether it is an Xmipp file.
  bool xmipp() const;
  /// Whether origins are in pixels (STAR 3.0, XMD).
  bool shifts_in_pixels() const;
  /// Whether box or pixel size come from the optics table.
  bool box_from_optics() const;
  /// Whether the CTF comes from files of parameters that the rows name (Xmipp's _ctfModel).
  bool ctf_from_files() const;
  /// The file of cryoSPARC; null of another kind.
  const CryosparcFile* cryosparc() const;
  /// The file's other blocks, as they stand there.
  std::string other_blocks() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The file of a stack: `name` itself when absolute, else under `datadir` (unless empty), the folder of
/// `star_path`, or the working directory, the first that exists. Throws Error naming the places tried.
std::string find_stack(const std::string& name, const std::string& star_path, const std::string& datadir);

/// The same of another file that a particle file names; `what` it is, for the message.
std::string find_beside(const std::string& name, const std::string& star_path, const std::string& datadir,
                        const std::string& what);

/// The pixels of a particle, or why it cannot be used; they are empty then.
struct ReadImage {
  Image pixels;
  FailureReason failure = FailureReason::none;
};

/// Reads particle images, keeping a few stacks open.
class ImageReader {
 public:
  /// `inverted`: the molecules are dark, as a camera records them; the pixels are read with the other sign.
  explicit ImageReader(const std::string& star_path, const std::string& datadir = "", bool inverted = false);
  ~ImageReader();

  /// One particle's; a bad one (unreadable, wrong size, not finite, constant) never throws.
  ReadImage read(const Particle& particle);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace elastem
