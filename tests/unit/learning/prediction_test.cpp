#include "learning/prediction.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "imaging/pose.hpp"
#include "learning/augmentation.hpp"

namespace elastem {
namespace {

const LabelScaling scaling{{3, -2}, {5, 7}, 4};

Image noise(std::uint64_t index) {
  Random random(6, Stream::noise, index);
  Image image(32, 32);
  for (float& pixel : image.reshaped<Eigen::RowMajor>()) pixel = static_cast<float>(random.normal());
  return image;
}

TEST(Prediction, TurnsWithTheImage) {
  Network network({"tiny", 2}, 3);
  const Prediction plain = predict_label(network, noise(1), scaling);
  // The same eight images in another order within the batch: only the order of sums differs.
  const double tolerance = 1e4 * std::numeric_limits<float>::epsilon();
  for (const Symmetry& symmetry : image_symmetries()) {
    const Prediction turned = predict_label(network, transformed(noise(1), symmetry), scaling);
    const Label expected = transformed(plain.best, symmetry);
    EXPECT_LT((turned.best.amplitudes - expected.amplitudes).norm(), tolerance);
    EXPECT_LT((turned.best.shift - expected.shift).norm(), tolerance);
    EXPECT_LT((turned.best.rotation - expected.rotation).norm(), tolerance);
  }
}

TEST(Prediction, OffersDistinctOrientationsLikeliestFirst) {
  Network network({"tiny", 2}, 3);
  const Prediction prediction = predict_label(network, noise(2), scaling);
  ASSERT_GE(prediction.orientations.size(), 2U);
  EXPECT_LE(prediction.orientations.size(), 24U);
  EXPECT_EQ(prediction.best.rotation, prediction.orientations.front());
  for (std::size_t i = 0; i < prediction.orientations.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GE(rotation_distance(prediction.orientations[i], prediction.orientations[j]), 10);
}

TEST(Prediction, IsTheSameEveryTime) {
  Network network({"tiny", 2}, 3);
  const Prediction first = predict_label(network, noise(3), scaling);
  predict_label(network, noise(4), scaling);
  const Prediction again = predict_label(network, noise(3), scaling);
  EXPECT_EQ(first.best.amplitudes, again.best.amplitudes);
  EXPECT_EQ(first.best.rotation, again.best.rotation);
  EXPECT_EQ(first.best.shift, again.best.shift);
}

}  // namespace
}  // namespace elastem
