#include "mpi/learning/history_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/file_kind.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "options/train_options.hpp"
#include "report/plot.hpp"

namespace elastem {
namespace {

/// A column against the images seen; epochs for which it is not known are left out.
Curve curve(const char* name, const std::vector<EpochRecord>& history, double EpochRecord::*value) {
  Curve curve{name, {}, {}};
  for (const EpochRecord& record : history) {
    if (!std::isfinite(record.*value)) continue;
    curve.x.push_back(record.images);
    curve.y.push_back(record.*value);
  }
  return curve;
}

/// Whether the values spread over a power of ten, which a linear axis would squeeze.
bool spans_a_decade(const std::vector<Curve>& curves, std::vector<double> Curve::*axis) {
  double least = std::numeric_limits<double>::infinity(), greatest = 0;
  for (const Curve& each : curves) {
    for (const double value : each.*axis) {
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
  }
  return least > 0 && greatest >= 10 * least;
}

CurvePlot panel(const char* title, const char* y, std::vector<Curve> curves) {
  std::erase_if(curves, [](const Curve& each) { return each.x.empty(); });
  CurvePlot plot{{title, "images seen", y}, std::move(curves)};
  plot.log_x = spans_a_decade(plot.curves, &Curve::x);
  plot.log_y = spans_a_decade(plot.curves, &Curve::y);
  return plot;
}

void write_table(const std::string& path, const std::vector<EpochRecord>& history) {
  const std::uint64_t rows = history.size();
  hdf5::write_file(path, rows * (epoch_columns.size() + 1) * sizeof(double), [&](hid_t file) {
    const hdf5::Handle group = hdf5::make_group(file, "history");
    std::vector<int> epochs;
    for (const EpochRecord& record : history) epochs.push_back(static_cast<int>(record.epoch));
    hdf5::write_values(group, "epoch", {rows}, epochs.data(),
                       {"1", "number of the epoch that was over, counted from 1"});
    for (const EpochColumn& column : epoch_columns) {
      std::vector<double> values;
      for (const EpochRecord& record : history) values.push_back(record.*column.value);
      hdf5::write_values(group, column.name, {rows}, values.data(), {column.units, column.description});
    }
  });
}

void write_plot(const std::string& path, const std::vector<EpochRecord>& history) {
  std::vector<CurvePlot> panels;
  panels.push_back(panel("Loss", "mean of an image",
                         {curve("training", history, &EpochRecord::training_loss),
                          curve("validation", history, &EpochRecord::validation_loss)}));
  CurvePlot errors = panel("Validation particles", "mean absolute error [Å]",
                           {curve("amplitudes", history, &EpochRecord::validation_amplitude),
                            curve("shift", history, &EpochRecord::validation_shift)});
  if (!errors.curves.empty()) panels.push_back(std::move(errors));
  panels.push_back(panel("Learning rate", "of Adam", {curve("", history, &EpochRecord::learning_rate)}));
  write_png(path, panels);
}

}  // namespace

void write_history(const std::string& network, const std::vector<EpochRecord>& history) {
  if (history.empty() || is_null_device(network)) return;
  write_table(cli::history_table_path(network), history);
  write_plot(cli::history_plot_path(network), history);
}

}  // namespace elastem
