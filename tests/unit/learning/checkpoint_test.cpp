#include "learning/checkpoint.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"

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

class CheckpointFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() /
        ("elastem_checkpoint_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "network.pt").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string error_of(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    try {
      read_checkpoint(path_);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(CheckpointFile, ComesBackToTheLastBit) {
  const Checkpoint written = example();
  write_checkpoint(path_, written);
  const Checkpoint read = read_checkpoint(path_);
  EXPECT_EQ(read.architecture, written.architecture);
  EXPECT_EQ(read.precision, written.precision);
  EXPECT_EQ(read.weights, written.weights);
  EXPECT_EQ(read.best_weights, written.best_weights);
  EXPECT_EQ(read.conformations, written.conformations);
  EXPECT_EQ(read.optimiser.mean, written.optimiser.mean);
  EXPECT_EQ(read.optimiser.square, written.optimiser.square);
  EXPECT_EQ(read.optimiser.steps, written.optimiser.steps);
  EXPECT_EQ(read.scaling, written.scaling);
  EXPECT_EQ(read.modes, written.modes);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.schedule, written.schedule);
  EXPECT_TRUE(std::isnan(read.history.at(0).validation_loss));
  EXPECT_EQ(checkpoint_bytes(read), checkpoint_bytes(written));  // and so does everything else
}

TEST_F(CheckpointFile, ReplacesAnOlderOne) {
  Checkpoint c = example();
  write_checkpoint(path_, c);
  c.epoch = 6;
  write_checkpoint(path_, c);
  EXPECT_EQ(read_checkpoint(path_).epoch, 6);
}

TEST_F(CheckpointFile, EveryFlippedByteAndEveryTruncationIsNoticed) {
  const std::string good = checkpoint_bytes(example());
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_NE(error_of(bad), "") << "byte " << at;
    EXPECT_NE(error_of(good.substr(0, at)), "") << "cut at " << at;
  }
  EXPECT_NE(error_of(good.substr(0, good.size() - 1)).find("damaged"), std::string::npos);
}

TEST_F(CheckpointFile, AForeignFileIsNamed) {
  const std::string text = error_of("PK\x03\x04 a zip of something else");
  EXPECT_NE(text.find(path_), std::string::npos);
  EXPECT_NE(text.find("not a network of elastem"), std::string::npos);
}

TEST_F(CheckpointFile, AMissingFileAndAnUnwritablePlaceAreErrors) {
  EXPECT_THROW(read_checkpoint((folder_ / "none.pt").string()), Error);
  EXPECT_THROW(write_checkpoint((folder_ / "none" / "network.pt").string(), example()), Error);
}

}  // namespace
}  // namespace elastem
