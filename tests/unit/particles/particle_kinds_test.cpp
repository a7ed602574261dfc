// Files as other programs write them: what is read right, and what is refused by the name of what it is.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "imaging/pose.hpp"
#include "maps/mrc.hpp"
#include "particles/ctf_parameters.hpp"
#include "particles/particle_export.hpp"
#include "particles/particle_survey.hpp"
#include "particles/unit_doubts.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

const std::string optics_text =
    "data_optics\nloop_\n_rlnOpticsGroup\n_rlnVoltage\n_rlnSphericalAberration\n_rlnAmplitudeContrast\n"
    "_rlnImagePixelSize\n_rlnImageSize\n_rlnImageDimensionality\n1 200 2.0 0.1 2.2 64 2\n\n";
const std::string particle_labels =
    "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n_rlnDefocusU\n_rlnCtfBfactor\n";

ParticleFile opened(const std::string& path, DefocusSign sign = DefocusSign::as_written) {
  return {path, ParticleFile::scan(path), "", sign};
}

class ParticleKinds : public ::testing::Test {
 protected:
  ParticleFile star(const std::string& text) const { return opened(scratch.write("p.star", text)); }
  // An XMD of images of 16² pixels of 2 Å with these labels.
  ParticleFile xmd(const std::string& labels, const std::string& rows) const {
    MrcHeader header;
    header.columns = header.rows = 16;
    header.sections = 4;
    header.pixel_size = 2;
    create_mrc(scratch.path("a.mrcs"), header);
    return opened(scratch.write("p.xmd", "# XMIPP_STAR_1 *\ndata_noname\nloop_\n" + labels + rows));
  }
  void refused(const std::string& text, std::initializer_list<std::string> parts) const {
    expect_error([&] { star(text).read(0, 1); }, parts);
  }
  // What is written of `file`, read back.
  ParticleFile exported(const ParticleFile& file, const std::string& name,
                        const std::optional<ParticleResult>& result = {}) const {
    CollectedOptics optics(file);
    file.for_each(0, file.size(), [&](const ParticleFile::Row& row) { optics.add(row); });
    const auto columns = result ? std::optional(ResultColumns{{7}, result->fit.has_value()}) : std::nullopt;
    const ParticleExporter exporter(file, particle_format(name), optics, columns);
    std::string text = exporter.head();
    std::int64_t index = 0;
    file.for_each(0, file.size(), [&](const ParticleFile::Row& row) {
      text += exporter.row(index++, row, row.values[0], result ? &*result : nullptr);
    });
    return opened(scratch.write(name, text));
  }

  Scratch scratch;
};

std::string text_of(const ParticleFile& file, std::int64_t row, const std::string& label) {
  const auto found = std::find(file.labels().begin(), file.labels().end(), label);
  if (found == file.labels().end()) return "no such label";
  std::string text;
  file.for_each(row, 1, [&](const ParticleFile::Row& r) {
    text = r.values[static_cast<std::size_t>(found - file.labels().begin())];
  });
  return text;
}

TEST_F(ParticleKinds, AByteOrderMarkIsNoPartOfTheText) {
  EXPECT_EQ(star("\xEF\xBB\xBF" + optics_text + particle_labels + "2@a.mrcs 1 5000 0\n").read(0, 1)[0].slice,
            1);
  refused("\xFF\xFE" + optics_text, {"UTF-16"});
}

TEST_F(ParticleKinds, ASuffixOfTheFormatIsNoPartOfThePath) {
  const ParticleFile file =
      star(optics_text + particle_labels +
           "2@x/a.mrc:mrcs 1 5000 0\n1@b.mrcs:mrcs 1 5000 0\n1@c:d.mrcs 1 5000 0\nb.spi:spi 1 5 0\n");
  const auto particles = file.read(0, 4);
  EXPECT_EQ(particles[0].stack, "x/a.mrc");
  EXPECT_EQ(particles[1].stack, "b.mrcs");
  EXPECT_EQ(particles[2].stack, "c:d.mrcs");
  EXPECT_EQ(particles[3].stack, "b.spi");
  EXPECT_EQ(renamed_image("2@x/a.mrc:mrcs", "../a.mrc"), "2@../a.mrc:mrcs");  // RELION needs it
}

