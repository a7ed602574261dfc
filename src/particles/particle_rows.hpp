#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/star_text.hpp"
#include "imaging/particle.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// Rows between two offsets of a ParticleIndex.
inline constexpr std::int64_t particle_block_rows = 256;

/// ":mrcs" of a stack named as "a.mrc:mrcs", which says how the file is to be read; "" where there is none.
std::string_view format_suffix(std::string_view stack);

/// Stack and slice of an image's name: "000012@stack.mrcs" is slice 11 of stack.mrcs; a name without @ is the
/// first slice. "stack.mrc:mrcs" is stack.mrc, to be read as a stack. False where it is no such name.
bool parse_image_name(const std::string& name, Particle& particle);

/// The column of the image's name (rlnImageName or image), or −1.
int image_column(const std::vector<std::string>& labels);

/// The tables of a particle file's head (see ParticleIndex::head).
struct ParticleTables {
  StarTable optics;                         ///< without labels when there is none
  std::vector<std::uint64_t> optics_lines;  ///< the line of each of its rows in the file, for messages
  std::vector<std::string> labels;          ///< of the particles
  std::string block;                        ///< name of their block
  bool xmipp = false;
  ParticleIndex::Form form = ParticleIndex::Form::text;
};
ParticleTables parse_head(const std::string& head);

/// What makes a Particle out of a row. A quantity is looked up among the particle's columns, then in the row
/// of its optics group.
class RowReader {
 public:
  /// Throws Error, beginning with `path`, for a label that is missing, for optics groups that are named twice
  /// or whose table is missing, and for a pixel size that is given of a file that says it.
  RowReader(const ParticleSource& source, ParticleTables tables);

  const ParticleTables& tables() const { return tables_; }

  /// Whether shifts are in pixels where a row says nothing of the pixel size (the caller then scales them).
  bool shifts_in_pixels() const { return !x_angstrom_.there(); }

  /// The values of a row. Throws Error, with file and line, when a quotation mark has no end or there are
  /// more or fewer values than labels.
  void split(std::string_view row, std::uint64_t line, std::vector<std::string>& values) const;

  /// The particle of a row; size and pixel_size are 0 where the file does not tell. Throws Error that names
  /// file, line, column and label of the value that cannot be used.
  /// `from_file`: the CTF of a file of parameters, for what the row says nothing of; null: none.
  Particle particle(const std::vector<std::string>& values, std::uint64_t line,
                    const Ctf* from_file = nullptr) const;

  /// Whether the CTF comes from files that the rows name, and the file of a row; null where it needs none.
  bool ctf_from_files() const { return ctf_file_.there(); }
  const std::string* ctf_file(const std::vector<std::string>& values) const {
    return ctf_from_files() ? &values[static_cast<std::size_t>(ctf_file_.particle)] : nullptr;
  }

  /// The row of the optics table of a particle; 0 when there is at most one.
  std::size_t optics_row(const std::vector<std::string>& values, std::uint64_t line) const;

  /// Whether box or pixel size come from the optics table.
  bool box_from_optics() const { return size_.optics >= 0 || pixel_size_.optics >= 0; }

  /// The labels that are read, of the particles and of their optics.
  const std::vector<std::string>& labels_read() const { return labels_read_; }

  /// "file:line" of messages.
  std::string place(std::uint64_t line) const;

 private:
  struct Source {
    std::string label;
    int particle = -1, optics = -1;
    bool there() const { return particle >= 0 || optics >= 0; }
  };
  // A row with what is needed to name a value of it.
  struct Row {
    const std::vector<std::string>& values;
    std::uint64_t line;
    std::size_t group;
  };
  Source source(std::string_view relion, std::string_view xmipp);
  Source required(std::string_view relion, std::string_view xmipp, const std::string& purpose);
  void turn_optics();
  void find_pixel_size(bool given);
  void find_ctf();
  void find_pose();
  void index_groups();
  const std::string& text(const Source& from, const Row& row) const;
  std::string where(const Source& from, const Row& row) const;
  double number(const Source& from, const Row& row, double otherwise) const;
  bool flag(const Source& from, const Row& row) const;
  void read_box(const Row& row, Particle& particle) const;
  double pixel_size_of_magnification(const Row& row) const;
  void read_ctf(const Row& row, const Ctf* from_file, Ctf& ctf) const;
  void read_correction(const Row& row, Ctf& ctf) const;
  void read_pose(const Row& row, Particle& particle) const;
  void refuse_scale(const Row& row) const;

  std::string path_;
  ParticleTables tables_;
  DefocusSign sign_;
  std::vector<std::string> labels_read_;
  std::unordered_map<std::string, std::size_t> groups_;
  Source image_, group_, size_, dimensions_, pixel_size_, detector_, magnification_, enabled_, ctf_file_;
  Source defocus_u_, defocus_v_, defocus_angle_, phase_shift_, b_factor_, voltage_, cs_, contrast_;
  Source phase_flipped_, premultiplied_, corrected_, wiener_constant_;
  Source rot_, tilt_, psi_, x_angstrom_, y_angstrom_, x_pixels_, y_pixels_, flip_;
  std::vector<Source> scales_;
};

}  // namespace elastem
