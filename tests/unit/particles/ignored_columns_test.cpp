#include "particles/ignored_columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> ignored_of(const std::string& optics_labels, const std::string& optics,
                                    const std::string& labels, const std::string& rows) {
  const Scratch scratch;
  const std::string path = scratch.write(
      "p.star", "data_optics\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n_rlnImageSize\n" + optics_labels +
                    "1 2 16 " + optics + "\n\ndata_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n" +
                    labels + rows);
  const ParticleFile file(path, ParticleFile::scan(path));
  return ignored_columns(file, 0, file.size());
}

TEST(IgnoredColumns, NeutralValuesSayNothing) {
  EXPECT_THAT(ignored_of("_rlnBeamTiltX\n_rlnOddZernike\n_rlnMagMat00\n_rlnMagMat01\n",
                         "0.000000 [0,0,0,0] 1.000000 0.000000", "_rlnCtfScalefactor\n",
                         "1@a.mrcs 1 1.000000\n2@a.mrcs 1 1.000000\n"),
              IsEmpty());
  EXPECT_EQ(ignored_warning("p.star", {}), "");
}

TEST(IgnoredColumns, AreNamedWhereverTheyStand) {
  EXPECT_THAT(ignored_of("_rlnBeamTiltX\n_rlnEvenZernike\n_rlnMagMat00\n", "-0.2 [0,0,46.1] 1.007178",
                         "_rlnCtfScalefactor\n_rlnBeamTiltY\n", "1@a.mrcs 1 1 0\n2@a.mrcs 1 0.9 0\n"),
              ElementsAre("rlnBeamTiltX", "rlnCtfScalefactor", "rlnEvenZernike", "rlnMagMat00"));
}

TEST(IgnoredColumns, TheWarningSaysWhatTheyMean) {
  EXPECT_THAT(ignored_warning("p.star", {"rlnBeamTiltX", "rlnMagMat00"}),
              AllOf(HasSubstr("p.star: rlnBeamTiltX, rlnMagMat00"), HasSubstr("phases of fine detail"),
                    HasSubstr("stretched one way"), Not(HasSubstr("equally strong"))));
  EXPECT_THAT(ignored_warning("p.cs", {"ctf/anisomag"}), HasSubstr("stretched one way"));
  EXPECT_THAT(ignored_warning("p.star", {"rlnCtfScalefactor"}), HasSubstr("equally strong"));
}

}  // namespace
}  // namespace elastem
