#pragma once

#include <array>
#include <cstdint>

namespace elastem {

/// One line of the history of a training.
struct EpochRecord {
  std::int64_t epoch = 0;  ///< its number, counted from 1
  double images = 0;
  double seconds = 0;
  double learning_rate = 0;
  double training_loss = 0;
  double validation_loss = 0;
  double validation_amplitude = 0;
  double validation_angle = 0;
  double validation_shift = 0;
  double validation_found = 0;
};

/// A number of a record, as it stands in the checkpoint and in the history file.
struct EpochColumn {
  const char* name;
  double EpochRecord::*value;
  const char* units;
  const char* description;
};

/// All but the epoch's number.
inline constexpr std::array<EpochColumn, 9> epoch_columns = {{
    {"images", &EpochRecord::images, "1", "images seen so far, over all ranks"},
    {"seconds", &EpochRecord::seconds, "s", "trained so far, in all runs together"},
    {"learning_rate", &EpochRecord::learning_rate, "1", "of the epoch's last step"},
    {"training_loss", &EpochRecord::training_loss, "1", "mean loss of the epoch's images"},
    {"validation_loss", &EpochRecord::validation_loss, "1",
     "mean loss of the validation particles; NaN without them, as in the columns that follow"},
    {"validation_amplitude", &EpochRecord::validation_amplitude, "Å",
     "mean absolute error of the validation particles' amplitudes"},
    {"validation_angle", &EpochRecord::validation_angle, "degrees",
     "mean angle between the likeliest orientation and the label's"},
    {"validation_shift", &EpochRecord::validation_shift, "Å", "mean absolute error of the shifts"},
    {"validation_found", &EpochRecord::validation_found, "1",
     "share of the validation particles with one of the offered orientations near the label's"},
}};

}  // namespace elastem
