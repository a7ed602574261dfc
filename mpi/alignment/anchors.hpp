#pragma once

#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// `model` with the ways to other known conformations of the same atoms in front of its modes: one mode per
/// anchor (difference_mode, curved where the model is), of unit norm and orthogonal to those before; what the
/// model's own modes share with them is taken off those, and what hardly is left of a mode is left out.
/// Numbered from 7. A way of the usual size of a large motion is as soft as the softest mode, a longer one
/// softer. `anchors`: modes files, of which the structures count, superposed on that of `first`, the model's
/// own. Collective. Throws Error that names the file whose atoms are others.
ElasticModel with_anchors(const Communicator& comm, const ElasticModel& model, const std::string& first,
                          const std::vector<std::string>& anchors);

}  // namespace elastem
