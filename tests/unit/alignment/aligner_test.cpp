#include "alignment/aligner.hpp"

#include <gtest/gtest.h>

#include "synthetic_particle.hpp"

namespace elastem {
namespace {

NoiseSpectrum white(double sigma) {
  return NoiseSpectrum(static_cast<std::size_t>(test_grid.size / 2 + 1),
                       test_grid.size * test_grid.size * sigma * sigma);
}

AlignmentOptions options() {
  AlignmentOptions o;
  o.angular_step = 12;
  o.search_resolution = 12;
  o.amplitude_range = 40;
  return o;
}

Eigen::Matrix3d rotation_of(const ParticleResult& result) {
  return rotation_matrix(result.euler_angles[0], result.euler_angles[1], result.euler_angles[2]);
}

TEST(Aligner, FindsNoisyParticlesFromNothing) {
  const ElasticModel model = bent_chain();
  const PoseLibrary library = make_pose_library(model, test_grid, options());
  Aligner aligner(model, test_grid, white(1.5), options(), &library);
  int found = 0;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Placement truth = random_placement(i, 30, 8);
    const auto result = aligner.align(particle_image(model, truth, test_ctf(), 1.5, i), test_ctf());
    EXPECT_EQ(result.state, ParticleState::done);
    EXPECT_EQ(result.standard_errors.size(), 7);
    found += rotation_distance(rotation_of(result), truth.rotation) < 15 ? 1 : 0;
  }
  EXPECT_GE(found, 11);  // the search may miss a particle now and then, not two of twelve
}

TEST(Aligner, IsAPureFunctionOfTheParticle) {
  const ElasticModel model = bent_chain();
  const PoseLibrary library = make_pose_library(model, test_grid, options());
  Aligner one(model, test_grid, white(1), options(), &library),
      other(model, test_grid, white(1), options(), &library);
  const Image a = particle_image(model, random_placement(1, 30, 8), test_ctf(), 1, 1);
  const Image b = particle_image(model, random_placement(2, 30, 8), test_ctf(), 1, 2);
  const auto first = one.align(a, test_ctf());
  Ctf another = test_ctf();
  another.defocus_u = 9000;
  other.align(b, another);  // what came before must leave no trace
  const auto second = other.align(a, test_ctf());
  EXPECT_EQ(first.amplitudes, second.amplitudes);
  EXPECT_EQ(first.euler_angles, second.euler_angles);
  EXPECT_EQ(first.shift, second.shift);
  EXPECT_EQ(first.standard_errors, second.standard_errors);
}

TEST(Aligner, RefinesFromAKnownPose) {
  const ElasticModel model = bent_chain();
  Aligner aligner(model, test_grid, white(1), options(), nullptr);
  const Placement truth = random_placement(5, 30, 8);
  std::vector<Placement> starts;
  for (const auto& amplitudes : aligner.start_amplitudes()) {
    starts.push_back({amplitudes, rotation_increment({0.1, 0.05, -0.08}) * truth.rotation, truth.shift});
  }
  const auto result = aligner.refine(particle_image(model, truth, test_ctf(), 1, 5), test_ctf(), starts);
  // Five standard errors of each amplitude.
  for (int k = 0; k < 2; ++k) {
    EXPECT_LT(std::abs(result.amplitudes[k] - truth.amplitudes[k]), 5 * result.standard_errors[k]);
  }
  EXPECT_LT(rotation_distance(rotation_of(result), truth.rotation),
            5 * result.standard_errors.segment<3>(2).norm());
}

TEST(Aligner, AnImageWithoutTheParticleFailsOrIsUnsure) {
  const ElasticModel model = bent_chain();
  Aligner aligner(model, test_grid, white(1), options(), nullptr);
  const std::vector<Placement> starts = {random_placement(6, 0, 0)};
  const Image inverted = -particle_image(model, starts[0], test_ctf(), 0, 6);
  const auto result = aligner.refine(inverted, test_ctf(), starts);
  EXPECT_TRUE(result.state == ParticleState::failed || result.score < 0.9);
}

}  // namespace
}  // namespace elastem
