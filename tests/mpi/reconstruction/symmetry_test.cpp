#include "mpi/reconstruction/symmetry.hpp"

#include <cmath>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr int side = 32;

// A volume that holds some samples, given by rank 0.
struct Inserted {
  Inserted(const Communicator& comm, const std::vector<FourierSample>& samples)
      : fft(comm, side), slab(side, fft.first_plane(), fft.plane_count(), fft.spectrum()) {
    slab.insert(samples_of_own_planes(comm, fft, comm.root() ? samples : std::vector<FourierSample>()));
  }
  SlabFft fft;
  FourierSlab slab;
};

std::vector<FourierSample> random_samples() {
  Random random(1, Stream::noise, 0);
  std::vector<FourierSample> samples;
  for (int i = 0; i < 500; ++i) {
    const Eigen::Vector3d place =
        random.uniform(2, 13) *
        Eigen::Vector3d(random.normal(), random.normal(), random.normal()).normalized();
    FourierSample sample;
    sample.x = static_cast<float>(std::abs(place.x()));
    sample.y = static_cast<float>(place.y());
    sample.z = static_cast<float>(place.z());
    sample.value = {static_cast<float>(random.normal()), static_cast<float>(random.normal())};
    sample.weight = static_cast<float>(random.uniform());
    samples.push_back(sample);
    if (sample.x >= 1) continue;
    sample.x *= -1;
    sample.y *= -1;
    sample.z *= -1;
    sample.value = std::conj(sample.value);
    samples.push_back(sample);
  }
  return samples;
}

// The whole half volume on every rank: weight and value of each term.
std::vector<std::complex<double>> all_values(const Communicator& comm, const FourierSlab& slab) {
  return comm.all_gathered(std::vector(slab.values().begin(), slab.values().end()));
}
std::vector<double> all_weights(const Communicator& comm, const FourierSlab& slab) {
  return comm.all_gathered(std::vector(slab.weights().begin(), slab.weights().end()));
}

TEST(Symmetry, TurnsOfTheGridAddTheirTermsExactly) {
  const Communicator comm = Communicator::world();
  const std::vector<FourierSample> samples = random_samples();
  Inserted before(comm, samples), after(comm, samples);
  symmetrise(comm, after.fft, point_group("O"), after.slab);
  const auto old_weights = all_weights(comm, before.slab), weights = all_weights(comm, after.slab);
  const auto old_values = all_values(comm, before.slab), values = all_values(comm, after.slab);
  const auto index = [](Eigen::Vector3i k) {
    const auto wrapped = [](int i) { return static_cast<std::size_t>(i < 0 ? i + side : i); };
    return (wrapped(k.z()) * side + wrapped(k.y())) * (side / 2 + 1) + static_cast<std::size_t>(k.x());
  };
  double worst = 0, greatest = 0;
  for (int z = -9; z <= 9; ++z)
    for (int y = -9; y <= 9; ++y)
      for (int x = 0; x <= 9; ++x) {
        double weight = 0;
        std::complex<double> value;
        for (const auto& rotation : point_group("O").rotations) {
          const Eigen::Vector3i from = (rotation.transpose() * Eigen::Vector3d(x, y, z)).cast<int>();
          const bool mate = from.x() < 0;
          const std::size_t at = index(mate ? Eigen::Vector3i(-from) : from);
          weight += old_weights[at];
          value += mate ? std::conj(old_values[at]) : old_values[at];
        }
        worst = std::max({worst, std::abs(weight - weights[index({x, y, z})]),
                          std::abs(value - values[index({x, y, z})])});
        greatest = std::max(greatest, weight);
      }
  EXPECT_GT(greatest, 1);
  EXPECT_LT(worst, 1e-5 * greatest);  // copies are sent as floats
}

TEST(Symmetry, ATermIsSpreadAboutItsTurnedPlaces) {
  const Communicator comm = Communicator::world();
  FourierSample sample;
  sample.x = 3;
  sample.y = -12;
  sample.z = -1;
  sample.weight = 1;
  sample.value = {2, 1};
  const PointGroup group = point_group("T");
  Inserted inserted(comm, {sample});
  symmetrise(comm, inserted.fft, group, inserted.slab);
  const auto weights = all_weights(comm, inserted.slab);
  const auto values = all_values(comm, inserted.slab);
  for (const auto& rotation : group.rotations) {
    Eigen::Vector3d place = rotation * Eigen::Vector3d(3, -12, -1);
    const bool mate = place.x() < 0;
    if (mate) place *= -1;
    if (place.x() < 2) continue;  // parts of it lie at x < 0
    double weight = 0;
    std::complex<double> value;
    Eigen::Vector3d centre = Eigen::Vector3d::Zero();
    for_each_term(side, 0, weights.size(), [&](std::size_t i, int x, int y, int z) {
      if ((Eigen::Vector3d(x, y, z) - place).cwiseAbs().maxCoeff() >= 1) return;
      weight += weights[i];
      value += values[i];
      centre += weights[i] * Eigen::Vector3d(x, y, z);
    });
    constexpr double rounding = 1e-5;  // of a sample's place, a float, over its eight neighbours
    EXPECT_NEAR(weight, 1, rounding);
    EXPECT_LT(std::abs(value - std::complex<double>(2, mate ? -1 : 1)), 1e-5);
    EXPECT_LT((centre - place).norm(), 1e-4);
  }
}

TEST(Symmetry, SmoothingIsThatOfTurnedCopiesOnly) {
  const Communicator comm = Communicator::world();
  SlabFft fft(comm, side);
  const auto fill = [&] { std::ranges::fill(fft.volume(), 1.0); };
  fill();
  undo_smoothing(point_group("D4"), fft);
  for (int plane = 0; plane < fft.plane_count(); ++plane) EXPECT_EQ(fft.voxel(plane, 5, 7), 1);
  fill();
  undo_smoothing(point_group("C3"), fft);
  for (int plane = 0; plane < fft.plane_count(); ++plane) {
    // Two of three copies are brought to the grid again, along x and y.
    const double twice = trilinear_envelope(7, -5, 0, side);
    EXPECT_NEAR(fft.voxel(plane, -5, 7), 3 / (1 + 2 * twice), 1e-12);
  }
}

}  // namespace
}  // namespace elastem
