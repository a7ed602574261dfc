#pragma once

#include <string>

#include "imaging/elastic_model.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/synthesize_options.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// The table of truth, and the stack with its full length: new ones, or those of the run that is resumed
/// from. Collective.
ResultTable open_particle_outputs(const Communicator& comm, const cli::SynthesizeOptions& o,
                                  const cli::ParticleOutputs& out, const ElasticModel& model,
                                  const Provenance& provenance);

/// The sheet of the first images, made anew from the recipe by rank 0, unless it is there or not wanted.
/// Collective.
void write_contact_sheet(const Communicator& comm, const cli::SynthesizeOptions& o,
                         const cli::ParticleOutputs& out, const ElasticModel& model, const Recipe& recipe);

/// Makes the images that the table lacks: pixels to the stack, then the particle's row. Collective.
QueueSummary make_images(const Communicator& comm, const cli::SynthesizeOptions& o,
                         const cli::ParticleOutputs& out, const ElasticModel& model, const Recipe& recipe,
                         ResultTable& table);

}  // namespace elastem
