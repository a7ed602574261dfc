#pragma once

#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// The conformations of a folder of PDB or mmCIF files (gzipped too), or of one file with several models.
struct StructureSet {
  std::vector<KnownConformation> conformations;  ///< in the order of the file names and models
  std::vector<std::string> files;
};

/// Reads the structures at `path`. Each is matched to the atoms of the modes file by their labels (or, where
/// chains or numbers differ, by sequence), must have all of them, and is superposed on them; what the modes
/// of `model` tell of it are its amplitudes, and the RMSD that they leave over is logged. Rank 0 reads, every
/// rank holds one copy. Collective; throws Error that names the file and the atoms it lacks.
StructureSet read_structure_set(const Communicator& comm, const std::string& path,
                                const std::string& modes_file, const ElasticModel& model);

/// Compares the files of `set`, read from `path`, with those of the same names in the provenance of a
/// synthetic set's truth, by content. Throws Error (a warning with `accept`) that names the first that is
/// another. Collective.
void require_structures_of(const Communicator& comm, const std::string& truth_path, const Provenance& truth,
                           const std::string& path, const StructureSet& set, bool accept);

}  // namespace elastem
