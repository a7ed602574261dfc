#include "particles/result_csv.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem {
namespace {

const ResultColumns columns{{7, 9}, true};

Particle particle() {
  Particle particle;
  particle.stack = "a.mrcs";
  particle.slice = 4;
  particle.ctf.defocus_u = 10000;
  particle.ctf.defocus_v = 9000;
  return particle;
}

ParticleResult result() {
  ParticleResult row;
  row.state = ParticleState::done;
  row.amplitudes = Eigen::Vector2d(12.5, -3);
  row.euler_angles << 10, 20, 30;
  row.shift << 4, -6;
  row.standard_errors = Eigen::VectorXd::LinSpaced(7, 1, 7);
  row.score = 0.75;
  row.fit = FitDetails{};
  row.fit->chi2 = 1.5;
  row.fit->defocus_change = 250;
  row.fit->outlier = true;
  return row;
}

TEST(ResultCsv, NamesAndNumbersStandInOneOrder) {
  EXPECT_EQ(result_csv_head(columns),
            "image,state,reason,amplitude_7,amplitude_9,amplitude_error_7,amplitude_error_9,rot,tilt,psi,"
            "rotation_error_x,rotation_error_y,rotation_error_view,shift_x,shift_y,shift_error_x,"
            "shift_error_y,score,chi2,outlier,defocus_change,defocus_u,defocus_v\n");
  EXPECT_EQ(result_csv_row(columns, particle(), result()),
            "5@a.mrcs,done,,12.5,-3,1,2,10,20,30,3,4,5,4,-6,6,7,0.75,1.5,1,250,10250,9250\n");
}

TEST(ResultCsv, AParticleWithoutAResultHasItsReasonAndAsManyCells) {
  ParticleResult failed = result();
  failed.state = ParticleState::failed;
  failed.reason = FailureReason::constant;
  const std::string line = result_csv_row(columns, particle(), failed), head = result_csv_head(columns);
  EXPECT_TRUE(line.starts_with("5@a.mrcs,failed,constant,,")) << line;
  EXPECT_TRUE(line.ends_with(",,10000,9000\n")) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), ','), std::count(head.begin(), head.end(), ','));
}

TEST(ResultCsv, AnImageWithoutCtfHasNoDefocus) {
  Particle bare = particle();
  bare.ctf.enabled = false;
  EXPECT_TRUE(result_csv_row(columns, bare, result()).ends_with(",250,,\n"));
}

TEST(ResultCsv, NamesWithCommasAreQuoted) {
  Particle odd = particle();
  odd.stack = "a,\"b\".mrcs";
  EXPECT_TRUE(result_csv_row(columns, odd, result()).starts_with("\"5@a,\"\"b\"\".mrcs\",done,"));
}

TEST(ResultCsv, NeedsAResultOfItsModes) {
  EXPECT_THROW(result_csv_row({{7}, true}, particle(), result()), Bug);
}

}  // namespace
}  // namespace elastem
