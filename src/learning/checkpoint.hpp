#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "learning/adam.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"
#include "learning/schedule.hpp"

namespace elastem {

/// One line of the history of a training.
struct EpochRecord {
  std::int64_t epoch = 0;
  double images = 0;   ///< seen so far
  double seconds = 0;  ///< trained so far
  double learning_rate = 0;
  double training_loss = 0;
  double validation_loss = 0;       ///< NaN without validation particles
  double validation_amplitude = 0;  ///< Å, mean absolute error over modes
  double validation_angle = 0;      ///< degrees, mean
  double validation_shift = 0;      ///< Å
  double validation_found = 0;      ///< share with one of the offered orientations within 20°
};

/// How wrong the predictions of the validation images are, root mean square against their labels, and by how
/// much the errors that the network expects must grow to be as large: the ratio of the two.
struct PredictionErrors {
  std::vector<double> amplitudes;  ///< Å, K values
  std::vector<double> rotation;    ///< degrees about image x, y and the view axis
  std::vector<double> shift;       ///< Å, x and y
  std::vector<double> growth;      ///< of the errors expected of K amplitudes, the rotation, the shift
};

/// All a training needs to go on, and a prediction to start: the file network.pt.
struct Checkpoint {
  Architecture architecture;
  Precision precision = Precision::float32;
  ImageGrid grid;          ///< of the images it was trained on
  std::vector<int> modes;  ///< mode numbers of the amplitudes
  LabelScaling scaling;
  std::vector<float> weights;
  std::vector<float> best_weights;  ///< of the epoch of the least validation loss; empty unless it is watched
  Adam optimiser;
  Schedule schedule;
  std::uint64_t seed = 1;                   ///< with the counters below, the state of every random number
  std::int64_t epoch = 0;                   ///< epochs that are over
  std::int64_t step = 0;                    ///< steps of the present epoch that are over
  double epoch_images = 0, epoch_loss = 0;  ///< images of the present epoch so far, and their losses' sum
  double seconds = 0;                       ///< trained so far
  double images = 0;                        ///< seen so far
  std::vector<float> conformations;         ///< a sample of the amplitudes it learns, K values each, Å
  double median_score = 0,
         score_deviation = 0;  ///< of the labels' correlations: median, robust standard deviation
  PredictionErrors errors;     ///< empty where no particle was set aside for validation
  std::vector<EpochRecord> history;
  std::vector<std::string> options;  ///< name=value of each option that shapes the result
  std::vector<std::string> inputs;   ///< fingerprints of the input files
};

/// Writes the checkpoint to `path` as a NewFile: a crash at any moment leaves the old or the new one. Layout:
/// the line "elastem network 2\n", the length of the header (8 bytes, little-endian), the header (JSON),
/// weights, moments (float32), CRC-32 of all that. One rank only. Throws Error when the file cannot be
/// written.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// Reads what write_checkpoint wrote, to the last bit. Throws Error: missing, not a network of elastem,
/// damaged.
Checkpoint read_checkpoint(const std::string& path);
/// The same from and to memory, so that one rank reads and the others receive. `path` is for error messages.
std::string checkpoint_bytes(const Checkpoint& checkpoint);
Checkpoint parse_checkpoint(const std::string& bytes, const std::string& path);
/// The bytes of a file. Throws Error when it cannot be read.
std::string file_bytes(const std::string& path);

}  // namespace elastem
