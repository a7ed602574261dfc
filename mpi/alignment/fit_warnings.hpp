#pragma once

#include <cstdint>
#include <string>

#include "imaging/elastic_model.hpp"
#include "mpi/alignment/particle_aligner.hpp"
#include "mpi/comm/communicator.hpp"
#include "options/align_options.hpp"

namespace elastem {

/// Names the modes of a model that move but a few atoms (least_collectivity), and what they move most: fits
/// then are of those atoms, not of the molecule. `modes_file`: that of the model. Collective. Throws Error.
void warn_of_local_modes(const Communicator& comm, const std::string& modes_file, const ElasticModel& model);

/// With --local: whether most of the `aligned` particles ended out of reach of the poses that they were
/// given, as those of another frame do. Collective.
void warn_of_strayed(const Communicator& comm, const cli::AlignOptions& o, const ParticleAligner& worker,
                     std::int64_t aligned);

}  // namespace elastem
