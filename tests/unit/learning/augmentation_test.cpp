#include "learning/augmentation.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include "imaging/pose.hpp"
#include "imaging/projection.hpp"
#include "small_model.hpp"

namespace elastem {
namespace {

/// Footprints of 6 σ end where single precision does, so that a pixel at their edge may be in or out.
constexpr double uncut = 6;

Image projected(Projector<float>& projector, const Label& label) {
  Image image;
  projector.project(label.amplitudes, label.rotation, label.shift, image);
  return image;
}

/// Float rounding of atoms' places (some 30 Å in steps of a 24-bit mantissa, times the steepest slope of a
/// Gaussian) and of the sum over eleven atoms; a label that was off by a degree or a tenth of a pixel moves
/// pixels a thousand times as much.
float rounding(const Image& image) {
  return 200 * std::numeric_limits<float>::epsilon() * image.abs().maxCoeff();
}

class AugmentationOfSize : public testing::TestWithParam<int> {};

TEST_P(AugmentationOfSize, TurnsAndMirrorsAreProjectionsAtTheChangedLabel) {
  const ElasticModel model = test::small_model();
  Projector<float> projector(model, {GetParam(), 2.0}, uncut);
  for (const Symmetry& symmetry : image_symmetries()) {
    const Label label = test::random_label(5);
    const Image expected = projected(projector, transformed(label, symmetry));
    const Image changed = transformed(projected(projector, label), symmetry);
    EXPECT_LT((changed - expected).abs().maxCoeff(), rounding(expected))
        << symmetry.quarter_turns << " quarter turns" << (symmetry.mirrored ? ", mirrored" : "");
    EXPECT_NEAR(transformed(label, symmetry).rotation.determinant(), 1, 1e-14);
  }
}

TEST_P(AugmentationOfSize, TranslationsAreProjectionsAtTheChangedLabel) {
  const ElasticModel model = test::small_model();
  const double pixel_size = 2.0;
  Projector<float> projector(model, {GetParam(), pixel_size}, uncut);
  Label label = test::random_label(6);
  const Image moved = translated(projected(projector, label), 3, -2);
  label.shift += pixel_size * Eigen::Vector2d(3, -2);
  const Image expected = projected(projector, label);
  EXPECT_LT((moved - expected).abs().maxCoeff(), rounding(expected));
}

INSTANTIATE_TEST_SUITE_P(EvenAndOdd, AugmentationOfSize, testing::Values(48, 49));

TEST(Augmentation, AQuarterTurnTakesNinetyDegreesOffPsi) {
  Label label;
  label.rotation = rotation_matrix(20, 60, 130);
  const Label turned = transformed(label, {1, false});
  EXPECT_LT(rotation_distance(turned.rotation, rotation_matrix(20, 60, 40)), 1e-5);  // degrees; acos near 1
}

TEST(Augmentation, InversesUndo) {
  Image image(6, 6);
  for (Eigen::Index i = 0; i < image.size(); ++i) image.data()[i] = static_cast<float>(i);
  const Label label = test::random_label(7);
  for (const Symmetry& symmetry : image_symmetries()) {
    EXPECT_TRUE((transformed(transformed(image, symmetry), inverse(symmetry)) == image).all());
    EXPECT_EQ(transformed(transformed(label, symmetry), inverse(symmetry)).rotation, label.rotation);
    EXPECT_EQ(transformed(transformed(label, symmetry), inverse(symmetry)).shift, label.shift);
  }
}

TEST(Augmentation, TheEightAreDifferent) {
  Image image(5, 5);
  for (Eigen::Index i = 0; i < image.size(); ++i) image.data()[i] = static_cast<float>(i);
  const auto all = image_symmetries();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE((transformed(image, all[i]) == transformed(image, all[j])).all()) << i << " and " << j;
}

}  // namespace
}  // namespace elastem
