#include "alignment/component_analysis.hpp"

#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

constexpr Eigen::Index n = 12;

Eigen::MatrixXd normal_values(Eigen::Index rows, Eigen::Index columns, std::uint64_t index) {
  Random random(5, Stream::sampling, index);
  Eigen::MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) value = random.normal();
  return values;
}

// Two components and a mean that are none of the axes.
MotionComponents truth() {
  const Eigen::MatrixXd axes =
      normal_values(n, 2, 1000).householderQr().householderQ() * Eigen::MatrixXd::Identity(n, 2);
  return {5 * normal_values(n, 1, 1001), axes, Eigen::Vector2d(400, 100)};
}

// Each image shows four directions only, of errors of 3 to 10.
std::vector<Linearisation> images(const MotionComponents& of, int count) {
  std::vector<Linearisation> made;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    const Eigen::MatrixXd seen = normal_values(n, 4, 10 * at) / 6;
    const Eigen::VectorXd c = of.mean + of.root() * normal_values(of.root().cols(), 1, 10 * at + 1);
    Linearisation image;
    image.information = seen * seen.transpose();
    image.offset = image.information * c + seen * normal_values(4, 1, 10 * at + 2);
    made.push_back(image);
  }
  return made;
}

// A start that knows a part of the first component only.
MotionComponents start() {
  return {Eigen::VectorXd::Zero(n), Eigen::MatrixXd::Identity(n, 3), Eigen::Vector3d(300, 200, 100)};
}

double iterate(ComponentAnalysis& analysis, const std::vector<Linearisation>& all) {
  auto sums = analysis.zero();
  double likelihood = 0;
  for (const auto& image : all) {
    analysis.add(image, sums);
    likelihood += analysis.log_likelihood(image);
  }
  analysis.maximise(sums);
  return likelihood;
}

TEST(ComponentAnalysis, FindsMeanAndComponentsThatNoImageShowsWhole) {
  const auto all = images(truth(), 2000);
  ComponentAnalysis analysis(start(), Eigen::VectorXd::Constant(n, 1e4));
  for (int i = 0; i < 200; ++i) iterate(analysis, all);
  const MotionComponents& found = analysis.components();
  // A mean's error is the spread over √2000 where every image shows it; each shows a third.
  EXPECT_LT((found.mean - truth().mean).norm(), 3 * std::sqrt((500 + 12 * 36) / 2000.0 * 3));
  EXPECT_NEAR(std::sqrt(found.variances[0]), 20, 2);
  EXPECT_NEAR(std::sqrt(found.variances[1]), 10, 2);
  const Eigen::MatrixXd overlap = truth().directions.transpose() * found.directions.leftCols(2);
  EXPECT_GT(std::abs(overlap(0, 0)), 0.98);
  EXPECT_GT(std::abs(overlap(1, 1)), 0.98);
  if (found.variances.size() > 2) {
    EXPECT_LT(found.variances[2], 0.02 * found.variances[0]);
  }
}

TEST(ComponentAnalysis, NoIterationMakesTheImagesLessLikely) {
  const auto all = images(truth(), 300);
  ComponentAnalysis analysis(start(), Eigen::VectorXd::Constant(n, 1e12));
  double before = iterate(analysis, all);
  for (int i = 0; i < 30; ++i) {
    const double now = iterate(analysis, all);
    EXPECT_GT(now, before - 1e-9 * std::abs(before)) << i;
    before = now;
  }
}

TEST(ComponentAnalysis, TheLikelihoodIsThatOfTheNormalDistribution) {
  const auto image = images(truth(), 1).front();
  const MotionComponents of = truth();
  const ComponentAnalysis analysis(of, Eigen::VectorXd::Ones(n));
  // ln ∫ exp(bᵀc − ½cᵀHc) N(c; μ, WWᵀ) dc by adding up over a grid of z.
  const double step = 0.05;
  double sum = 0;
  for (double x = -6; x <= 6; x += step)
    for (double y = -6; y <= 6; y += step) {
      const Eigen::VectorXd c = of.mean + of.root() * Eigen::Vector2d(x, y);
      sum += std::exp(image.offset.dot(c) - 0.5 * c.dot(image.information * c) - (x * x + y * y) / 2 -
                      analysis.log_likelihood(image));
    }
  EXPECT_NEAR(sum * step * step / (2 * std::numbers::pi), 1, 1e-6);
}

TEST(ComponentAnalysis, WhatTheImagesDoNotShowThePriorKeepsDown) {
  auto all = images(truth(), 400);
  for (auto& image : all) {
    image.information.row(n - 1).setZero();
    image.information.col(n - 1).setZero();
    image.offset[n - 1] = 0;
  }
  ComponentAnalysis analysis(start(), Eigen::VectorXd::Constant(n, 100));
  for (int i = 0; i < 20; ++i) iterate(analysis, all);
  EXPECT_NEAR(analysis.components().mean[n - 1], 0, 1e-9);
  EXPECT_LT(analysis.components().root().row(n - 1).norm(), 1e-6);
}

}  // namespace
}  // namespace elastem
