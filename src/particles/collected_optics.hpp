#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/star_text.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// The optics table that RELION 3.1 needs, made from the particles of a file that has none (STAR 3.0, XMD):
/// what each particle says of voltage, pixel size and the like, once for all that say the same.
class CollectedOptics {
 public:
  explicit CollectedOptics(const ParticleFile& file);

  /// Whether a column of the particles stands in the optics table instead.
  bool holds(std::size_t column) const;

  void add(const ParticleFile::Row& row);
  /// The groups found, as text for other ranks, and the groups of another rank.
  std::string serialise() const;
  void add_serialised(const std::string& text);

  /// The table; groups keep their numbers and names where the particles have them (a file that went through
  /// XMD), and are numbered in the order of `add` otherwise.
  StarTable table() const;
  /// The number of a row's group in `table`.
  std::string number_of(const ParticleFile::Row& row) const;

 private:
  std::vector<std::string> values_of(const ParticleFile::Row& row) const;
  void add_values(std::vector<std::string> values);
  bool numbered() const;

  bool opposite_;  ///< the sign of the file's defocus
  std::vector<std::string> labels_;
  std::vector<int> columns_;  ///< of the particles, a label; −1 where the particle as read tells the value
  std::vector<std::vector<std::string>> groups_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace elastem
