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
  const OwnPoseLibrary library(model, test_grid, search_options(model, test_grid, options()));
  Aligner aligner(model, test_grid, white(1.5), options(), &*library);
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
  const OwnPoseLibrary library(model, test_grid, search_options(model, test_grid, options()));
  Aligner one(model, test_grid, white(1), options(), &*library),
      other(model, test_grid, white(1), options(), &*library);
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
  const Eigen::Vector3d angles = euler_angles(rotation_increment({0.1, 0.05, -0.08}) * truth.rotation);
  const Pose start{angles[0], angles[1], angles[2], truth.shift + Eigen::Vector2d(2, -3)};
  const auto result = aligner.refine_near(particle_image(model, truth, test_ctf(), 1, 5), test_ctf(), start);
  // Five standard errors of each amplitude.
  for (int k = 0; k < 2; ++k) {
    EXPECT_LT(std::abs(result.amplitudes[k] - truth.amplitudes[k]), 5 * result.standard_errors[k]);
  }
  EXPECT_LT(rotation_distance(rotation_of(result), truth.rotation),
            5 * result.standard_errors.segment<3>(2).norm());
  ASSERT_TRUE(result.fit.has_value());
  EXPECT_EQ(result.fit->covariance.rows(), 7);
  EXPECT_NEAR(result.fit->chi2, 1, 5 * std::sqrt(2.0 / (test_grid.size * test_grid.size)));
}

/// Wrong orientations, the truth disturbed by 0.2 radians and some of its amplitude, and more wrong ones.
std::vector<Placement> hypotheses(const Placement& truth, bool with_truth) {
  std::vector<Placement> starts;
  for (std::uint64_t i = 0; i < 6; ++i) {
    starts.push_back(random_placement(100 + i, 0, 0));
    starts.back().shift = truth.shift;
  }
  if (with_truth) {
    starts[3] = truth;
    starts[3].amplitudes *= 0.5;
    starts[3].rotation = rotation_increment({0.12, -0.1, 0.12}) * truth.rotation;
  }
  return starts;
}

TEST(Aligner, RefinesTheRightHypothesisWithoutASearch) {
  const ElasticModel model = bent_chain();
  const OwnPoseLibrary library(model, test_grid, search_options(model, test_grid, options()));
  Aligner aligner(model, test_grid, white(1), options(), &*library);
  for (std::uint64_t i = 0; i < 8; ++i) {
    const Placement truth = random_placement(i, 30, 8);
    const Image image = particle_image(model, truth, test_ctf(), 1, i);
    const auto refined = aligner.refine(image, test_ctf(), hypotheses(truth, true), 0);
    EXPECT_EQ(aligner.searches(), 0);
    const auto aligned = aligner.align(image, test_ctf());
    // Both are means over a sample of the same posterior; a quick fit ends within √0.1 standard errors of its
    // valley's floor.
    for (int k = 0; k < 2; ++k)
      EXPECT_NEAR(refined.amplitudes[k], aligned.amplitudes[k], aligned.standard_errors[k]);
    EXPECT_LT(rotation_distance(rotation_of(refined), rotation_of(aligned)),
              aligned.standard_errors.segment<3>(2).norm());
  }
}

TEST(Aligner, SearchesWhereTheHypothesesFitWorseThanUsual) {
  const ElasticModel model = bent_chain();
  const OwnPoseLibrary library(model, test_grid, search_options(model, test_grid, options()));
  Aligner aligner(model, test_grid, white(1), options(), &*library);
  int found = 0, found_without = 0;
  constexpr int images = 8;
  for (std::uint64_t i = 0; i < images; ++i) {
    const Placement truth = random_placement(i, 30, 8);
    const Image image = particle_image(model, truth, test_ctf(), 1, i);
    const auto starts = hypotheses(truth, false);
    const auto near = [&](const ParticleResult& result) {
      return rotation_distance(rotation_of(result), truth.rotation) < 15;
    };
    const double usual = 0.9 * aligner.align(image, test_ctf()).score;
    found_without += near(aligner.refine(image, test_ctf(), starts, 0));
    found += near(aligner.refine(image, test_ctf(), starts, usual));
  }
  EXPECT_LT(found_without, images / 2);  // a wrong start leads to the truth by chance only
  EXPECT_GE(found, images - 1);          // a search may miss one
  EXPECT_LE(aligner.searches(), images);
  EXPECT_GE(aligner.searches(), images / 2);
}