TEST_F(ParticleKinds, VolumesAreRefusedByName) {
  const auto with = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string rows = "sub1.mrc 1 5000 0\n";
  refused(with(optics_text, " 64 2\n", " 64 3\n") + particle_labels + rows,
          {"p.star:10", "_rlnImageDimensionality, is 3", "volumes"});
  refused(optics_text + with(particle_labels, "_rlnCtfBfactor", "_rlnCtfImage") + rows,
          {"_rlnCtfImage", "subtomograms"});
  refused(optics_text + with(particle_labels, "_rlnCtfBfactor", "_rlnTomoParticleName") + rows,
          {"_rlnTomoParticleName"});
  refused(with(optics_text, "_rlnVoltage", "_rlnTomoTiltSeriesPixelSize") + particle_labels + rows,
          {"subtomograms"});
  refused("data_general\n_rlnTomoSubTomosAre2DStacks 1\n\n" + optics_text + particle_labels + rows,
          {"subtomograms"});
  refused("data_\n_rlnTomoParticlesFile particles.star\n", {"_rlnTomoParticlesFile", "tomography"});
  refused("data_particles\nloop_\n_rlnTomoName\n_rlnTomoParticleId\nTS_1 1\n", {"_rlnTomoParticleId"});
  // The name of a tomogram alone, as with images that were cut from tilts, says nothing.
  EXPECT_EQ(
      star(optics_text + with(particle_labels, "_rlnCtfBfactor", "_rlnTomoName") + "1@a.mrcs 1 5000 TS\n")
          .size(),
      1);
}

TEST_F(ParticleKinds, ATableWithoutRowsIsSaidToHaveNone) {
  refused(optics_text + particle_labels, {"p.star:13", "data_particles, has 4 labels and no rows"});
  refused(optics_text + particle_labels + "\ndata_other\nloop_\n_a\n1\n", {"no rows"});
}

TEST_F(ParticleKinds, APixelSizeThatCannotBeIsNamed) {
  const std::string old = "data_\nloop_\n_rlnImageName\n_rlnMagnification\n_rlnDetectorPixelSize\n";
  refused(old + "1@a.mrcs 0.105887 56\n", {"p.star:6", "column 2, _rlnMagnification, is 0.105887",
                                           "_rlnDetectorPixelSize is 56", "5.28866e+06 Å"});
  refused("data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@a.mrcs 1e30\n",
          {"p.star:5", "_rlnPixelSize, is 1e30", "0.01 to 1000 Å"});
}

