#include "learning/checkpoint.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

Checkpoint example() {
  Checkpoint c;
  c.architecture = {"small", 3, 48};
  c.precision = Precision::bfloat16;
  c.grid = {64, 2.2};
  c.modes = {7, 8, 11};
  c.scaling = {{1.0 / 3, -2, 0.1}, {5, 6, 7}, 2.5};
  Random random(1, Stream::network, 0);
  c.optimiser = Adam(1000);
  c.optimiser.steps = 77;
  for (std::size_t i = 0; i < 1000; ++i) {
    c.weights.push_back(static_cast<float>(random.normal()));
    c.optimiser.mean[i] = static_cast<float>(random.normal());
    c.optimiser.square[i] = static_cast<float>(random.uniform());
  }
  c.schedule = {ScheduleKind::plateau, 3e-4, 50, 4, 9, 5, -0.1, 9, 1};
  c.best_weights.assign(1000, 0.25F);
  c.conformations = {1, 2, 3, -1, -2, -3};
  c.seed = 0xfedcba9876543210ULL;
  c.epoch = 5;
  c.step = 3;
  c.epoch_images = 192;
  c.epoch_loss = 1.0 / 7;
  c.seconds = 12.125;
  c.images = 12345;
  c.median_score = 0.3;
  c.score_deviation = 0.015;
  c.errors = {{1, 2, 3}, {4, 5, 6}, {0.5, 0.25}, {1, 1.5, 1.25, 1, 2}};
  c.history = {{1, 100, 2, 1e-3, 0.5, std::numeric_limits<double>::quiet_NaN(), 1, 2, 3, 0.5}};
  c.options = {"batch=64"};
  c.inputs = {"modes modes.h5 1a2b3c4d 81920"};
  return c;
}

/// The bytes of a checkpoint with another first line and header, and the checksum of that.
std::string rewritten(const std::string& bytes, int version,
                      const std::function<void(nlohmann::json&)>& change) {
  const std::size_t start = bytes.find('\n') + 1;
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data() + start, sizeof length);
  const std::size_t blocks = start + sizeof length + length;
  nlohmann::json header = nlohmann::json::parse(bytes.substr(start + sizeof length, length));
  change(header);
  const std::string text = header.dump();
  length = text.size();
  std::string result = "elastem network " + std::to_string(version) + "\n";
  result.append(reinterpret_cast<const char*>(&length), sizeof length);
  result += text + bytes.substr(blocks, bytes.size() - sizeof(std::uint32_t) - blocks);
  const auto crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(result.data()), static_cast<unsigned>(result.size())));
  return result.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

std::string error_of(const std::string& bytes) {
  try {
    parse_checkpoint(bytes, "some.pt");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Checkpoint, ComesBackToTheLastBit) {
  const Scratch scratch;
  const std::string path = scratch.path("network.pt");
  const Checkpoint given = example();
  write_checkpoint(path, given);
  const Checkpoint read = parse_checkpoint(file_bytes(path), path);
  EXPECT_EQ(read.architecture, given.architecture);
  EXPECT_EQ(read.precision, given.precision);
  EXPECT_EQ(read.weights, given.weights);
  EXPECT_EQ(read.best_weights, given.best_weights);
  EXPECT_EQ(read.conformations, given.conformations);
  EXPECT_EQ(read.optimiser.mean, given.optimiser.mean);
  EXPECT_EQ(read.optimiser.square, given.optimiser.square);
  EXPECT_EQ(read.optimiser.steps, given.optimiser.steps);
  EXPECT_EQ(read.scaling, given.scaling);
  EXPECT_EQ(read.modes, given.modes);
  EXPECT_EQ(read.seed, given.seed);
  EXPECT_EQ(read.schedule, given.schedule);
  EXPECT_TRUE(std::isnan(read.history.at(0).validation_loss));
  EXPECT_EQ(read.history.at(0).validation_found, 0.5);
  EXPECT_EQ(checkpoint_bytes(read), checkpoint_bytes(given));  // and so does everything else
}

TEST(Checkpoint, TakesTheOldOnesPlace) {
  const Scratch scratch;
  const std::string path = scratch.path("network.pt");
  Checkpoint c = example();
  write_checkpoint(path, c);
  c.epoch = 6;
  write_checkpoint(path, c);
  EXPECT_EQ(parse_checkpoint(file_bytes(path), path).epoch, 6);
  std::size_t files = 0;  // nothing is left of a temporary name
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path(""))) files += entry.exists();
  EXPECT_EQ(files, 1U);
}

