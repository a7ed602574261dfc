#include "report/residual_peaks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elastem {
namespace {

using testing::HasSubstr;

Structure two_residues() {
  Structure structure;
  structure.atoms.resize(2);
  structure.atoms[0].chain = "B";
  structure.atoms[0].residue_name = "LYS";
  structure.atoms[0].residue_number = 12;
  structure.atoms[1].residue_name = "GLY";
  structure.atoms[1].residue_number = 13;
  structure.positions.resize(3, 2);
  structure.positions << 0, 10, 0, 0, 0, 0;
  return structure;
}

TEST(ResidualPeaks, TellTheNearestResidueInTheFrameOfTheFile) {
  const ResidualPeaks peaks =
      residual_peaks({{8.5, {1, 2, 2}}, {-6.5, {13, 4, 0}}}, two_residues(), {100, 0, -50});
  ASSERT_EQ(peaks.size(), 2U);
  EXPECT_EQ(peaks[0].residue, "B LYS 12");
  EXPECT_DOUBLE_EQ(peaks[0].distance, 3);
  EXPECT_EQ(peaks[0].place, Eigen::Vector3d(101, 2, -48));
  EXPECT_EQ(peaks[1].residue, "GLY 13");
  EXPECT_DOUBLE_EQ(peaks[1].distance, 5);
  EXPECT_EQ(peaks_csv(peaks),
            "significance,x,y,z,distance,nearest_residue\n8.50,101.00,2.00,-48.00,3.00,B LYS 12\n"
            "-6.50,113.00,4.00,-50.00,5.00,GLY 13\n");
}

TEST(ResidualPeaks, OfLessThanSixDeviationsTellNothing) {
  const Structure structure = two_residues();
  const auto sentence = [&](double value) {
    return peaks_sentence(residual_peaks({{value, {1, 2, 2}}}, structure, Eigen::Vector3d::Zero()));
  };
  EXPECT_THAT(sentence(7.2), HasSubstr("the model lacks, by 7.2 standard deviations"));
  EXPECT_THAT(sentence(-7.2), HasSubstr("the model has most that the images lack"));
  EXPECT_THAT(sentence(5.9), HasSubstr("nothing certain"));
  EXPECT_THAT(peaks_sentence({}), HasSubstr("nothing certain"));
}

}  // namespace
}  // namespace elastem