TEST_F(ParticleKinds, XmippsFilesOfCtfParametersAreRead) {
  scratch.write(
      "ctf/mic1.ctfparam",
      "# XMIPP_STAR_1 *\ndata_other\n _x 1\ndata_fullMicrograph\n _ctfSamplingRate 1.2\n _ctfVoltage 200\n"
      " _ctfDefocusU 10500\n _ctfDefocusV 9500\n _ctfDefocusAngle 30\n _ctfSphericalAberration 2\n"
      " _ctfQ0 0.07\n _ctfK 1\n");
  scratch.write(
      "mic2.ctfparam",
      "data_b\nloop_\n _ctfVoltage\n _ctfDefocusU\n _ctfSphericalAberration\n _ctfQ0\n300 20000 2.7 0.1\n");
  const ParticleFile file =
      xmd(" _image\n _ctfModel\n",
          "1@a.mrcs ctf/mic1.ctfparam\n2@a.mrcs mic2.ctfparam\n3@a.mrcs b@mic2.ctfparam\n");
  const auto particles = file.read(0, 3);
  EXPECT_EQ(particles[0].ctf, (Ctf{10500, 9500, 30, 0, 0, 200, 2, 0.07, true}));
  EXPECT_EQ(particles[1].ctf, (Ctf{20000, 20000, 0, 0, 0, 300, 2.7, 0.1, true}));
  EXPECT_EQ(particles[2].ctf, particles[1].ctf);
  EXPECT_TRUE(file.reads("ctfModel"));
  for (const char* name : {"new.star", "new.xmd"})  // RELION has no such files; the numbers go along
    EXPECT_EQ(exported(file, name).read(0, 1)[0].ctf, particles[0].ctf) << name;
  ParticleResult fitted;
  fitted.amplitudes = Eigen::VectorXd::Zero(1);
  fitted.standard_errors = Eigen::VectorXd::Zero(6);
  fitted.state = ParticleState::done;
  fitted.fit = FitDetails{};
  fitted.fit->defocus_change = 250;
  for (const char* name : {"fitted.star", "fitted.xmd"})
    EXPECT_EQ(exported(file, name, fitted).read(0, 1)[0].ctf.defocus_u, 10750) << name;

  const ParticleFile own =
      xmd(" _image\n _ctfModel\n _ctfDefocusU\n _ctfVoltage\n _ctfSphericalAberration\n _ctfQ0\n",
          "1@a.mrcs none.ctfparam 7000 300 2.7 0.1\n");
  EXPECT_EQ(own.read(0, 1)[0].ctf.defocus_u, 7000);  // what the row says itself
}

TEST_F(ParticleKinds, ParameterFilesOfUnderfocusAsNegativeAreTurned) {
  scratch.write("m.ctfparam",
                "data_fullMicrograph\n _ctfVoltage 200\n _ctfDefocusU -9000\n _ctfSphericalAberration 2\n "
                "_ctfQ0 -0.1\n");
  xmd(" _image\n _ctfModel\n", "1@a.mrcs m.ctfparam\n");
  const Ctf ctf = opened(scratch.path("p.xmd"), DefocusSign::opposite).read(0, 1)[0].ctf;
  EXPECT_EQ(ctf.defocus_u, 9000);
  EXPECT_EQ(ctf.defocus_v, 9000);
  EXPECT_EQ(ctf.amplitude_contrast, 0.1);
}

TEST_F(ParticleKinds, ParameterFilesThatSayTooLittleAreRefused) {
  const auto refuses = [&](const std::string& text, std::initializer_list<std::string> parts) {
    scratch.write("m.ctfparam", text);
    expect_error([&] { xmd(" _image\n _ctfModel\n", "1@a.mrcs m.ctfparam\n").read(0, 1); }, parts);
  };
  refuses("data_fullMicrograph\n _ctfVoltage 200\n", {"m.ctfparam", "_ctfDefocusU"});
  refuses("data_fullMicrograph\n _ctfDefocusU 1e\n _ctfVoltage 200\n",
          {"m.ctfparam:2", "_ctfDefocusU is \"1e\""});
  refuses("data_fullMicrograph\n _ctfDefocusU 10000\n _ctfVoltage 200\n",
          {"m.ctfparam", "_ctfSphericalAberration is missing"});
  expect_error([&] { xmd(" _image\n _ctfModel\n", "1@a.mrcs away.ctfparam\n").read(0, 1); },
               {"file of CTF parameters away.ctfparam is not there", "--datadir"});
}