TEST(Aligner, ALocalAlignmentCoversItsRange) {
  const ElasticModel model = bent_chain();
  AlignmentOptions wide = options();
  wide.local_angle = 40;
  wide.local_shift = 20;
  Aligner near(model, test_grid, white(1), options(), nullptr),
      far(model, test_grid, white(1), wide, nullptr);
  int found = 0;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const Placement truth = random_placement(i, 30, 6);
    const Eigen::Vector3d angles = euler_angles(rotation_increment({0.35, -0.3, 0.25}) * truth.rotation);
    const Pose start{angles[0], angles[1], angles[2], truth.shift + Eigen::Vector2d(9, 8)};
    const Image image = particle_image(model, truth, test_ctf(), 1, i);
    found += rotation_distance(rotation_of(far.refine_near(image, test_ctf(), start)), truth.rotation) < 10;
  }
  EXPECT_GE(found, 5);  // one of six may end elsewhere
}

TEST(Aligner, ALocalAlignmentPrefersItsRange) {
  // An image of two particles, the brighter one 40 Å away from where the fainter one is said to be.
  const ElasticModel model = bent_chain();
  Aligner aligner(model, test_grid, white(1), options(), nullptr);
  Placement truth = random_placement(7, 0, 0), other = truth;
  truth.shift = {-20, 0};
  other.shift = {20, 0};
  const Image image =
      particle_image(model, truth, test_ctf(), 1, 7) + 2 * particle_image(model, other, test_ctf(), 0, 7);
  const Eigen::Vector3d angles = euler_angles(truth.rotation);
  const auto result = aligner.refine_near(image, test_ctf(), Pose{angles[0], angles[1], angles[2], {-16, 2}});
  EXPECT_LT((result.shift - truth.shift).norm(), 1.5 * options().local_shift);
}

TEST(Aligner, ImagesOfAFineGridAreFittedOnACoarseOne) {
  // The same particle on twice as fine a grid, fitted to 8 Å: the same answer, within a share of its error
  // that the aliases of the two drawings leave.
  const ElasticModel model = bent_chain();
  const ImageGrid fine{2 * test_grid.size, test_grid.pixel_size / 2};
  AlignmentOptions band = options();
  band.max_resolution = 8;
  const NoiseSpectrum noise(static_cast<std::size_t>(fine.size / 2 + 1),
                            static_cast<double>(fine.size) * fine.size);
  Aligner aligner(model, fine, noise, band, nullptr);
  const Placement truth = random_placement(8, 30, 5);
  Image image;
  Projector<float>(model, fine).project(truth.amplitudes, truth.rotation, truth.shift, image);
  image *= 30;  // far above the noise
  Ctf none;
  none.enabled = false;
  const Eigen::Vector3d angles = euler_angles(truth.rotation);
  const auto result = aligner.refine_near(image, none, Pose{angles[0], angles[1], angles[2], truth.shift});
  for (int k = 0; k < 2; ++k) EXPECT_NEAR(result.amplitudes[k], truth.amplitudes[k], 0.5);  // Å of ±30
  EXPECT_LT(rotation_distance(rotation_of(result), truth.rotation), 0.5);
  EXPECT_LT((result.shift - truth.shift).norm(), 0.1);
}

TEST(Aligner, AnImageWithoutTheParticleFailsOrIsUnsure) {
  const ElasticModel model = bent_chain();
  Aligner aligner(model, test_grid, white(1), options(), nullptr);
  const std::vector<Placement> starts = {random_placement(6, 0, 0)};
  const Image inverted = -particle_image(model, starts[0], test_ctf(), 0, 6);
  const auto result = aligner.refine(inverted, test_ctf(), starts, 0);
  EXPECT_TRUE(result.state == ParticleState::failed || result.score < 0.9);
}

}  // namespace
}  // namespace elastem
