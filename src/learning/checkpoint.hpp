#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "learning/adam.hpp"
#include "learning/epoch_record.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"
#include "learning/schedule.hpp"

namespace elastem {

/// How wrong the predictions of the validation images are, root mean square against their labels, and by how
/// much the errors that the network expects must grow to be as large: the ratio of the two.
struct PredictionErrors {
  std::vector<double> amplitudes;  ///< Å, K values
  std::vector<double> rotation;    ///< degrees about image x, y and the view axis
  std::vector<double> shift;       ///< Å, x and y
  std::vector<double> growth;      ///< of the errors expected of K amplitudes, the rotation, the shift
};

/// All that a training needs to be resumed, and a prediction to start: the file network.pt.
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
  double median_score = 0;                  ///< of the labels' correlations
  double score_deviation = 0;               ///< their robust standard deviation
  PredictionErrors errors;                  ///< empty where no particle was set aside for validation
  std::vector<EpochRecord> history;
  std::vector<std::string> options;  ///< name=value of each option that shapes the result
  std::vector<std::string> inputs;   ///< fingerprints of the input files
};

/// Writes the checkpoint to `path` as a NewFile: a crash at any moment leaves the old or the new one. One
/// rank only. Throws Error when the file cannot be written.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// The bytes of the file. Layout: the line "elastem network 3\n" with the format's version, the length of the
/// header (8 bytes, little-endian), the header (JSON: every field by its name, of the weights only their
/// number), weights, moments, best weights, conformations (float32), CRC-32 of all that.
std::string checkpoint_bytes(const Checkpoint& checkpoint);
/// The checkpoint that the bytes hold, to the last bit; versions 2 and 3. `path` is for error messages.
/// Throws Error: not a network of elastem, of an older or a newer version, damaged.
Checkpoint parse_checkpoint(const std::string& bytes, const std::string& path);
/// The bytes of a file. Throws Error when it cannot be read.
std::string file_bytes(const std::string& path);

}  // namespace elastem
