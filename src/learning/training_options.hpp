#pragma once

#include <cstdint>
#include <string>

#include "particles/particle_source.hpp"

namespace elastem {

struct TrainingOptions {
  std::int64_t epochs =
      100;                   ///< passes over the aligned particles, or 65,536 images without any; 0: no limit
  double minutes = 0;        ///< of training in all runs together; 0: no limit
  std::int64_t batch = 64;   ///< images of a step, over all ranks
  double stream = 0;         ///< share of synthetic images in a batch, 0 … 1
  double pretrain = 0;       ///< share of the training, at its beginning, in which all images are synthetic
  double largest_norm = 1;   ///< the gradient is clipped to this
  double save_seconds = 30;  ///< between two checkpoints
  ParticleSource source;     ///< where pixels are read; without a path all images are synthetic
  std::string output;        ///< the checkpoint
  bool report = true;        ///< whether to log progress now and then
};

}  // namespace elastem
