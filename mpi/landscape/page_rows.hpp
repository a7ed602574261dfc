#pragma once

#include "mpi/landscape/table_landscape.hpp"
#include "report/page_particles.hpp"

namespace elastem {

/// The selected done particles of a table for its page, outliers among them: where they lie in the landscape,
/// what their images say, their keys. A sample of 10⁶ where there are more; two bytes per value up to
/// 200,000 particles (components: 500,000), beyond that one; and as many columns as fit into 15 MB, those of
/// the modes that vary most before the others. A rank holds the values of its own rows, rank 0 the page.
/// On rank 0, the same on any number of ranks; elsewhere without values. Collective.
PageParticles page_particles(const Communicator& comm, const ResultTable& table, const Landscape& landscape,
                             const LandscapeSettings& settings, Eigen::Index atoms);

}  // namespace elastem
