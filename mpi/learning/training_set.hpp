#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "imaging/particle.hpp"
#include "imaging/projection.hpp"
#include "learning/label.hpp"
#include "mpi/comm/communicator.hpp"
#include "options/selection_options.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

/// A particle with its label; its pixels are read when they are needed.
struct Example {
  std::int64_t row = 0;  ///< in the particle file
  Particle particle;
  Label label;
};

/// One rank's part of the aligned particles.
struct TrainingSet {
  std::vector<Example> training, validation;
  std::int64_t rows = 0;                              ///< of the particle file
  std::int64_t all_training = 0, all_validation = 0;  ///< over all ranks
  std::int64_t outliers = 0;                          ///< of all ranks, left out
  std::vector<int> modes;                             ///< mode numbers of the labels
  ImageGrid grid;
  double median_score = 0;     ///< of the labels
  double score_deviation = 0;  ///< 1.4826 times their median deviation from it
};

/// Whether a particle is set aside for validation: a function of (seed, row) alone, so that no particle is
/// ever on both sides, whatever the number of ranks.
bool for_validation(std::uint64_t seed, std::int64_t row, double share);

/// Sets median and spread (1.4826 times the median deviation) of the scores, of which there is one at least.
void describe_scores(std::vector<double> scores, TrainingSet& set);

/// Where labels come from.
struct LabelSource {
  std::string path;                   ///< a result of an alignment or a prediction, or a truth
  std::string modes_file;             ///< that its amplitudes must be of; empty: any
  double validation = 0.1;            ///< share of the particles that is set aside
  bool with_outliers = false;         ///< learn from particles that the structure does not explain, too
  bool accept_mismatch = false;       ///< see match_particles
  cli::SelectionOptions selection{};  ///< of the labels
};

/// Reads this rank's share of the particles that have a label (a row of their image in the table, of state
/// done, no outlier): consecutive ones of the file's, as many as any other rank's to one. Where the alignment
/// refined the defocus the particle's CTF has it. A rank never holds more than its share. Collective. Throws
/// Error when particles and labels do not belong together, no label is there, or boxes differ.
TrainingSet load_training_set(const Communicator& comm, const ParticleFile& particles,
                              const LabelSource& labels, std::uint64_t seed);

}  // namespace elastem
