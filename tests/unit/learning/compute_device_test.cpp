#include "learning/compute_device.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"
#include "small_model.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

TEST(Device, IsChosenByTheRanksNumberWithinItsNode) {
  for (const DeviceChoice choice : {DeviceChoice::automatic, DeviceChoice::cuda}) {
    EXPECT_EQ(device_among(4, choice, 2), (ComputeDevice{2, true}));
    EXPECT_EQ(device_among(4, choice, 5), (ComputeDevice{1, true}));
  }
  EXPECT_EQ(device_among(4, DeviceChoice::cpu, 2), ComputeDevice{});
  EXPECT_EQ(device_among(0, DeviceChoice::automatic, 2), ComputeDevice{});
  EXPECT_EQ(choose_device(DeviceChoice::cpu, 2), ComputeDevice{});
}

TEST(Device, SaysThatThereIsNone) {
  const std::string said = error_of([] { device_among(0, DeviceChoice::cuda, 0); });
  EXPECT_NE(said.find("no CUDA device here"), std::string::npos) << said;
}

TEST(Device, IsNamed) {
  EXPECT_EQ(device_name({}), "the processor");
  EXPECT_EQ(device_name({3, true}), "CUDA device 3");
}

// What a CUDA device does with copies of weights and gradient, done on the processor.

constexpr std::size_t images = 3;

struct Data {
  std::vector<float> inputs, targets;
};

Data random_data() {
  Data data;
  Random random(8, Stream::noise, 1);
  for (std::size_t i = 0; i < images * 32 * 32; ++i)
    data.inputs.push_back(static_cast<float>(random.normal()));
  const std::size_t columns = target_count(2);
  data.targets.resize(images * columns);
  for (std::size_t i = 0; i < images; ++i)
    encode_label(test::random_label(i), {{0, 0}, {5, 5}, 4}, {data.targets.data() + i * columns, columns});
  return data;
}

Network staged_network(Precision precision) {
  use_device({-1, true});
  Network network({"tiny", 2}, 5, precision);
  use_device({});
  return network;
}

std::vector<float> copied(std::span<const float> values) {
  return {values.begin(), values.end()};
}

class StagedNetwork : public testing::TestWithParam<Precision> {};

TEST_P(StagedNetwork, ComputesTheSameBitsAsOneWithoutCopies) {
  Network direct({"tiny", 2}, 5, GetParam()), staged = staged_network(GetParam());
  const Data data = random_data();
  ASSERT_EQ(copied(direct.weights()), copied(staged.weights()));
  for (int step = 0; step < 3; ++step) {
    EXPECT_EQ(direct.predict(data.inputs), staged.predict(data.inputs)) << step;
    EXPECT_EQ(direct.accumulate(data.inputs, data.targets).loss,
              staged.accumulate(data.inputs, data.targets).loss)
        << step;
    ASSERT_EQ(copied(direct.gradient()), copied(staged.gradient())) << step;
    for (Network* network : {&direct, &staged}) {
      const std::span<float> weights = network->weights(), gradient = network->gradient();
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= 1e-3F * gradient[i];
    }
  }
  staged.accumulate({}, {});
  EXPECT_TRUE(std::ranges::all_of(staged.gradient(), [](float g) { return g == 0; }));
}

TEST_P(StagedNetwork, HandsOnWhatIsFinalFromTheLastNumberToTheFirst) {
  Network network = staged_network(GetParam());
  const Data data = random_data();
  std::vector<std::pair<std::size_t, std::vector<float>>> parts;
  std::size_t from = network.gradient().size();
  // On a busy machine a pass may be over before this thread looks at it for the first time.
  for (int pass = 0; pass < 100 && parts.size() < 2; ++pass) {
    parts.clear();
    from = network.gradient().size();
    network.accumulate(data.inputs, data.targets,
                       [&, thread = std::this_thread::get_id()](auto first, auto count) {
                         EXPECT_EQ(std::this_thread::get_id(), thread);  // which is the one that may call MPI
                         EXPECT_EQ(first + count, from);
                         from = first;
                         parts.emplace_back(first, copied(network.gradient().subspan(first, count)));
                       });
  }
  EXPECT_EQ(from, 0U);
  EXPECT_GT(parts.size(), 1U);
  for (const auto& [first, values] : parts)
    EXPECT_TRUE(std::equal(values.begin(), values.end(),
                           network.gradient().begin() + static_cast<std::ptrdiff_t>(first)));
}

TEST_P(StagedNetwork, PassesOnWhatGoesWrongWhileItHandsOn) {
  Network network = staged_network(GetParam());
  const Data data = random_data();
  network.accumulate(data.inputs, data.targets);
  const std::vector<float> gradient = copied(network.gradient());
  EXPECT_THROW(network.accumulate(data.inputs, data.targets,
                                  [](std::size_t, std::size_t) { throw std::runtime_error("no network"); }),
               std::runtime_error);
  network.accumulate(data.inputs, data.targets);
  EXPECT_EQ(gradient, copied(network.gradient()));
}

INSTANTIATE_TEST_SUITE_P(InBothPrecisions, StagedNetwork,
                         testing::Values(Precision::float32, Precision::bfloat16),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace elastem
