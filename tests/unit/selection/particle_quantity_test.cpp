#include "selection/particle_quantity.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::HasSubstr;

QuantityContext context_of(bool fits = true, bool landscape = true) {
  QuantityContext context{"a.h5", {7, 9}, fits, std::nullopt};
  if (landscape) context.landscape = LandscapeColumns{"land", 2, 3};
  return context;
}

ParticleResult aligned() {
  ParticleResult result;
  result.state = ParticleState::done;
  result.amplitudes = Eigen::VectorXd::LinSpaced(2, 70, 90);
  result.standard_errors = Eigen::VectorXd::LinSpaced(7, 1, 7);
  result.euler_angles = {10, 20, 30};
  result.shift = {-1, -2};
  result.score = 0.5;
  result.fit = FitDetails{};
  result.fit->amplitudes = Eigen::VectorXd::LinSpaced(2, 71, 91);
  result.fit->chi2 = 1.25;
  result.fit->defocus_change = -40;
  result.fit->outlier = true;
  return result;
}

double value(const std::string& name, const ParticleResult& result = aligned(),
             const QuantityContext& context = context_of()) {
  const std::vector<double> told = {2, 0.25, 0.75, -11, 12, 13};
  return ParticleQuantity(name, context).value({4, result, told});
}

std::string refusal(const std::string& name, const QuantityContext& context = context_of()) {
  return error_of([&] { ParticleQuantity(name, context); });
}

TEST(ParticleQuantity, NamesWhatATableHolds) {
  const std::vector<std::pair<std::string, double>> wanted = {{"row", 5},
                                                              {"done", 1},
                                                              {"failed", 0},
                                                              {"pending", 0},
                                                              {"q7", 70},
                                                              {"q9", 90},
                                                              {"error9", 2},
                                                              {"alone9", 91},
                                                              {"rot", 10},
                                                              {"tilt", 20},
                                                              {"psi", 30},
                                                              {"shift_x", -1},
                                                              {"shift_y", -2},
                                                              {"score", 0.5},
                                                              {"rotation_error_x", 3},
                                                              {"rotation_error_y", 4},
                                                              {"chi2", 1.25},
                                                              {"outlier", 1},
                                                              {"rotation_error_view", 5},
                                                              {"shift_error_x", 6},
                                                              {"shift_error_y", 7},
                                                              {"defocus_change", -40}};
  for (const auto& [name, number] : wanted) EXPECT_EQ(value(name), number) << name;
}

TEST(ParticleQuantity, NamesOfTheExportedColumnsMeanTheSame) {
  EXPECT_EQ(value("amplitude_7"), value("q7"));
  EXPECT_EQ(value("amplitude_error_9"), value("error9"));
  EXPECT_EQ(value("component_2"), value("pc2"));
  EXPECT_EQ(value("probability_1"), value("p1"));
}

TEST(ParticleQuantity, NamesWhatALandscapeTells) {
  EXPECT_EQ(value("state"), 2);
  EXPECT_EQ(value("p"), 0.75);
  EXPECT_EQ(value("p1"), 0.25);
  EXPECT_EQ(value("pc1"), -11);
  EXPECT_EQ(value("pc3"), 13);
  QuantityContext without_states = context_of();
  without_states.landscape->states = 0;
  const std::vector<double> told = {-11, 12, 13};
  EXPECT_EQ(ParticleQuantity("pc2", without_states).value({0, aligned(), told}), 12);
  EXPECT_THAT(refusal("state", without_states), HasSubstr("land tells none"));
}

TEST(ParticleQuantity, WhatIsNotDoneHasItsStateAlone) {
  ParticleResult failed = aligned();
  failed.state = ParticleState::failed;
  EXPECT_EQ(value("failed", failed), 1);
  EXPECT_EQ(value("done", failed), 0);
  EXPECT_EQ(value("row", failed), 5);
  for (const char* name : {"q7", "score", "outlier", "state", "pc1"})
    EXPECT_TRUE(std::isnan(value(name, failed))) << name;
}

TEST(ParticleQuantity, WithoutFitsNothingIsAnOutlier) {
  ParticleResult predicted = aligned();
  predicted.fit.reset();
  EXPECT_EQ(value("outlier", predicted, context_of(false)), 0);
  for (const char* name : {"chi2", "defocus_change", "alone7"})
    EXPECT_THAT(refusal(name, context_of(false)), HasSubstr("is of an alignment")) << name;
}

TEST(ParticleQuantity, KnowsConditions) {
  for (const char* name : {"done", "failed", "pending", "outlier"})
    EXPECT_TRUE(ParticleQuantity(name, context_of()).flag()) << name;
  EXPECT_FALSE(ParticleQuantity("q7", context_of()).flag());
}

TEST(ParticleQuantity, ErrorsSayWhatThereIs) {
  EXPECT_THAT(refusal("q8"), HasSubstr("a.h5 has no mode 8: its modes are 7,9"));
  EXPECT_THAT(refusal("scor"), AllOf(HasSubstr("did you mean score?"), HasSubstr("rot, tilt, psi")));
  EXPECT_THAT(refusal("p3"), HasSubstr("it tells of states 1 to 2 only"));
  EXPECT_THAT(refusal("pc0"), HasSubstr("it tells of components 1 to 3 only"));
  for (const char* name : {"state", "p", "p1", "pc1"})
    EXPECT_THAT(refusal(name, context_of(true, false)), HasSubstr("give --landscape DIR")) << name;
}

}  // namespace
}  // namespace elastem
