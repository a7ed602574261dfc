#pragma once

#include "learning/checkpoint.hpp"
#include "learning/stream.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/learning/trainer.hpp"
#include "mpi/learning/training_set.hpp"
#include "synthesis/recipe.hpp"

namespace elastem {

/// Measures grey scale and noise of the images on up to a few hundred of the labelled particles of all ranks,
/// and takes amplitudes, shifts and optics from this rank's labels. Collective. Throws Error when no particle
/// resembles its projection, or a rank has no label.
StreamModel measure_stream(const Communicator& comm, const TrainingSet& set, const ElasticModel& model,
                           const Checkpoint& state, const TrainingOptions& options);

/// Mean and spread of the training labels of all ranks. Collective.
LabelScaling measure_scaling(const Communicator& comm, const TrainingSet& set);
/// Mean and spread of 4,096 conformers of a recipe.
LabelScaling recipe_scaling(const Recipe& recipe, Eigen::Index mode_count);

/// A sample of the training labels' amplitudes of all ranks, or of a recipe's: K values each, Å. The first is
/// collective.
std::vector<float> label_conformations(const Communicator& comm, const TrainingSet& set);
std::vector<float> recipe_conformations(const Recipe& recipe, Eigen::Index mode_count);

/// Median and spread of a recipe's images' correlations with their noise-free ones, over 256 of them: what
/// good fits of such images score.
void measure_scores(const ElasticModel& model, Recipe recipe, TrainingSet& set);

/// A training that has not begun: grid, modes and scores of the set, weights drawn from the seed.
Checkpoint new_training(const TrainingSet& set, const LabelScaling& scaling, const Architecture& architecture,
                        Precision precision, const Schedule& schedule, std::uint64_t seed);

}  // namespace elastem
