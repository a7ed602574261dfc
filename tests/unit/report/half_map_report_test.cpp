#include "report/half_map_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace elastem {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr ImageGrid grid{8, 2.0};

Postprocessing unmasked() {
  Postprocessing processing;
  processing.grid = grid;
  processing.first = "a map_half1.mrc";
  processing.second = "b_half2.mrc";
  processing.curves.unmasked = {1, 0.9, 0.6, 0.1, 0};
  processing.resolution = 5.5;
  processing.original = processing.weighted =
      processing.sharpened = {0, -1, -2, -3, ShellAmplitudes::no_amplitude};
  return processing;
}

Postprocessing masked() {
  Postprocessing processing = unmasked();
  processing.mask = "mask.mrc";
  processing.curves.masked = {1, 0.95, 0.8, 0.5, 0.2};
  processing.curves.randomised = {1, 0.9, 0.5, 0.1, 0};
  processing.curves.corrected = {1, 0.95, 0.6, 0.44, 0.2};
  processing.curves.randomised_from = 2;
  processing.line = GuinierLine{-20, -8, -0.9};
  processing.b_factor = -80;
  return processing;
}

TEST(HalfMapReport, SaysWhetherHalvesAgree) {
  HalfCorrelation curves = unmasked().curves;
  EXPECT_EQ(agreement_sentence(curves, grid),
            "the halves agree to 5.49 Å (FSC 0.143, without a mask), to 7.27 Å at 0.5");  // 16/(3 − .043/.5)
  curves.unmasked = {1, 0.4, 0.1, 0.1, 0};
  EXPECT_THAT(agreement_sentence(curves, grid), HasSubstr("nowhere to 0.5"));
  curves.unmasked = {1, 0.1, 0.6, 0.1, 0};
  EXPECT_EQ(agreement_sentence(curves, grid), "the halves do not agree (FSC 0.10 at 16 Å, without a mask)");
}

TEST(HalfMapReport, IsInRelionsTerms) {
  const std::string star = postprocess_star(masked());
  EXPECT_THAT(star, HasSubstr("_rlnFinalResolution                       5.500000"));
  EXPECT_THAT(star, HasSubstr("_rlnBfactorUsedForSharpening              -80.000000"));
  EXPECT_THAT(star, HasSubstr("_rlnUnfilteredMapHalf1                    'a map_half1.mrc'"));
  EXPECT_THAT(star, HasSubstr("_rlnRandomiseFrom                         8.000000"));
  EXPECT_THAT(star, HasSubstr("_rlnFourierShellCorrelationCorrected #4\n"));
  EXPECT_THAT(
      star,
      HasSubstr("    3     0.187500     5.333333     0.440000     0.100000     0.500000     0.100000\n"));
  EXPECT_THAT(star, HasSubstr("    0.03515625"));  // (3/16)²
  EXPECT_THAT(star, HasSubstr("_rlnLogAmplitudesIntercept #5\n"));
}

TEST(HalfMapReport, LeavesOutWhatWasNotDone) {
  const std::string star = postprocess_star(unmasked());
  for (const char* label :
       {"rlnMaskName", "rlnRandomiseFrom", "rlnFittedSlope", "Corrected", "LogAmplitudesSharpened"})
    EXPECT_THAT(star, Not(HasSubstr(label)));
  const auto json = nlohmann::json::parse(postprocess_json(unmasked(), std::nullopt));
  EXPECT_TRUE(json["mask"].is_null() && json["guinier"].is_null() && json["local_resolution"].is_null() &&
              json["randomised_from"].is_null());
  EXPECT_EQ(json["b_factor_from"], "none");
}

TEST(HalfMapReport, HasTheNumbersForPrograms) {
  const auto json = nlohmann::json::parse(postprocess_json(masked(), LocalResolution{20, 10, 99, 4, 5, 6}));
  EXPECT_EQ(json["resolution"]["fsc_0.143"], 5.5);
  EXPECT_EQ(json["randomised_from"], 8);
  EXPECT_EQ(json["b_factor_from"], "guinier");
  EXPECT_EQ(json["guinier"]["slope"], -20);
  EXPECT_EQ(json["local_resolution"]["median"], 5);
  EXPECT_EQ(json["local_resolution"]["windows"], 99);
  EXPECT_LT(json["resolution"]["fsc_0.5"], json["resolution_unmasked"]["fsc_0.5"]);
}

TEST(HalfMapReport, SaysWhereTheBFactorComesFrom) {
  EXPECT_THAT(postprocess_sentence(masked()), HasSubstr("-80.0 Å² (Guinier fit"));
  EXPECT_THAT(postprocess_sentence(unmasked()), HasSubstr("three shells finer than 10 Å"));
  Postprocessing rising = masked(), given = masked();
  rising.b_factor = 0;
  given.given = true;
  EXPECT_THAT(postprocess_sentence(rising), HasSubstr("amplitudes do not fall"));
  EXPECT_THAT(postprocess_sentence(given), HasSubstr("as given"));
}

TEST(HalfMapReport, TheCurvesAreThoseThatThereAre) {
  EXPECT_THAT(correlation_csv(unmasked().curves, grid), HasSubstr("\n2,8.0000,0.60000,,,\n"));
  EXPECT_THAT(correlation_csv(masked().curves, grid),
              HasSubstr("\n2,8.0000,0.60000,0.80000,0.50000,0.60000\n"));
  EXPECT_EQ(correlation_plot(unmasked().curves, grid).curves.size(), 1U);
  EXPECT_EQ(correlation_plot(masked().curves, grid).curves.size(), 4U);
  EXPECT_EQ(guinier_plot(unmasked()).curves.size(), 2U);
  EXPECT_EQ(guinier_plot(masked()).curves.size(), 4U);
  EXPECT_EQ(guinier_plot(masked()).curves[0].x.size(), 3U);  // neither the mean nor what has no amplitude
}

TEST(HalfMapReport, TheDepositionsCurveIsTheBest) {
  EXPECT_THAT(correlation_xml(masked()), HasSubstr("<x>0.187500</x>\n    <y>0.440000</y>"));
  EXPECT_THAT(correlation_xml(unmasked()), HasSubstr("<x>0.187500</x>\n    <y>0.100000</y>"));
}

}  // namespace
}  // namespace elastem