TEST(Checkpoint, TheHistoryIsReadByTheNamesOfItsFields) {
  const std::string bytes = checkpoint_bytes(example());
  rewritten(bytes, 3, [](const nlohmann::json& header) {
    const nlohmann::json& record = header.at("history").at(0);
    EXPECT_EQ(record.size(), 10U);
    EXPECT_EQ(record.at("epoch"), 1);
    EXPECT_EQ(record.at("training_loss"), 0.5);
    EXPECT_TRUE(record.at("validation_loss").is_null());
  });
}

TEST(Checkpoint, OfVersionTwoIsReadAsWell) {
  const std::string bytes = checkpoint_bytes(example());
  // There the history had no names, and the optimiser had one.
  const std::string old = rewritten(bytes, 2, [](nlohmann::json& header) {
    header["history"] = nlohmann::json::array({{1, 100, 2, 1e-3, 0.5, nullptr, 1, 2, 3, 0.5}});
    header["optimiser"]["name"] = "adam";
  });
  EXPECT_EQ(checkpoint_bytes(parse_checkpoint(old, "old.pt")), bytes);
}

TEST(Checkpoint, OfAnotherVersionSaysWhatToDo) {
  const auto same = [](const nlohmann::json&) {};
  const std::string bytes = checkpoint_bytes(example());
  const std::string newer = error_of(rewritten(bytes, 4, same));
  EXPECT_NE(newer.find("some.pt was written by a newer elastem (format 4; this one reads up to 3)"),
            std::string::npos)
      << newer;
  const std::string older = error_of(rewritten(bytes, 1, same));
  EXPECT_NE(older.find("some.pt was written by an older elastem (format 1; this one reads 2 to 3)"),
            std::string::npos)
      << older;
  const std::string poorer =
      error_of(rewritten(bytes, 3, [](nlohmann::json& header) { header.erase("scaling"); }));
  EXPECT_NE(poorer.find("scaling"), std::string::npos) << poorer;
}

TEST(Checkpoint, EveryFlippedByteAndEveryTruncationIsNoticed) {
  const std::string good = checkpoint_bytes(example());
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_NE(error_of(bad), "") << "byte " << at;
    EXPECT_NE(error_of(good.substr(0, at)), "") << "cut at " << at;
  }
  EXPECT_NE(error_of(good.substr(0, good.size() - 1)).find("damaged"), std::string::npos);
}

TEST(Checkpoint, AForeignFileIsNamed) {
  for (const char* bytes :
       {"PK\x03\x04 a zip of something else", "elastem network", "elastem network x\n", ""}) {
    const std::string text = error_of(bytes);
    EXPECT_NE(text.find("some.pt is not a network of elastem"), std::string::npos) << bytes << ": " << text;
  }
}

TEST(Checkpoint, AMissingFileAndAnUnwritablePlaceAreErrors) {
  const Scratch scratch;
  expect_error([&] { file_bytes(scratch.path("none.pt")); }, {"none.pt"});
  expect_error([&] { write_checkpoint(scratch.path("none/network.pt"), example()); }, {"none/network.pt"});
}

TEST(Checkpoint, SizesThatAreMadeUpAreNotAllocated) {
  const std::string bytes = checkpoint_bytes(example());
  for (const char* block : {"weights", "best_weights", "conformations"}) {
    const std::string vast = rewritten(bytes, 3, [&](nlohmann::json& header) { header[block] = 1ULL << 60; });
    EXPECT_NE(error_of(vast).find("longer than the file"), std::string::npos) << block << error_of(vast);
  }
}

TEST(Checkpoint, WhatCannotBeIsRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::pair<const char*, std::function<void(Checkpoint&)>>> faults = {
      {"weights", [&](Checkpoint& c) { c.weights[5] = nan; }},
      {"weights", [&](Checkpoint& c) { c.best_weights[5] = nan; }},
      {"optimiser", [&](Checkpoint& c) { c.optimiser.square[5] = nan; }},
      {"twice",
       [](Checkpoint& c) {
         c.modes = {7, 7, 9};
       }},
      {"number of amplitudes",
       [](Checkpoint& c) {
         c.modes = {7, 8};
       }},
      {"scaling", [](Checkpoint& c) { c.scaling.amplitude_sd[1] = 0; }},
      {"scaling", [&](Checkpoint& c) { c.scaling.shift_sd = static_cast<double>(nan); }},
      {"size of its images", [](Checkpoint& c) { c.grid.pixel_size = -1; }},
      {"sample", [](Checkpoint& c) { c.conformations.pop_back(); }},
      {"errors", [](Checkpoint& c) { c.errors.growth.pop_back(); }}};
  for (const auto& [text, spoil] : faults) {
    Checkpoint c = example();
    spoil(c);
    EXPECT_NE(error_of(checkpoint_bytes(c)).find(text), std::string::npos)
        << text << error_of(checkpoint_bytes(c));
  }
}

}  // namespace
}  // namespace elastem
