#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "learning/checkpoint.hpp"
#include "learning/stream.hpp"
#include "learning/training_options.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/learning/training_set.hpp"

namespace elastem {

/// Trains from `state` until its epochs or minutes are over: batches of all ranks' images, one mean gradient,
/// one step of Adam on every rank alike. Every epoch it compares the ranks' weights, predicts the validation
/// particles, adds a line to the history, and (every save_seconds, and at the end) rank 0 writes the
/// checkpoint. `stream` may be null. With epochs alone the result is a function of data, options, seed and
/// number of ranks; a training that was interrupted and resumed gives the same weights as one that was not.
/// Returns false when a stop was requested first. Collective.
bool train(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
           const TrainingOptions& options, Checkpoint& state);

}  // namespace elastem
