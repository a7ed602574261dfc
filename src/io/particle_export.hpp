#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "imaging/particle.hpp"
#include "io/particle_file.hpp"
#include "io/particle_writer.hpp"

namespace elastem {

enum class ParticleFormat { relion, xmipp };

/// The format that a file's name asks for: .star or .xmd. Throws Error for another.
ParticleFormat particle_format(const std::string& path);

/// Results as the rows of a particle file: what the input file said of each particle, with the pose of the
/// result in place of the input's, and its amplitudes beside. Columns that mean nothing to this program are
/// carried through.
///
///   RELION 3.1  amplitudes as _elastemAmplitude7 … and the score as _elastemScore; particles without a
///   result are
///               left out, for RELION cannot mark them
///   Xmipp       amplitudes as _nmaDisplacements, 1 − score as _cost; particles without a result have
///   _enabled −1
class ParticleExporter {
 public:
  /// `groups`: the optics of the particles where the input has no optics table (not used otherwise).
  ParticleExporter(const ParticleFile& input, ParticleFormat format, std::vector<int> modes,
                   std::vector<OpticsGroup> groups);

  /// The file's text up to the first row.
  std::string head() const;
  /// The line of particle `index` (from 0) or nothing when it is left out. `values` is its row of the input,
  /// `image` the name of its image in the output.
  std::string row(std::int64_t index, const std::vector<std::string>& values, const Particle& particle,
                  const ParticleResult& result, const std::string& image) const;

 private:
  std::vector<std::string> relion_labels() const;
  std::vector<std::string> relion_row(const std::vector<std::string>& values, const Particle& particle,
                                      const ParticleResult& result) const;
  std::vector<std::string> xmipp_labels() const;
  std::vector<std::string> xmipp_row(std::int64_t index, const std::vector<std::string>& values,
                                     const Particle& particle, const ParticleResult& result) const;
  std::string group_of(const std::vector<std::string>& values, const Particle& particle) const;

  ParticleFormat format_;
  std::vector<int> modes_;
  std::vector<OpticsGroup> groups_;
  StarTable optics_;
  bool ctf_ = false;  ///< whether the input has a CTF
  int group_column_ = -1, item_column_ = -1;
  std::vector<std::string> carried_;  ///< labels carried through, and their columns
  std::vector<std::size_t> carried_columns_;
};

/// The name of a stack as seen from the folder of `output`, given as `name` in the particle file `input`: the
/// same when both lie in one folder or the name is absolute or the stack is not found.
std::string stack_seen_from(const std::string& output, const std::string& name, const std::string& input,
                            const std::string& datadir);

}  // namespace elastem
