#include "mpi/learning/gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "learning/adam.hpp"
#include "learning/compute_device.hpp"
#include "learning/label.hpp"

namespace elastem {
namespace {

constexpr std::size_t pixels = 32 * 32;
constexpr std::size_t columns = target_count(2);
constexpr float single = std::numeric_limits<float>::epsilon();

struct Data {
  std::vector<float> inputs, targets;
};

/// Images first … last−1 of an endless set.
Data images(std::size_t first, std::size_t last) {
  const LabelScaling scaling{{0, 0}, {1, 1}, 1};
  Data data;
  for (std::size_t i = first; i < last; ++i) {
    Random random(8, Stream::noise, i);
    for (std::size_t p = 0; p < pixels; ++p) data.inputs.push_back(static_cast<float>(random.normal()));
    Label label;
    label.amplitudes.resize(2);
    for (double& q : label.amplitudes) q = random.normal();
    const Eigen::Vector3d a(random.normal(), random.normal(), random.normal());
    const Eigen::Vector3d b(random.normal(), random.normal(), random.normal());
    label.rotation = rotation_from_6d(a, b);
    data.targets.resize(data.targets.size() + columns);
    encode_label(label, scaling, {data.targets.data() + data.targets.size() - columns, columns});
  }
  return data;
}

/// Uneven parts of n images: the last of three or more ranks has none, the first has most.
Data own_part(const Communicator& comm, std::size_t n) {
  if (comm.size() == 1) return images(0, n);
  const auto busy = static_cast<std::size_t>(comm.size() > 2 ? comm.size() - 1 : comm.size());
  const auto rank = static_cast<std::size_t>(comm.rank());
  if (rank >= busy) return {};
  const std::size_t others = busy - 1, first = rank == 0 ? 0 : n - others + rank - 1;
  return images(first, rank == 0 ? n - others : first + 1);
}

TEST(MeanGradient, OfManyRanksIsThatOfOneWithTheWholeBatch) {
  const auto comm = Communicator::world();
  constexpr std::size_t n = 7;
  Network network({"tiny", 2}, 5);
  const Data all = images(0, n), own = own_part(comm, n);
  const LossSums expected = network.accumulate(all.inputs, all.targets);
  std::vector<double> whole(network.gradient().begin(), network.gradient().end());
  double scale = 0;
  for (double& g : whole) scale = std::max(scale, std::abs(g /= n));
  const LossSums sums = mean_gradient(comm, network, own.inputs, own.targets);
  EXPECT_EQ(sums.images, n);
  EXPECT_NEAR(sums.loss, expected.loss, 1e3 * single * n);
  // Float32 sums over some 2¹² terms, in another order.
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const double difference = std::abs(static_cast<double>(network.gradient()[i]) - whole[i]);
    if (difference > 64 * single * scale) {
      EXPECT_LE(difference, 64 * single * scale) << "weight " << i;
      break;
    }
  }
}

TEST(MeanGradient, IsTheSameWhereItsPartsComeFromCopies) {
  const auto comm = Communicator::world();
  const Data own = own_part(comm, 7);
  Network direct({"tiny", 2}, 5);
  use_device({-1, true});
  Network staged({"tiny", 2}, 5);
  use_device({});
  EXPECT_EQ(mean_gradient(comm, direct, own.inputs, own.targets).loss,
            mean_gradient(comm, staged, own.inputs, own.targets).loss);
  EXPECT_TRUE(std::ranges::equal(direct.gradient(), staged.gradient()));
  EXPECT_TRUE(std::ranges::any_of(staged.gradient(), [](float g) { return g != 0; }));
}

TEST(MeanGradient, WithoutAnyImageIsZero) {
  const auto comm = Communicator::world();
  Network network({"tiny", 2}, 5);
  EXPECT_EQ(mean_gradient(comm, network, {}, {}).images, 0);
  EXPECT_TRUE(
      std::all_of(network.gradient().begin(), network.gradient().end(), [](float g) { return g == 0; }));
}

TEST(Weights, StayEqualOnAllRanksWhileTheyLearn) {
  const auto comm = Communicator::world();
  Network network({"tiny", 2}, 5 + static_cast<std::uint64_t>(comm.rank()));
  share_weights(comm, network);
  EXPECT_NO_THROW(require_equal_weights(comm, network));
  const std::vector<float> before(network.weights().begin(), network.weights().end());
  Adam adam(network.weights().size());
  for (std::size_t step = 0; step < 4; ++step) {
    const Data own = own_part(comm, 5 + step);
    mean_gradient(comm, network, own.inputs, own.targets);
    adam.step(network.weights(), network.gradient(), 1e-3, 1);
  }
  EXPECT_NO_THROW(require_equal_weights(comm, network));
  EXPECT_FALSE(std::equal(before.begin(), before.end(), network.weights().begin()));
}

TEST(Weights, ThatDifferInOneBitAreNoticedByAllRanks) {
  const auto comm = Communicator::world();
  if (comm.size() == 1) GTEST_SKIP() << "one rank has nobody to differ from";
  Network network({"tiny", 2}, 5);
  float& weight = network.weights()[12345];
  if (comm.rank() == comm.size() - 1) weight = std::nextafter(weight, 10.0F);
  EXPECT_ANY_THROW(require_equal_weights(comm, network));
}

TEST(GradientSum, AddsUpWhateverTheSizeOfItsBuckets) {
  const auto comm = Communicator::world();
  for (const std::size_t bucket : {1UL, 7UL, 100UL, 1000UL}) {
    std::vector<float> values(100);
    std::iota(values.begin(), values.end(), static_cast<float>(comm.rank()));
    GradientSum sum(comm, values, bucket);
    for (const std::size_t first : {100UL, 93UL, 40UL, 7UL, 0UL}) sum.ready(first);
    sum.finish();
    const int ranks = comm.size();
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(values[i], static_cast<float>(ranks * static_cast<int>(i) + ranks * (ranks - 1) / 2));
  }
}

}  // namespace
}  // namespace elastem