TEST_F(ParticleKinds, DisabledParticlesStayDisabled) {
  const ParticleFile file = xmd(" _image\n _enabled\n", "1@a.mrcs 1\n2@a.mrcs -1\n3@a.mrcs 0\n");
  const auto particles = file.read(0, 3);
  EXPECT_TRUE(particles[0].enabled);
  EXPECT_FALSE(particles[1].enabled);
  EXPECT_FALSE(particles[2].enabled);  // Xmipp removes what is not above 0
  EXPECT_EQ(ImageReader(file.path()).read(particles[1]).failure, FailureReason::disabled);
  const ParticleFile copy = exported(file, "copy.xmd");
  EXPECT_EQ(text_of(copy, 1, "enabled"), "-1");
  EXPECT_EQ(text_of(copy, 2, "enabled"), "0");
  const ParticleFile star =
      exported(file, "copy.star");  // RELION does not know the label, but the way back needs it
  EXPECT_EQ(text_of(star, 1, "enabled"), "-1");
  EXPECT_FALSE(star.read(1, 1)[0].enabled);
  ParticleResult result;
  result.amplitudes = Eigen::VectorXd::Zero(1);
  result.standard_errors = Eigen::VectorXd::Zero(6);
  result.state = ParticleState::done;
  const ParticleFile aligned = exported(file, "aligned.xmd", result);
  EXPECT_EQ(text_of(aligned, 0, "enabled"), "1");
  EXPECT_EQ(text_of(aligned, 1, "enabled"), "-1");
  EXPECT_EQ(exported(file, "aligned.star", result).size(), 1);
  ParticleSurvey survey(file, ParticleSurvey::Faults::refuse);
  survey.add(0, 3);
  EXPECT_EQ(survey.disabled.count, 2);
}

// Xmipp: I(x) = P(M x + t), M = diag(−1, 1), P the projection along (rot, tilt, psi), t the shift. The mirror
// image of a projection is the projection turned by 180° about its y axis.
TEST_F(ParticleKinds, AFlippedImageHasThePoseOfItsMirrorImageTurned) {
  const std::string labels = " _image\n _flip\n _angleRot\n _angleTilt\n _anglePsi\n _shiftX\n _shiftY\n";
  const ParticleFile file = xmd(labels, "1@a.mrcs 0 10 50 -70 3 -4\n2@a.mrcs 1 10 50 -70 3 -4\n");
  const auto particles = file.read(0, 2);
  const Eigen::Matrix3d half_turn = Eigen::Vector3d(-1, 1, -1).asDiagonal();
  const Eigen::Matrix3d plain = rotation_matrix(particles[0].pose),
                        flipped = rotation_matrix(particles[1].pose);
  EXPECT_LT((flipped - half_turn * plain).norm(), 1e-14);  // a few roundings of cosines
  // The particle lies where M x + t = 0: at (t_x, −t_y) pixels instead of (−t_x, −t_y).
  EXPECT_EQ(particles[0].pose.shift, Eigen::Vector2d(-6, 8));
  EXPECT_EQ(particles[1].pose.shift, Eigen::Vector2d(6, 8));
  const ParticleFile relion = exported(file, "new.star");
  for (std::int64_t row = 0; row < 2; ++row) {
    const Particle back = relion.read(row, 1)[0];
    const auto& pose = particles[static_cast<std::size_t>(row)].pose;
    EXPECT_LT((rotation_matrix(back.pose) - rotation_matrix(pose)).norm(), 1e-14);
    EXPECT_EQ(back.pose.shift, pose.shift);
  }
  EXPECT_EQ(text_of(relion, 0, "rlnAngleTilt"), "50");
  EXPECT_EQ(text_of(relion, 0, "flip"), "no such label");
  const ParticleFile xmipp = exported(file, "new.xmd");
  EXPECT_EQ(text_of(xmipp, 1, "flip"), "1");
  EXPECT_EQ(xmipp.read(1, 1)[0].pose.psi, 70);
  EXPECT_THAT(error_of([&] { xmd(labels, "1@a.mrcs 2 0 0 0 0 0\n").read(0, 1); }), HasSubstr("_flip, is 2"));
}

TEST_F(ParticleKinds, ScaledImagesAreRefused) {
  EXPECT_EQ(xmd(" _image\n _scale\n", "1@a.mrcs 1.0\n2@a.mrcs 0\n").read(0, 2).size(), 2U);
  for (const char* label : {"scale", "scaleX"})
    EXPECT_THAT(
        error_of([&] { xmd(std::string(" _image\n _") + label + "\n", "1@a.mrcs 1.05\n").read(0, 1); }),
        HasSubstr(std::string("column 2, _") + label + ", is 1.05"));
}

