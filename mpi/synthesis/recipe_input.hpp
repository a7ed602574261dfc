#pragma once

#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"
#include "options/synthesize_options.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// A recipe with what belongs to it outside of the single particle.
struct RecipeInput {
  Recipe recipe;
  /// Of each optics group the CTF of the strongest defocus; particles that same_optics finds alike share one.
  std::vector<Ctf> optics;
  std::vector<InputFile> files;  ///< that the recipe draws from
};

/// The recipe of the options: opens the files of amplitudes, structures, views, CTFs and noise. Collective;
/// throws Error for what cannot be read, or made with the modes of the model.
RecipeInput read_recipe(const Communicator& comm, const cli::SynthesizeOptions& o, const ElasticModel& model);

}  // namespace elastem
