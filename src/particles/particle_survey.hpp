#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "imaging/projection.hpp"
#include "particles/particle_file.hpp"
#include "particles/unit_doubts.hpp"

namespace elastem {

/// A stack as the particles of a set use it.
struct UsedStack {
  std::string name;         ///< as the particle file writes it first
  std::string path;         ///< absolute, without links and `..`; `name` where it is missing
  std::int64_t images = 0;  ///< 0 where it is missing
  std::int64_t columns = 0, rows = 0;
  std::int64_t volumes = 0;          ///< of a stack of volumes
  std::vector<std::uint64_t> taken;  ///< one bit per image: whether a particle lies there
  std::int64_t particles = 0;
};

/// Particles that have something in common, and the line of the first.
struct Occurrence {
  std::int64_t count = 0;
  std::uint64_t line = std::numeric_limits<std::uint64_t>::max();

  void add(std::uint64_t at) {
    ++count;
    line = std::min(line, at);
  }
};

/// Particles of one row of the optics table, and how their images are sampled.
struct GroupGrid {
  std::size_t optics_row = 0;
  ImageGrid grid;  ///< of the first of them
  std::int64_t particles = 0;
};

/// What a command can work with.
struct Accepted {
  /// Optics groups that differ in box or pixel size (see same_grid). Without an optics table never.
  bool several_boxes = false;
};

/// Goes once through particles, row by row, and says what they are together: which stacks they lie in, which
/// image is taken by several rows (a symmetry-expanded file), which have another box than the first particle
/// of the file, how their CTF ranges. Rows that the file disables are counted and not looked at. Memory: one
/// bit per image of the stacks.
class ParticleSurvey {
 public:
  /// `refuse` throws Error at the first particle whose stack is missing, too short, not of squares or a
  /// volume, and at what is not accepted: an optics group of another box than that of the first particle;
  /// `count` goes on.
  enum class Faults { refuse, count };

  ParticleSurvey(const ParticleFile& file, Faults faults, Accepted accepted = {});

  /// The rows first … first+count−1; a row at most once. `also` sees each row too. Throws Error, see
  /// ParticleFile::for_each, too.
  void add(std::int64_t first, std::int64_t count,
           const std::function<void(const ParticleFile::Row&)>& also = nullptr);

  /// Whether boxes are compared with that of the first particle of the optics group, not of the file.
  bool by_group() const { return accepted_.several_boxes && file_->box_from_optics(); }
  const ImageGrid& grid() const { return grid_; }  ///< of the first particle of the file
  const std::vector<UsedStack>& stacks() const { return stacks_; }
  /// By row of the optics table, only those that occur; one where there is no such table.
  const std::vector<GroupGrid>& groups() const { return groups_; }

  Occurrence missing;      ///< the stack is not there or cannot be read
  Occurrence short_stack;  ///< the stack has no such image
  Occurrence repeated;     ///< the image is that of an earlier row too
  Occurrence volumes;      ///< the file of the stack is a volume, or the name says no image of it
  Occurrence disabled;     ///< left out by the file
  Occurrence other_box;    ///< another box or pixel size than the first particle's, see by_group
  Occurrence other_image;  ///< another box than its images
  QuantityRanges ranges;
  Extremes astigmatism;                       ///< |U − V|, Å; none without a CTF
  std::array<std::int64_t, 4> corrections{};  ///< particles by CtfCorrection

 private:
  UsedStack& stack_of(const std::string& name);
  const ImageGrid& note_group(const ParticleFile::Row& row);
  void note_box(const ParticleFile::Row& row);
  void note_image(const ParticleFile::Row& row);
  bool note_volume(const ParticleFile::Row& row, const UsedStack& stack);
  void note_ctf(const Ctf& ctf);
  std::string place(std::uint64_t line) const;

  const ParticleFile* file_;
  Faults faults_;
  Accepted accepted_;
  ImageGrid grid_;
  ParticleFile::Row first_;  ///< of the file
  std::vector<UsedStack> stacks_;
  std::vector<GroupGrid> groups_;
  std::unordered_map<std::string, std::size_t> by_name_, by_path_;
};

}  // namespace elastem
