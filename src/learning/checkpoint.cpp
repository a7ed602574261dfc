#include "learning/checkpoint.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>
#include <zlib.h>

#include "core/error.hpp"
#include "core/new_file.hpp"

namespace elastem {
namespace {

using nlohmann::json;
constexpr std::string_view magic = "elastem network 2\n";

/// JSON has no NaN: it stands as null.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}
double number(const json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

json history_json(const std::vector<EpochRecord>& history) {
  json rows = json::array();
  for (const EpochRecord& r : history)
    rows.push_back({r.epoch, number(r.images), number(r.seconds), number(r.learning_rate),
                    number(r.training_loss), number(r.validation_loss), number(r.validation_amplitude),
                    number(r.validation_angle), number(r.validation_shift), number(r.validation_found)});
  return rows;
}

std::vector<EpochRecord> history_from(const json& rows) {
  std::vector<EpochRecord> history;
  for (const json& r : rows)
    history.push_back({r.at(0).get<std::int64_t>(), number(r.at(1)), number(r.at(2)), number(r.at(3)),
                       number(r.at(4)), number(r.at(5)), number(r.at(6)), number(r.at(7)), number(r.at(8)),
                       number(r.at(9))});
  return history;
}

json schedule_json(const Schedule& s) {
  return {{"kind", name_of(s.kind)},
          {"learning_rate", s.learning_rate},
          {"warm_up_steps", s.warm_up_steps},
          {"patience", s.patience},
          {"observed", s.observed},
          {"best_epoch", s.best_epoch},
          {"best_loss", number(s.best_loss)},
          {"cut_epoch", s.cut_epoch},
          {"cuts", s.cuts}};
}

Schedule schedule_from(const json& s) {
  return {schedule_kind(s.at("kind")),
          s.at("learning_rate"),
          s.at("warm_up_steps"),
          s.at("patience"),
          s.at("observed"),
          s.at("best_epoch"),
          number(s.at("best_loss")),
          s.at("cut_epoch"),
          s.at("cuts")};
}

json header_json(const Checkpoint& c) {
  return {{"architecture",
           {{"name", c.architecture.name},
            {"amplitudes", c.architecture.amplitudes},
            {"input_size", c.architecture.input_size}}},
          {"precision", precision_name(c.precision)},
          {"grid", {{"size", c.grid.size}, {"pixel_size", c.grid.pixel_size}}},
          {"modes", c.modes},
          {"scaling",
           {{"amplitude_mean", c.scaling.amplitude_mean},
            {"amplitude_sd", c.scaling.amplitude_sd},
            {"shift_sd", c.scaling.shift_sd}}},
          {"weights", c.weights.size()},
          {"best_weights", c.best_weights.size()},
          {"conformations", c.conformations.size()},
          {"optimiser", {{"name", "adam"}, {"steps", c.optimiser.steps}}},
          {"schedule", schedule_json(c.schedule)},
          {"seed", c.seed},
          {"epoch", c.epoch},
          {"step", c.step},
          {"epoch_images", c.epoch_images},
          {"epoch_loss", number(c.epoch_loss)},
          {"median_score", c.median_score},
          {"score_deviation", c.score_deviation},
          {"seconds", c.seconds},
          {"images", c.images},
          {"errors",
           {{"amplitudes", c.errors.amplitudes},
            {"rotation", c.errors.rotation},
            {"shift", c.errors.shift},
            {"growth", c.errors.growth}}},
          {"history", history_json(c.history)},
          {"options", c.options},
          {"inputs", c.inputs}};
}

Checkpoint from_header(const json& h) {
  Checkpoint c;
  const json& architecture = h.at("architecture");
  c.architecture = {architecture.at("name"), architecture.at("amplitudes"), architecture.at("input_size")};
  c.precision = parse_precision(h.at("precision"));
  c.grid = {h.at("grid").at("size"), h.at("grid").at("pixel_size")};
  c.modes = h.at("modes").get<std::vector<int>>();
  const json& scaling = h.at("scaling");
  c.scaling = {scaling.at("amplitude_mean"), scaling.at("amplitude_sd"), scaling.at("shift_sd")};
  c.weights.resize(h.at("weights").get<std::size_t>());
  c.best_weights.resize(h.at("best_weights").get<std::size_t>());
  c.conformations.resize(h.at("conformations").get<std::size_t>());
  c.optimiser = Adam(c.weights.size());
  c.optimiser.steps = h.at("optimiser").at("steps");
  c.schedule = schedule_from(h.at("schedule"));
  c.seed = h.at("seed");
  c.epoch = h.at("epoch");
  c.step = h.at("step");
  c.epoch_images = h.at("epoch_images");
  c.epoch_loss = number(h.at("epoch_loss"));
  c.median_score = h.at("median_score");
  c.score_deviation = h.at("score_deviation");
  c.seconds = h.at("seconds");
  c.images = h.at("images");
  const json& errors = h.at("errors");
  c.errors = {errors.at("amplitudes"), errors.at("rotation"), errors.at("shift"), errors.at("growth")};
  c.history = history_from(h.at("history"));
  c.options = h.at("options").get<std::vector<std::string>>();
  c.inputs = h.at("inputs").get<std::vector<std::string>>();
  return c;
}

void append(std::string& bytes, const std::vector<float>& values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

}  // namespace

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  const std::string header = header_json(checkpoint).dump();
  std::string bytes(magic);
  const std::uint64_t length = header.size();
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += header;
  append(bytes, checkpoint.weights);
  append(bytes, checkpoint.optimiser.mean);
  append(bytes, checkpoint.optimiser.square);
  append(bytes, checkpoint.best_weights);
  append(bytes, checkpoint.conformations);
  const std::uint32_t crc = checksum(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  return bytes;
}

Checkpoint parse_checkpoint(const std::string& bytes, const std::string& path) {
  const std::string remedy = "; train again or give another file with -w";
  if (!bytes.starts_with(magic))
    throw Error(path + " is not a network of elastem (train writes one)" + remedy);
  const Error damaged("the network " + path + " is damaged: its checksum is wrong" + remedy);
  std::uint32_t crc = 0;
  std::uint64_t length = 0;
  const std::size_t fixed = magic.size() + sizeof length;
  if (bytes.size() < fixed + sizeof crc) throw damaged;
  const std::string_view content(bytes.data(), bytes.size() - sizeof crc);
  std::memcpy(&crc, bytes.data() + content.size(), sizeof crc);
  if (crc != checksum(content)) throw damaged;
  std::memcpy(&length, bytes.data() + magic.size(), sizeof length);
  try {
    Checkpoint c = from_header(json::parse(content.substr(fixed, length)));
    const std::size_t block = c.weights.size() * sizeof(float);
    if (content.size() !=
        fixed + length + 3 * block + (c.best_weights.size() + c.conformations.size()) * sizeof(float))
      throw damaged;
    const char* at = content.data() + fixed + length;
    for (std::vector<float>* values :
         {&c.weights, &c.optimiser.mean, &c.optimiser.square, &c.best_weights, &c.conformations}) {
      std::memcpy(values->data(), at, values->size() * sizeof(float));
      at += values->size() * sizeof(float);
    }
    return c;
  } catch (const json::exception& problem) {
    throw Error("the network " + path + " was written by another version of elastem (" + problem.what() +
                ")" + remedy);
  }
}

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("cannot open the network " + path + ": " + std::strerror(errno));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

Checkpoint read_checkpoint(const std::string& path) {
  return parse_checkpoint(file_bytes(path), path);
}

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  NewFile file(path);
  file.write(checkpoint_bytes(checkpoint));
  file.publish();
}

}  // namespace elastem
