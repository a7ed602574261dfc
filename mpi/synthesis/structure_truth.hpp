#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "alignment/structure_evaluation.hpp"
#include "imaging/elastic_model.hpp"
#include "imaging/pose.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/synthesis/structure_set.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// What an image shows.
struct TrueParticle {
  std::size_t conformation = 0;  ///< its place in StructureSet::conformations
  Pose pose;
};

/// The particle file that says which known conformation each image shows, and in which pose: truth.star of
/// `synthesize --relation structures`, the names in its column _elastemStructure.
class StructureTruth {
 public:
  /// `path`: a particle file, or the truth.h5 that it lies beside. `set` was read from `structures`. Rank 0
  /// scans the file. Collective. Throws Error that says what is missing: the file, its column of names, its
  /// angles.
  StructureTruth(const Communicator& comm, const std::string& path, const std::string& structures,
                 const StructureSet& set);

  const ParticleFile& file() const { return file_; }

  /// These rows of the file, in any order; none where the row is RowMatch::none. Any rank, independent.
  /// Throws Error with the line of a name that the structures have not.
  std::vector<std::optional<TrueParticle>> read(std::span<const std::int64_t> rows) const;

 private:
  TrueParticle particle(const ParticleFile::Row& row) const;

  std::string structures_;
  ParticleFile file_;
  std::size_t column_ = 0;  // of the names
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// The conformations with what the modes of `model` can make of each; every rank takes some. Collective.
std::vector<TrueConformation> true_conformations(const Communicator& comm, const ElasticModel& model,
                                                 const StructureSet& set);

}  // namespace elastem
