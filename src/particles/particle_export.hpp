#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "imaging/particle.hpp"
#include "particles/collected_optics.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

enum class ParticleFormat { relion, xmipp };

/// What a table of results holds.
struct ResultColumns {
  std::vector<int> modes;
  bool fits = false;  ///< the details of fits: refined defocus, χ², outliers
};

/// The format that a file's name asks for: .star or .xmd. Throws Error for another.
ParticleFormat particle_format(const std::string& path);

/// The rows of a particle file in another format, or in the same, with results beside or without. What a
/// column says is kept, digit by digit: it stays, gets the other program's label, or goes to the optics
/// table; only origins are computed where their unit changes. Columns that mean nothing to this program are
/// carried through, and to XMD so are those of the optics table.
///
/// With results the pose is the result's in place of the input's, and
///
///   RELION 3.1  has amplitudes as _elastemAmplitude7 …, the score as _elastemScore; particles without a
///               result are left out, for RELION cannot mark them
///   Xmipp       has amplitudes as _nmaDisplacements, 1 − score as _cost; particles without a result have
///               _enabled −1
///   both        keep what the input does not enable at _enabled −1, or leave it out; have the standard
///   errors as _elastemAmplitudeError7 … (Å), _elastemRotationErrorX, Y and View
///               (degrees), _elastemShiftErrorX and Y (Å); and of fits the refined defocus in place of the
///               input's, what was added to it as _elastemDefocusChange (Å), _elastemChi2, and
///               _elastemOutlier, 1 where the structure does not explain the image
class ParticleExporter {
 public:
  /// `groups`: the optics of the particles where the input has no optics table (not used otherwise).
  /// `results`: none for a conversion without results.
  ParticleExporter(const ParticleFile& input, ParticleFormat format, CollectedOptics groups,
                   std::optional<ResultColumns> results = std::nullopt);

  /// The file's text up to the first row.
  std::string head() const;
  /// The line of particle `index` (from 0), or nothing when it is left out. `image` is the name of its image
  /// in the output; `result` stands where the exporter has results.
  std::string row(std::int64_t index, const ParticleFile::Row& row, const std::string& image,
                  const ParticleResult* result = nullptr) const;

 private:
  enum class Kind {
    image,
    text,           ///< of a column
    negated,        ///< of a column, with the other sign
    absolute,       ///< of a column, without sign
    upright_angle,  ///< of a column of tilt (0) or psi (1), turned where the image is flipped
    ctf_number,     ///< of the CTF as it was read from a file of parameters, see ctf_numbers
    optics,         ///< of a column of the optics table
    group,          ///< number of the optics group
    enabled,        ///< of a result, else 1
    item,           ///< itemId, counted from 1
    corrected,      ///< whether the images are Wiener filtered
    pixel_size,     ///< Å
    origin,         ///< of the input, in the output's unit; x or y
    angle,          ///< of the result: rot, tilt or psi
    result_origin,  ///< of the result, in the output's unit; x or y
    defocus_u,      ///< of a column, with what the fit added
    defocus_v,
    amplitude,
    displacements,  ///< all amplitudes in one
    standard_error,
    score,
    cost,
    defocus_change,
    chi2,
    outlier
  };
  struct Column {
    std::string label;
    Kind kind;
    std::size_t index = 0;
    double Ctf::*number = nullptr;  ///< of Kind::ctf_number
  };
  void add(const std::string& label, Kind kind, std::size_t index = 0);
  void add_input();
  void add_input_column(std::size_t column);
  bool add_origin(std::size_t column);
  void add_optics();
  void add_ctf();
  void add_result();
  void add_standard_errors();
  Kind kind_of_input(const std::string& label) const;
  std::string input_value(const Column& column, const ParticleFile::Row& row,
                          const ParticleResult* result) const;
  double origin(const Particle& particle, const Eigen::Vector2d& shift, Eigen::Index axis) const;
  std::string result_value(const Column& column, const ParticleFile::Row& row,
                           const ParticleResult& result) const;
  std::string value(const Column& column, std::int64_t index, const ParticleFile::Row& row,
                    const std::string& image, const ParticleResult* result) const;

  const ParticleFile* input_;
  ParticleFormat format_;
  CollectedOptics groups_;
  std::optional<ResultColumns> results_;
  std::vector<Column> columns_;
  std::unordered_set<std::string> names_;  ///< of the columns
};

/// An image name such as 000012@a.mrcs with another stack.
std::string renamed_image(const std::string& image, const std::string& stack);

/// The name of a stack as seen from the folder of `output`, given as `name` in the particle file `input`: the
/// same when both lie in one folder or the name is absolute or the stack is not found.
std::string stack_seen_from(const std::string& output, const std::string& name, const std::string& input,
                            const std::string& datadir);

}  // namespace elastem