class UnitDoubts : public ParticleKinds {
 protected:
  std::vector<std::string> of(const ParticleFile& file) const {
    QuantityRanges ranges;
    for (const Particle& particle : file.read(0, file.size())) ranges.add(particle);
    return unit_doubts(file, ranges);
  }
  std::vector<std::string> of_ctf(const std::string& voltage, const std::string& cs,
                                  const std::string& defocus, const std::string& phase = "0",
                                  const std::string& b_factor = "0") const {
    return of(star(
        "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n_rlnImageSize\n_rlnVoltage\n_rlnSphericalAberration\n"
        "_rlnAmplitudeContrast\n_rlnDefocusU\n_rlnPhaseShift\n_rlnCtfBfactor\n1@a.mrcs 2 16 " +
        voltage + " " + cs + " 0.1 " + defocus + " " + phase + " " + b_factor + "\n"));
  }
};

TEST_F(UnitDoubts, SayTheColumnAndTheLikelyUnit) {
  using testing::AllOf;
  using testing::ElementsAre;
  EXPECT_THAT(of_ctf("300", "2.7", "15000"), testing::IsEmpty());
  EXPECT_THAT(of_ctf("100", "0.01", "60000", "90", "150"), testing::IsEmpty());
  EXPECT_THAT(of_ctf("300000", "2.7", "15000"),
              ElementsAre(AllOf(HasSubstr("column 4, _rlnVoltage, is 300000"), HasSubstr("volts"))));
  EXPECT_THAT(of_ctf("300", "2700", "15000"),
              ElementsAre(AllOf(HasSubstr("_rlnSphericalAberration"), HasSubstr("µm"))));
  EXPECT_THAT(of_ctf("300", "0.0027", "15000"), ElementsAre(HasSubstr("these seem to be m;")));
  EXPECT_THAT(of_ctf("300", "2.7", "1.5"), ElementsAre(AllOf(HasSubstr("column 7, _rlnDefocusU, is 1.5"),
                                                             HasSubstr("µm; multiply by 10000"))));
  EXPECT_THAT(of_ctf("300", "2.7", "1500"), ElementsAre(HasSubstr("if these are nm")));
  EXPECT_THAT(of_ctf("300", "2.7", "1.5e-6"), ElementsAre(HasSubstr("metres")));
  EXPECT_THAT(of_ctf("300", "2.7", "-15000"),
              ElementsAre(AllOf(HasSubstr("every defocus is negative"), HasSubstr("--negative-defocus"))));
  EXPECT_THAT(of_ctf("300", "2.7", "15000", "1.5708"),
              ElementsAre(AllOf(HasSubstr("_rlnPhaseShift"), HasSubstr("radians"))));
  EXPECT_THAT(of_ctf("300", "2.7", "15000", "0", "-500"),
              ElementsAre(AllOf(HasSubstr("_rlnCtfBfactor, is -500"), HasSubstr("Warp"))));
}

TEST_F(UnitDoubts, KnowXmippsRemedyForNegativeDefocus) {
  const std::string labels = " _image\n _ctfDefocusU\n _ctfVoltage\n _ctfSphericalAberration\n _ctfQ0\n";
  EXPECT_THAT(of(xmd(labels, "1@a.mrcs -9000 300 2.7 0.1\n")),
              testing::ElementsAre(
                  testing::AllOf(HasSubstr("column 2, _ctfDefocusU"), HasSubstr("--negative-defocus"))));
}

TEST_F(UnitDoubts, DoubtViewsInRadians) {
  std::string rows;
  for (int i = 0; i < 20; ++i)
    rows += "1@a.mrcs " + std::to_string(0.3 * i - 3) + " " + std::to_string(0.15 * i) + " 0.5\n";
  EXPECT_THAT(of(xmd(" _image\n _angleRot\n _angleTilt\n _anglePsi\n", rows)),
              testing::ElementsAre(HasSubstr("radians")));
}

}  // namespace
}  // namespace elastem
