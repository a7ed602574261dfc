#include "mpi/learning/trainer.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "mpi/learning/first_state.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

// Images of noise with labels that have nothing to do with them.
class NoiseStream : public SyntheticStream {
 public:
  void draw(std::uint64_t index, Image& input, Label& label) override {
    Random random(3, Stream::noise, index);
    input.resize(32, 32);
    for (float& pixel : input.reshaped()) pixel = static_cast<float>(random.normal());
    label.amplitudes = Eigen::VectorXd::Constant(2, random.normal());
  }
};

TEST(Training, ThatDivergesSaysSoAndKeepsWhatWasSaved) {
  const auto comm = Communicator::world();
  TrainingSet set;
  set.modes = {7, 8};
  set.grid = {32, 3};
  NoiseStream stream;
  TrainingOptions options;
  options.output = "diverged.pt";
  options.batch = 8;
  options.stream = 1;
  options.minutes = 1;
  options.epochs = 0;
  options.save_seconds = 0;  // after each step
  options.report = false;
  const auto start = [&](double rate) {
    Schedule schedule;
    schedule.kind = ScheduleKind::constant;
    schedule.learning_rate = rate;
    schedule.warm_up_steps = 0;
    return new_training(set, {{0, 0}, {1, 1}, 1}, {"tiny", 2, 32}, Precision::float32, schedule, 1);
  };
  Checkpoint saved = start(1e-3);
  on_root(comm, [&] { write_checkpoint(options.output, saved); });
  Checkpoint state = start(1e20);
  EXPECT_THAT(error_of([&] { train(comm, set, &stream, options, state); }), HasSubstr("--learning-rate"));
  on_root(comm, [&] {
    const Checkpoint kept = parse_checkpoint(file_bytes(options.output), options.output);
    for (const float weight : kept.weights) EXPECT_LT(std::abs(weight), 1e6F);
    std::filesystem::remove(options.output);
  });
}

}  // namespace
}  // namespace elastem
