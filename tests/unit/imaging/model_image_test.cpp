#include "imaging/model_image.hpp"

#include <gtest/gtest.h>

namespace elastem {
namespace {

constexpr ImageGrid grid{32, 3};

// Two atoms, the second of which moves along x.
ElasticModel two_atoms() {
  ElasticModel model;
  model.positions.resize(3, 2);
  model.positions << -6, 9, 3, 0, 0, 6;
  Eigen::MatrixXd step = Eigen::MatrixXd::Zero(3, 2);
  step(0, 1) = 1;
  model.modes.emplace_back(step);
  model.mode_numbers = {7};
  model.weights.resize(2);
  model.weights << 10, 20;
  return model;
}

ParticleResult at(double amplitude, const Eigen::Vector2d& shift) {
  ParticleResult result;
  result.amplitudes = Eigen::VectorXd::Constant(1, amplitude);
  result.euler_angles << 20, 70, 130;
  result.shift = shift;
  return result;
}

TEST(ModelImage, IsTheProjectionTimesTheCtf) {
  const ElasticModel model = two_atoms();
  const std::vector<float> transfer(32 * 17, 0.5F);
  const ParticleResult result = at(4, {3, -6});
  Image image;
  Projector<float>(model, grid)
      .project(result.amplitudes, rotation_matrix(result.pose()), result.shift, image);
  Spectrum expected;
  Fft2<float>(32).forward(image, expected);
  ModelImage images(model, grid);
  const Spectrum& made = images.of(result, transfer);
  const float scale = expected.cwiseAbs().maxCoeff();
  EXPECT_LE((made - 0.5F * expected).cwiseAbs().maxCoeff(), 1e-6F * scale);
}

TEST(SubtractModel, LeavesWhatTheModelDoesNotHaveWhateverTheGreyScale) {
  const ElasticModel model = two_atoms();
  const std::vector<float> transfer(32 * 17, 1.0F);
  ModelImage images(model, grid);
  const Spectrum own = images.of(at(0, {0, 0}), transfer);
  Spectrum scaled = -3.0F * own;
  subtract_model(own, 16, scaled);
  // The mean is not of the model; all else goes.
  scaled(0, 0) = 0;
  EXPECT_LE(scaled.cwiseAbs().maxCoeff(), 1e-5F * own.cwiseAbs().maxCoeff());

  // Something that is orthogonal to the model stays: a single term where the model is made 0.
  Spectrum without = own, image = own;
  without(5, 3) = 0;
  image(5, 3) = {7, -2};
  subtract_model(without, 16, image);
  EXPECT_EQ(image(5, 3), std::complex<float>(7, -2));
}

}  // namespace
}  // namespace elastem
