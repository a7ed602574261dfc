#include "learning/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "core/new_file.hpp"

namespace elastem {
namespace {

using nlohmann::json;
constexpr std::string_view magic = "elastem network ";
constexpr int oldest_version = 2, newest_version = 3;

template <class T, class Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

// Each field of the header with its name, for writing and reading alike.

void visit_fields(Is<Architecture> auto& architecture, auto visit) {
  visit("name", architecture.name);
  visit("amplitudes", architecture.amplitudes);
  visit("input_size", architecture.input_size);
}

void visit_fields(Is<ImageGrid> auto& grid, auto visit) {
  visit("size", grid.size);
  visit("pixel_size", grid.pixel_size);
}

void visit_fields(Is<LabelScaling> auto& scaling, auto visit) {
  visit("amplitude_mean", scaling.amplitude_mean);
  visit("amplitude_sd", scaling.amplitude_sd);
  visit("shift_sd", scaling.shift_sd);
}

void visit_fields(Is<Adam> auto& optimiser, auto visit) {
  visit("steps", optimiser.steps);
}

void visit_fields(Is<Schedule> auto& schedule, auto visit) {
  visit("kind", schedule.kind);
  visit("learning_rate", schedule.learning_rate);
  visit("warm_up_steps", schedule.warm_up_steps);
  visit("patience", schedule.patience);
  visit("observed", schedule.observed);
  visit("best_epoch", schedule.best_epoch);
  visit("best_loss", schedule.best_loss);
  visit("cut_epoch", schedule.cut_epoch);
  visit("cuts", schedule.cuts);
}

void visit_fields(Is<PredictionErrors> auto& errors, auto visit) {
  visit("amplitudes", errors.amplitudes);
  visit("rotation", errors.rotation);
  visit("shift", errors.shift);
  visit("growth", errors.growth);
}

void visit_fields(Is<EpochRecord> auto& record, auto visit) {
  visit("epoch", record.epoch);
  for (const EpochColumn& column : epoch_columns) visit(column.name, record.*column.value);
}

void visit_fields(Is<Checkpoint> auto& checkpoint, auto visit) {
  visit("architecture", checkpoint.architecture);
  visit("precision", checkpoint.precision);
  visit("grid", checkpoint.grid);
  visit("modes", checkpoint.modes);
  visit("scaling", checkpoint.scaling);
  visit("weights", checkpoint.weights);
  visit("best_weights", checkpoint.best_weights);
  visit("conformations", checkpoint.conformations);
  visit("optimiser", checkpoint.optimiser);
  visit("schedule", checkpoint.schedule);
  visit("seed", checkpoint.seed);
  visit("epoch", checkpoint.epoch);
  visit("step", checkpoint.step);
  visit("epoch_images", checkpoint.epoch_images);
  visit("epoch_loss", checkpoint.epoch_loss);
  visit("median_score", checkpoint.median_score);
  visit("score_deviation", checkpoint.score_deviation);
  visit("seconds", checkpoint.seconds);
  visit("images", checkpoint.images);
  visit("errors", checkpoint.errors);
  visit("history", checkpoint.history);
  visit("options", checkpoint.options);
  visit("inputs", checkpoint.inputs);
}

/// What follows the header, in this order.
auto blocks(auto& checkpoint) {
  return std::array{&checkpoint.weights, &checkpoint.optimiser.mean, &checkpoint.optimiser.square,
                    &checkpoint.best_weights, &checkpoint.conformations};
}

template <class T>
concept HasFields = requires(T& value) {
  visit_fields(value, [](const char*, auto&) {});
};
template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

/// A value as JSON, which has no NaN: that stands as null. Of a block only the length.
template <class T>
json written(const T& value) {
  if constexpr (std::same_as<T, double>) {
    return std::isfinite(value) ? json(value) : json(nullptr);
  } else if constexpr (Named<T>) {
    return name_of(value);
  } else if constexpr (std::same_as<T, std::vector<float>>) {
    return value.size();
  } else if constexpr (HasFields<const T>) {
    json record;
    visit_fields(value, [&](const char* name, const auto& field) { record[name] = written(field); });
    return record;
  } else if constexpr (is_list<T>) {
    json list = json::array();
    for (const auto& each : value) list.push_back(written(each));
    return list;
  } else {
    return value;
  }
}

template <class T>
void read(const json& stored, T& value) {
  if constexpr (std::same_as<T, double>) {
    value = stored.is_null() ? std::numeric_limits<double>::quiet_NaN() : stored.get<double>();
  } else if constexpr (Named<T>) {
    value = value_of<T>(stored.get<std::string>(), "header of the network");
  } else if constexpr (std::same_as<T, std::vector<float>>) {
    value.resize(stored.get<std::size_t>());
  } else if constexpr (HasFields<T>) {
    visit_fields(value, [&](const char* name, auto& field) { read(stored.at(name), field); });
  } else if constexpr (is_list<T>) {
    value.clear();
    for (const json& each : stored) read(each, value.emplace_back());
  } else {
    stored.get_to(value);
  }
}

/// Version 2 had the records of the history as arrays of numbers, in the order of their fields.
void name_fields(json& history) {
  for (json& row : history) {
    json record = {{"epoch", row.at(0)}};
    for (std::size_t i = 0; i < epoch_columns.size(); ++i) record[epoch_columns[i].name] = row.at(i + 1);
    row = std::move(record);
  }
}

/// Throws a JSON exception where a block is said to be longer than what follows the header.
void require_room(const json& header, std::size_t bytes) {
  for (const char* block : {"weights", "best_weights", "conformations"})
    if (header.at(block).get<std::uint64_t>() > bytes / sizeof(float))
      throw json::other_error::create(501, fmt::format("{} is longer than the file", block), &header);
}

bool all_finite(const auto& values) {
  return std::ranges::all_of(values, [](auto value) { return std::isfinite(value); });
}

/// What of a checkpoint that can be read cannot be; "" where nothing is wrong.
std::string fault_of(const Checkpoint& c) {
  const std::size_t k = c.modes.size();
  std::vector<int> modes = c.modes;
  std::ranges::sort(modes);
  const LabelScaling& scaling = c.scaling;
  const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
  constexpr int largest_side = 1 << 14;
  if ((k > 0 && modes.front() < 1) || std::ranges::adjacent_find(modes) != modes.end())
    return "a mode is there twice, or has no number";
  const std::vector<std::string> known = architecture_names();
  if (std::ranges::find(known, c.architecture.name) == known.end())
    return "its architecture \"" + c.architecture.name + "\" is none that this program has";
  if (c.architecture.amplitudes < 0 || static_cast<std::size_t>(c.architecture.amplitudes) != k)
    return "it has another number of amplitudes than of modes";
  if (c.architecture.input_size < 16 || c.architecture.input_size > std::max(32, c.grid.size + 16) ||
      c.architecture.input_size % 16 != 0 || c.grid.size < 1 || c.grid.size > largest_side ||
      !positive(c.grid.pixel_size))
    return "the size of its images";
  if (scaling.amplitude_mean.size() != k || scaling.amplitude_sd.size() != k ||
      !all_finite(scaling.amplitude_mean) || !std::ranges::all_of(scaling.amplitude_sd, positive) ||
      !positive(scaling.shift_sd))
    return "the scaling of its answers";
  if (!all_finite(c.weights) || !all_finite(c.best_weights) ||
      (!c.best_weights.empty() && c.best_weights.size() != c.weights.size()))
    return "weights that are not finite, or too few: the training had diverged";
  if (!all_finite(c.optimiser.mean) || !all_finite(c.optimiser.square) || c.optimiser.steps < 0 ||
      !positive(c.schedule.learning_rate) || c.epoch < 0 || c.step < 0)
    return "the state of its optimiser";
  if (!all_finite(c.conformations) || (k == 0 ? !c.conformations.empty() : c.conformations.size() % k != 0))
    return "its sample of amplitudes";
  if (!all_finite(c.errors.growth) || (!c.errors.growth.empty() && c.errors.growth.size() != k + 2) ||
      (!c.errors.amplitudes.empty() &&
       (c.errors.amplitudes.size() != k || c.errors.rotation.size() != 3 || c.errors.shift.size() != 2)))
    return "its errors";
  return "";
}

void append(std::string& bytes, const std::vector<float>& values) {
  if (values.empty()) return;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

/// The version that the first line tells.
int format_version(std::string_view bytes, const std::string& path) {
  int version = 0;
  const char* end = bytes.data() + bytes.size();
  const bool ours = bytes.starts_with(magic);
  const auto number = std::from_chars(bytes.data() + (ours ? magic.size() : 0), end, version);
  if (!ours || number.ec != std::errc() || number.ptr == end || *number.ptr != '\n')
    throw Error(path +
                " is not a network of elastem (train writes one); train again or give another file with -w");
  if (version > newest_version)
    throw Error(
        fmt::format("the network {} was written by a newer elastem (format {}; this one reads up to {}): "
                    "update elastem, or train again",
                    path, version, newest_version));
  if (version < oldest_version)
    throw Error(
        fmt::format("the network {} was written by an older elastem (format {}; this one reads {} to {}): "
                    "train again",
                    path, version, oldest_version, newest_version));
  return version;
}

}  // namespace

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  const std::string header = written(checkpoint).dump();
  std::string bytes = fmt::format("{}{}\n", magic, newest_version);
  const std::uint64_t length = header.size();
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += header;
  for (const std::vector<float>* block : blocks(checkpoint)) append(bytes, *block);
  const std::uint32_t crc = checksum(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  return bytes;
}

Checkpoint parse_checkpoint(const std::string& bytes, const std::string& path) {
  const int version = format_version(bytes, path);
  const std::size_t start = bytes.find('\n') + 1;
  const Error damaged(fmt::format(
      "the network {} is damaged: its checksum is wrong; train again or give another file with -w", path));
  std::uint32_t crc = 0;
  std::uint64_t length = 0;
  if (bytes.size() < start + sizeof length + sizeof crc) throw damaged;
  std::string_view rest(bytes.data(), bytes.size() - sizeof crc);
  std::memcpy(&crc, bytes.data() + rest.size(), sizeof crc);
  if (crc != checksum(rest)) throw damaged;
  std::memcpy(&length, bytes.data() + start, sizeof length);
  rest.remove_prefix(start + sizeof length);
  if (length > rest.size()) throw damaged;
  Checkpoint checkpoint;
  try {
    json header = json::parse(rest.substr(0, length));
    if (version == 2) name_fields(header.at("history"));
    require_room(header, rest.size() - length);
    read(header, checkpoint);
  } catch (const json::exception& problem) {
    throw Error(
        fmt::format("the network {} lacks something that this version of elastem needs ({}); train again or "
                    "give another file with -w",
                    path, problem.what()));
  }
  rest.remove_prefix(length);
  checkpoint.optimiser.mean.resize(checkpoint.weights.size());
  checkpoint.optimiser.square.resize(checkpoint.weights.size());
  for (std::vector<float>* block : blocks(checkpoint)) {
    const std::size_t size = block->size() * sizeof(float);
    if (size > rest.size()) throw damaged;
    if (size == 0) continue;
    std::memcpy(block->data(), rest.data(), size);
    rest.remove_prefix(size);
  }
  if (!rest.empty()) throw damaged;
  if (const std::string fault = fault_of(checkpoint); !fault.empty())
    throw Error(fmt::format("the network {} cannot be used: {}; train again or give another file with -w",
                            path, fault));
  return checkpoint;
}

std::string file_bytes(const std::string& path) {
  require_regular_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("cannot open the network " + path + ": " + std::strerror(errno));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  NewFile file(path);
  file.write(checkpoint_bytes(checkpoint));
  file.publish();
}

}  // namespace elastem
