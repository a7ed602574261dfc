#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "learning/checkpoint.hpp"
#include "learning/stream.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/learning/training_set.hpp"

namespace elastem {

struct TrainingOptions {
  std::int64_t epochs = 100;       ///< passes over the aligned particles, or 65,536 images without any
  double minutes = 0;              ///< of training in all runs together; 0: no limit
  std::int64_t batch = 64;         ///< images of a step, over all ranks
  double stream = 0;               ///< share of synthetic images in a batch, 0 … 1
  double pretrain = 0;             ///< share of the training before it in which batches are all synthetic
  double largest_norm = 1;         ///< the gradient is clipped to this
  double save_seconds = 30;        ///< between two checkpoints
  std::string particles, datadir;  ///< where pixels are read
  bool inverted = false;           ///< dark molecules: pixels are read with the other sign
  std::string output;              ///< the checkpoint
  bool report = true;              ///< whether to log progress now and then
};

/// Trains from `state` until its epochs or minutes are over: batches of all ranks' images, one mean gradient,
/// one step of Adam on every rank alike. Every epoch it compares the ranks' weights, predicts the validation
/// particles, adds a line to the history, and (every save_seconds, and at the end) rank 0 writes the
/// checkpoint. `stream` may be null. With epochs alone the result is a function of data, options, seed and
/// number of ranks; a training that was interrupted and resumed gives the same weights as one that was not.
/// Returns false when a stop was requested first. Collective.
bool train(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
           const TrainingOptions& options, Checkpoint& state);

}  // namespace elastem
