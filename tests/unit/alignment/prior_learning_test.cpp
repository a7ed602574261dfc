#include "alignment/prior_learning.hpp"

#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace elastem {
namespace {

const SumOverRanks alone = [](std::span<double>) {};

struct Trial {
  std::vector<Learner> learners;
  std::vector<Eigen::VectorXd> truth;
};

/// `draw` gives the truth of a particle; errors of about 11 Å, differently oriented in each.
template <class Draw>
Trial trial(int count, Eigen::Index modes, Draw&& draw) {
  Trial trial;
  for (int i = 0; i < count; ++i) {
    Random random(5, Stream::conformation, static_cast<std::uint64_t>(i));
    const Eigen::VectorXd truth = draw(random);
    Eigen::MatrixXd half(modes, modes + 2);
    for (double& value : half.reshaped()) value = random.normal();
    const Eigen::MatrixXd covariance = 120.0 / static_cast<double>(modes + 2) * half * half.transpose();
    Eigen::VectorXd noise(modes);
    for (double& value : noise) value = random.normal();
    const Eigen::MatrixXd factor = covariance.llt().matrixL();
    trial.learners.push_back({i, i, {truth + factor * noise, covariance}});
    trial.truth.push_back(truth);
  }
  return trial;
}

Eigen::VectorXd helix(Random& random) {
  const double r = random.uniform(), angle = std::numbers::pi * r;
  return Eigen::Vector3d(-200 * r, 200 * std::sin(angle), 200 * std::cos(angle));
}

LearntPrior learn(const Trial& trial) {
  const auto total = static_cast<std::int64_t>(trial.learners.size());
  return learn_prior(trial.learners, total, trial.truth[0].size(), RowSlices{total}, alone).value();
}

/// Mean absolute errors of the amplitudes without and with the prior, and the mean square of their errors
/// over what the answers promise.
struct Gain {
  double before = 0, after = 0, pull = 0;
};

Gain gain(const Trial& trial, const LearntPrior& learnt) {
  PriorEvidence evidence(learnt.prior);
  Gain gain;
  for (std::size_t i = 0; i < trial.learners.size(); ++i) {
    const auto& estimate = trial.learners[i].estimate;
    evidence.weigh(estimate, learnt.own_points[i]);
    const auto answer = evidence.answer();
    const Eigen::ArrayXd error = answer.amplitudes - trial.truth[i];
    gain.before += (estimate.amplitudes - trial.truth[i]).cwiseAbs().mean();
    gain.after += error.abs().mean();
    gain.pull += (error.square() / answer.covariance.diagonal().array()).mean();
  }
  const auto count = static_cast<double>(trial.learners.size());
  return {gain.before / count, gain.after / count, gain.pull / count};
}

TEST(PriorLearning, ACurveHalvesTheErrors) {
  const auto set = trial(600, 3, helix);
  const auto learnt = learn(set);
  const auto [before, after, pull] = gain(set, learnt);
  // With the curve itself as the prior two of three directions are known: √(1/3) of the error would be left.
  EXPECT_LT(after, 0.62 * before);
  // 600 answers know their mean square to √(2/600) = 6 %; the tails of the model promise a little more.
  EXPECT_LT(pull, 1.3);
  EXPECT_GT(learnt.iterations, 10);
}

TEST(PriorLearning, TheLikelihoodGrows) {
  const auto learnt = learn(trial(300, 3, helix));
  ASSERT_GT(learnt.likelihoods.size(), 12U);
  for (std::size_t i = 1; i < learnt.likelihoods.size(); ++i) {
    if (i == 10) continue;  // where the points moved
    EXPECT_GE(learnt.likelihoods[i], learnt.likelihoods[i - 1] - 1e-9 * std::abs(learnt.likelihoods[i]))
        << "iteration " << i;
  }
}

TEST(PriorLearning, ClustersAreFound) {
  const auto set = trial(300, 3, [](Random& random) {
    const Eigen::Vector3d centres[] = {{-100, 50, 0}, {80, -60, 40}, {0, 100, -120}};
    return centres[random.below(3)];
  });
  const auto [before, after, pull] = gain(set, learn(set));
  // A hundred estimates a cluster know its centre ten times better than one; the finest width is 0.15 of one.
  EXPECT_LT(after, 0.25 * before);
  EXPECT_LT(pull, 1.3);
}

TEST(PriorLearning, ABroadDistributionIsLeftAsItIs) {
  const auto normal = trial(500, 3, [](Random& random) {
    return Eigen::Vector3d(80 * random.normal(), 80 * random.normal(), 80 * random.normal());
  });
  const auto cube = trial(500, 3, [](Random& random) {
    return Eigen::Vector3d(random.uniform(-150, 150), random.uniform(-150, 150), random.uniform(-150, 150));
  });
  const auto learnt = learn(normal);
  // Three means of 500 values of spread 80 each: four standard deviations.
  EXPECT_LT(learnt.prior.mean.norm(), 4 * 80 * std::sqrt(3.0 / 500));
  for (const auto& [before, after, pull] : {gain(normal, learnt), gain(cube, learn(cube))}) {
    EXPECT_LT(after, 1.02 * before);  // a prior that is 7 errors wide could gain 1 %
    EXPECT_LT(pull, 1.2);
  }
}

TEST(PriorLearning, ManyModesDoNoHarm) {
  const auto set = trial(300, 10, [](Random& random) {
    Eigen::VectorXd truth(10);
    for (double& value : truth) value = 80 * random.normal();
    return truth;
  });
  const auto [before, after, pull] = gain(set, learn(set));
  EXPECT_LT(after, before);
  EXPECT_LT(pull, 1.2);
}

TEST(PriorLearning, WrongOnesStayAndDoNotDisturb) {
  auto set = trial(400, 3, helix);
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < set.learners.size(); i += 20) {
    Random random(6, Stream::conformation, i);
    auto& q = set.learners[i].estimate.amplitudes;
    q << random.uniform(50, 250), random.uniform(-250, -50), random.uniform(-250, 250);
    set.truth[i] = q;  // a prior cannot know better
    wrong.push_back(i);
  }
  const auto learnt = learn(set);
  const auto [before, after, pull] = gain(set, learnt);
  EXPECT_LT(after, 0.65 * before);
  PriorEvidence evidence(learnt.prior);
  for (const auto i : wrong) {
    const auto& estimate = set.learners[i].estimate;
    evidence.weigh(estimate, learnt.own_points[i]);
    const Eigen::VectorXd step = evidence.answer().amplitudes - estimate.amplitudes;
    EXPECT_LT(step.norm(), 3 * std::sqrt(estimate.covariance.trace())) << i;
  }
}

TEST(PriorLearning, NeedsSomeParticles) {
  const auto set = trial(24, 3, helix);
  EXPECT_FALSE(learn_prior(set.learners, 24, 3, RowSlices{24}, alone).has_value());
  const auto more = trial(25, 3, helix);
  EXPECT_TRUE(learn_prior(more.learners, 25, 3, RowSlices{25}, alone).has_value());
}

TEST(PriorLearning, StrataHaveOneEach) {
  for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(stratum_drawn(i, 5, 7), i);
  for (const std::int64_t total : {8, 100, 1001}) {
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < total; ++i) {
      const auto stratum = stratum_drawn(i, total, 7);
      if (stratum < 0) continue;
      EXPECT_EQ(stratum, next++);
    }
    EXPECT_EQ(next, 7);
  }
}

}  // namespace
}  // namespace elastem
