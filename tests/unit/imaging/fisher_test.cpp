#include "imaging/fisher.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "imaging/projection.hpp"
#include "random_model.hpp"

namespace elastem {
namespace {

TEST(Fisher, OneAtomsShiftHasTheClosedFormError) {
  // White noise σ_n, one Gaussian of peak A and width s (pixels): F_xx = A²·π/2/σ_n², so the error in pixels
  // is σ_n/(A·√(π/2)), whatever s is, as long as the sum over pixels is the integral; shift x, y and grey
  // scale decouple.
  ElasticModel model;
  model.positions = Eigen::Matrix3Xd::Zero(3, 1);
  model.weights = Eigen::VectorXd::Constant(1, 10);
  model.kinds = {{{1.0, 4}}};
  const int size = 64;
  const double p = 2, noise = 0.3;
  Projector<double> projector(model, {size, p}, 9);
  Fft2<double> fft(size);
  const std::size_t terms = 64 * 33;
  ImageOf<double> image;
  std::vector<ImageOf<double>> derivatives;
  projector.project_with_derivatives(Eigen::VectorXd(0), Eigen::Matrix3d::Identity(), {0, 0}, image,
                                     derivatives);
  const auto errors = standard_errors(fft, image, derivatives, 1.0, std::vector<float>(terms, 1.0F),
                                      std::vector<double>(terms, size * size * noise * noise));
  const double peak = 10 * p * p / (2 * std::numbers::pi * 16);
  const double expected = noise / (peak * std::sqrt(std::numbers::pi / 2)) * p;
  // Sampling at s = 2 px is exact to exp(−2π²s²); what is left is rounding of the sums.
  const double tolerance = 1e3 * std::numeric_limits<double>::epsilon() * expected;
  ASSERT_EQ(errors.size(), 5);
  EXPECT_NEAR(errors[3], expected, tolerance);
  EXPECT_NEAR(errors[4], expected, tolerance);
  // One atom at the origin has no orientation.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::isinf(errors[i]));
}

TEST(Fisher, ScalesWithTheNoiseAndTheGreyScale) {
  const ElasticModel model = random_model(9, 80, 2, 2.0);
  Projector<double> projector(model, {48, 2.2});
  Fft2<double> fft(48);
  const std::size_t terms = 48 * 25;
  const std::vector<float> transfer(terms, 1.0F);
  ImageOf<double> image;
  std::vector<ImageOf<double>> derivatives;
  projector.project_with_derivatives(Eigen::Vector2d(5, 3), rotation_matrix(10, 50, 30), {1, 2}, image,
                                     derivatives);
  const auto at = [&](double power, double grey) {
    return standard_errors(fft, image, derivatives, grey, transfer, std::vector<double>(terms, power));
  };
  const Eigen::VectorXd base = at(1, 1), noisy = at(4, 1), bright = at(1, 2);
  for (Eigen::Index i = 0; i < base.size(); ++i) {
    EXPECT_NEAR(noisy[i], 2 * base[i], 1e-10 * base[i]) << "√ of a matrix of condition below 1e5";
    EXPECT_NEAR(bright[i], 0.5 * base[i], 1e-10 * base[i]);
  }
}

TEST(Fisher, SinglePrecisionWillDo) {
  const ElasticModel model = random_model(9, 300, 3, 1.5);
  const std::size_t terms = 64 * 33;
  const std::vector<float> transfer(terms, 1.0F);
  const std::vector<double> power(terms, 1.0);
  const auto errors = [&]<class Real>(Real) {
    Projector<Real> projector(model, {64, 2.2});
    Fft2<Real> fft(64);
    ImageOf<Real> image;
    std::vector<ImageOf<Real>> derivatives;
    projector.project_with_derivatives(Eigen::Vector3d(5, 3, 9), rotation_matrix(10, 50, 30), {1, 2}, image,
                                       derivatives);
    return standard_errors(fft, image, derivatives, 1.0, transfer, power);
  };
  const Eigen::VectorXd single = errors(1.0F), exact = errors(1.0);
  // Rounding of the sums, times the condition of the scaled matrix (below 100 here).
  const double tolerance = 1e3 * static_cast<double>(std::numeric_limits<float>::epsilon());
  for (Eigen::Index i = 0; i < exact.size(); ++i) EXPECT_NEAR(single[i], exact[i], tolerance * exact[i]);
}

}  // namespace
}  // namespace elastem
