#pragma once

#include "mpi/landscape/table_landscape.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"
#include "report/page_particles.hpp"

namespace elastem {

/// Images of some of a table's selected done particles beside the model's, which are projected at their pose
/// and amplitudes with their CTF: a random sample of about 160, and those of the 20 lowest scores; cut to at
/// most 48 pixels a side (crop_spectrum), the grey values of each from its 0.5th to its 99.5th percentile.
/// `match`: of the particle file's rows, each rank an equal share, which reads the images of those. In the
/// order of the file, on rank 0; elsewhere empty. Collective.
PageImages page_images(const Communicator& comm, const ParticleSet& set, const RowMatch& match,
                       const ResultTable& table, const ElasticModel& model,
                       const LandscapeSettings& settings);

}  // namespace elastem
