#include "particles/particle_file.hpp"

#include <chrono>
#include <cmath>

#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include "maps/mrc.hpp"
#include "particles/particle_writer.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

const std::string optics_text =
    "# version 30001\n\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup #2\n_rlnVoltage #3\n"
    "_rlnSphericalAberration #4\n_rlnAmplitudeContrast #5\n_rlnImagePixelSize #6\n_rlnImageSize #7\n"
    "one 1 200 2.0 0.1 2.2 64\n'group two' 2 300 2.7 0.07 1.1 128\n\n";

const std::string particles_text =
    "# version 30001\n\ndata_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n_rlnDefocusU #3\n"
    "_rlnDefocusV #4\n_rlnDefocusAngle #5\n_rlnPhaseShift #6\n_rlnCtfBfactor #7\n_rlnAngleRot "
    "#8\n_rlnAngleTilt #9\n"
    "_rlnAnglePsi #10\n_rlnOriginXAngst #11\n_rlnOriginYAngst #12\n_rlnSomethingNew #13\n"
    "000003@a.mrcs 1 5000 4800 30 0 0 10 20 30 1.5 -2.5 x\n"
    "000001@'b c.mrcs' 2 15000 15000 0 90 50 -10 120 0 0 0 y\n\n";

ParticleFile open_file(const std::string& path) {
  return ParticleFile(path, ParticleFile::scan(path));
}

std::vector<std::string> text_of(const ParticleFile& file, std::int64_t row) {
  std::vector<std::string> values;
  file.for_each(row, 1, [&](const ParticleFile::Row& r) { values = r.values; });
  return values;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_relion_31(const std::string& text) {
  const Scratch scratch;
  const ParticleFile file = open_file(scratch.write("p.star", text));
  ASSERT_EQ(file.size(), 2);
  const auto particles = file.read(0, 2);
  EXPECT_EQ(particles[0].stack, "a.mrcs");
  EXPECT_EQ(particles[0].slice, 2);
  EXPECT_EQ(particles[0].size, 64);
  EXPECT_EQ(particles[0].pixel_size, 2.2);
  EXPECT_EQ(particles[0].ctf, (Ctf{5000, 4800, 30, 0, 0, 200, 2, 0.1, true}));
  EXPECT_TRUE(particles[0].has_pose);
  EXPECT_EQ(particles[0].pose.rot, 10);
  EXPECT_EQ(particles[0].pose.tilt, 20);
  EXPECT_EQ(particles[0].pose.psi, 30);
  EXPECT_EQ(particles[0].pose.shift,
            Eigen::Vector2d(-1.5, 2.5));  // the origin centres: the opposite of the shift
  EXPECT_EQ(particles[1].size, 128);
  EXPECT_EQ(particles[1].pixel_size, 1.1);
  EXPECT_EQ(particles[1].ctf, (Ctf{15000, 15000, 0, 90, 50, 300, 2.7, 0.07, true}));
  EXPECT_EQ(text_of(file, 1).back(), "y");
}

// An image name cannot be quoted in its middle, so the second particle's stack has no blank here.
const std::string particles_plain = replaced(particles_text, "'b c.mrcs'", "b.mrcs");

TEST(ParticleFile, ReadsRelion31InEitherOrderOfItsTables) {
  expect_relion_31(optics_text + particles_plain);
  expect_relion_31(particles_plain + optics_text);
}

TEST(ParticleFile, ReadsFilesWithCarriageReturns) {
  std::string text;
  for (const char c : optics_text + particles_plain)
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  expect_relion_31(text);
}

TEST(ParticleFile, ReadsOpticsGivenAsPairs) {
  const std::string pairs =
      "data_optics\n_rlnOpticsGroup 1\n_rlnVoltage 200\n_rlnSphericalAberration 2\n_rlnAmplitudeContrast "
      "0.1\n"
      "_rlnImagePixelSize 2.2\n_rlnImageSize 64\n";
  const Scratch scratch;
  const ParticleFile file =
      open_file(scratch.write("p.star", pairs + replaced(particles_plain, "b.mrcs 2", "b.mrcs 1")));
  EXPECT_EQ(file.read(1, 1)[0].ctf.voltage_kv, 200);
}

void write_stack(const std::string& path, std::int64_t sections, int size, double pixel_size) {
  MrcHeader header;
  header.columns = header.rows = size;
  header.sections = sections;
  header.pixel_size = pixel_size;
  create_mrc(path, header);
}

TEST(ParticleFile, ReadsRelion30WithOriginsInPixels) {
  const Scratch scratch;
  write_stack(scratch.path("a.mrcs"), 3, 48, 1);
  const ParticleFile file = open_file(scratch.write(
      "old.star",
      "data_\n\nloop_ \n_rlnImageName #1 \n_rlnVoltage #2\n_rlnSphericalAberration #3\n_rlnAmplitudeContrast "
      "#4\n"
      "_rlnDefocusU #5\n_rlnDefocusV #6\n_rlnDefocusAngle #7\n_rlnMagnification #8\n_rlnDetectorPixelSize "
      "#9\n"
      "_rlnOriginX #10\n_rlnOriginY #11\n_rlnAngleRot #12\n_rlnAngleTilt #13\n_rlnAnglePsi #14\n"
      "3@a.mrcs 300 2.7 0.1 1e4 9.9e3 45 35000 7.0 2 -3 1 2 3\n"));
  const Particle particle = file.read(0, 1)[0];
  EXPECT_NEAR(particle.pixel_size, 2.0, 1e-14);  // 7 µm / 35000, one rounding
  EXPECT_EQ(particle.size, 48);
  EXPECT_NEAR(particle.pose.shift.x(), -4, 1e-14);
  EXPECT_NEAR(particle.pose.shift.y(), 6, 1e-14);
  EXPECT_EQ(particle.ctf.defocus_v, 9900);
}

TEST(ParticleFile, ReadsXmippWithWhatTheStackKnows) {
  const Scratch scratch;
  write_stack(scratch.path("a.mrcs"), 2, 40, 1.25);
  const ParticleFile file = open_file(scratch.write(
      "p.xmd",
      "# XMIPP_STAR_1 * \n# \ndata_noname\nloop_\n _image\n _enabled\n _angleRot\n _angleTilt\n _anglePsi\n"
      " _shiftX\n _shiftY\n _nmaDisplacements\n _itemId\n"
      " 000002@a.mrcs 1 10. 20. 30. 4. -8. ' -12.5  3.0 ' 7\n"));
  EXPECT_TRUE(file.xmipp());
  const Particle particle = file.read(0, 1)[0];
  EXPECT_EQ(particle.size, 40);
  EXPECT_EQ(particle.pixel_size, 1.25);
  EXPECT_EQ(particle.pose.shift, Eigen::Vector2d(-5, 10));
  EXPECT_FALSE(particle.ctf.enabled);
  EXPECT_EQ(text_of(file, 0)[7], " -12.5  3.0 ");
}

TEST(ParticleFile, WithoutDefocusThereIsNoCtf) {
  const Scratch scratch;
  const ParticleFile file = open_file(scratch.write(
      "p.star", optics_text + "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n1@a.mrcs 1\n"));
  EXPECT_FALSE(file.read(0, 1)[0].ctf.enabled);
  EXPECT_FALSE(file.read(0, 1)[0].has_pose);
}

TEST(ParticleFile, AnyRowsOfManyComeBack) {
  const Scratch scratch;
  constexpr int n = 1000;
  std::string text = optics_text + "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n_rlnDefocusU\n";
  for (int i = 0; i < n; ++i) {
    if (i % 100 == 50) text += "\n# a comment\n";
    text += std::to_string(i + 1) + "@a.mrcs " + std::to_string(1 + i % 2) + " " + std::to_string(5000 + i) +
            "\n";
  }
  text += "\ndata_other\nloop_\n_x\n1\n2\n";
  const std::string path = scratch.write("p.star", text);
  const ParticleIndex index = ParticleIndex::deserialise(ParticleFile::scan(path).serialise());
  const ParticleFile file(path, index);
  ASSERT_EQ(file.size(), n);
  for (const std::int64_t first : {0, 1, 255, 256, 257, 700, 999}) {
    const auto particles = file.read(first, std::min<std::int64_t>(300, n - first));
    for (std::size_t i = 0; i < particles.size(); ++i) {
      EXPECT_EQ(particles[i].slice, first + static_cast<std::int64_t>(i));
      EXPECT_EQ(particles[i].ctf.defocus_u, 5000.0 + static_cast<double>(particles[i].slice));
    }
  }
  EXPECT_TRUE(file.read(n, 0).empty());
}

TEST(ParticleFile, WhatIsWrittenIsReadBack) {
  const Scratch scratch;
  Particle particle;
  particle.size = 64;
  particle.pixel_size = 2.2;
  particle.ctf = {5000, 4800.5, 12.25, 0, 0, 200, 2, 0.1, true};
  std::vector<std::string> labels = {"rlnImageName", "rlnOpticsGroup"};
  std::vector<std::string> values = {image_name(41, "dir/a.mrcs"), "1"};
  const auto append = [](auto& to, const auto& more) { to.insert(to.end(), more.begin(), more.end()); };
  append(labels, relion_ctf_labels(particle.ctf));
  append(values, relion_ctf_values(particle.ctf));
  append(labels, relion_pose_labels());
  append(values, relion_pose_values({-170.5, 33.25, 99.125}, {3.5, -4.25}, {64, 2.2}));
  const std::string text =
      relion_head(relion_optics({optics_group(particle.ctf, particle.pixel_size, particle.size)}), labels) +
      star_line(values);
  const Particle back = open_file(scratch.write("p.star", text)).read(0, 1)[0];
  EXPECT_EQ(back.stack, "dir/a.mrcs");
  EXPECT_EQ(back.slice, 41);
  EXPECT_EQ(back.ctf, particle.ctf);
  EXPECT_EQ(back.size, 64);
  EXPECT_EQ(back.pixel_size, 2.2);
  EXPECT_EQ(back.pose.rot, -170.5);
  EXPECT_EQ(back.pose.shift, Eigen::Vector2d(3.5, -4.25));
}

TEST(ParticleFile, AnOddBoxHasItsOriginAPixelFurtherInRelionFiles) {
  const Scratch scratch;
  const auto shift_of = [&](int size, const std::string& origin) {
    const std::string optics = fmt::format(
        "data_optics\nloop_\n_rlnOpticsGroup #1\n_rlnVoltage #2\n_rlnSphericalAberration #3\n"
        "_rlnAmplitudeContrast #4\n_rlnImagePixelSize #5\n_rlnImageSize #6\n1 200 2 0.1 3 {}\n\n",
        size);
    const std::string rows =
        "data_particles\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n_rlnAngleRot #3\n"
        "_rlnAngleTilt #4\n_rlnAnglePsi #5\n_rlnOriginXAngst #6\n_rlnOriginYAngst #7\n"
        "1@a.mrcs 1 0 0 0 " +
        origin + "\n";
    return open_file(scratch.write("p.star", optics + rows)).read(0, 1)[0].pose.shift;
  };
  EXPECT_EQ(shift_of(41, "0 0"), Eigen::Vector2d(3, 3));
  EXPECT_EQ(shift_of(41, "5 -2"), Eigen::Vector2d(-2, 5));
  EXPECT_EQ(shift_of(40, "5 -2"), Eigen::Vector2d(-5, 2));
  EXPECT_EQ(relion_pose_values({0, 0, 0}, {-2, 5}, {41, 3})[3], star_number(5));
  EXPECT_EQ(relion_pose_values({0, 0, 0}, {-2, 5}, {41, 3})[4], star_number(-2));
}

TEST(ParticleFile, CorrectionsOfImagesAreReadAndWritten) {
  const Scratch scratch;
  const auto read_back = [&](CtfCorrection correction, double constant) {
    Ctf ctf{5000, 4800, 0, 0, 0, 200, 2, 0.1, true, correction, constant};
    std::vector<std::string> labels = {"rlnImageName", "rlnOpticsGroup"}, values = {"1@a.mrcs", "1"};
    for (const auto& label : relion_ctf_labels(ctf)) labels.push_back(label);
    for (const auto& value : relion_ctf_values(ctf)) values.push_back(value);
    const std::string text =
        relion_head(relion_optics({optics_group(ctf, 2.2, 64)}), labels) + star_line(values);
    return open_file(scratch.write("p.star", text)).read(0, 1)[0].ctf;
  };
  const double unset = Ctf{}.wiener_constant;
  EXPECT_EQ(read_back(CtfCorrection::none, 0.3).correction, CtfCorrection::none);
  EXPECT_EQ(read_back(CtfCorrection::phase_flip, unset).correction, CtfCorrection::phase_flip);
  EXPECT_EQ(read_back(CtfCorrection::premultiply, unset).correction, CtfCorrection::premultiply);
  const Ctf wiener = read_back(CtfCorrection::wiener, 0.125);
  EXPECT_EQ(wiener.correction, CtfCorrection::wiener);
  EXPECT_EQ(wiener.wiener_constant, 0.125);
}

const std::string xmipp_text =
    "# XMIPP_STAR_1 * \n#\ndata_noname\nloop_\n _image\n _samplingRate\n _ctfVoltage\n "
    "_ctfSphericalAberration\n _ctfQ0\n _ctfDefocusU\n _ctfDefocusV\n _ctfPhaseFlipped\n _ctfCorrected\n "
    "_elastemWienerConstant\n000001@a.mrcs 2.5 200 2 -0.113 -5000 -4800 0 0 0\n";

TEST(ParticleFile, TheDefocusOfAnXmdIsReadWithEitherSign) {
  const Scratch scratch;
  write_stack(scratch.path("a.mrcs"), 1, 16, 1);
  const std::string path = scratch.write("p.xmd", xmipp_text);
  const Ctf written = open_file(path).read(0, 1)[0].ctf;
  EXPECT_EQ(written.defocus_u, -5000);
  EXPECT_EQ(written.amplitude_contrast, -0.113);
  const Ctf other = ParticleFile(path, ParticleFile::scan(path), "", DefocusSign::opposite).read(0, 1)[0].ctf;
  EXPECT_EQ(other, (Ctf{5000, 4800, 0, 0, 0, 200, 2, 0.113, true}));
}

TEST(ParticleFile, CorrectionsOfAnXmd) {
  const Scratch scratch;
  write_stack(scratch.path("a.mrcs"), 1, 16, 1);
  const auto correction = [&](const std::string& flags) {
    return open_file(scratch.write("p.xmd", replaced(xmipp_text, "-4800 0 0 0", "-4800 " + flags)))
        .read(0, 1)[0]
        .ctf;
  };
  EXPECT_EQ(correction("1 0 0").correction, CtfCorrection::phase_flip);
  EXPECT_EQ(correction("0 1 0.2").correction, CtfCorrection::wiener);
  EXPECT_EQ(correction("0 0 0.2").wiener_constant, 0.2);
  expect_error([&] { correction("0 1 0"); },
               {"p.xmd:15", "column 9, _ctfCorrected", "_elastemWienerConstant"});
  expect_error([&] { correction("1 0 0.2"); }, {"p.xmd:15", "_ctfPhaseFlipped", "_elastemWienerConstant"});
  expect_error([&] { correction("2 0 0"); }, {"p.xmd:15", "column 8, _ctfPhaseFlipped", "0 or 1"});
  expect_error([&] { correction("0 0 -1"); }, {"p.xmd:15", "column 10, _elastemWienerConstant"});
}

TEST(ParticleFile, ErrorsNameFileLineAndLabel) {
  const Scratch scratch;
  const auto refused = [&](const std::string& text, std::initializer_list<std::string> parts) {
    const std::string path = scratch.write("bad.star", text);
    expect_error([&] { open_file(path).read(0, 1); }, parts);
  };
  const std::string good = optics_text + particles_plain;
  expect_error([&] { ParticleFile::scan(scratch.path("none.star")); }, {"none.star", "cannot be opened"});
  expect_error([&] { ParticleFile::scan(scratch.path("")); }, {"folder"});
  refused("ATOM 1 N\n", {"bad.star", "neither a STAR file"});
  refused(optics_text, {"bad.star", "no particles", "_rlnImageName"});
  refused(replaced(good, "_rlnImageName", "_rlnImageNam"), {"bad.star:20", "did you mean rlnImageNam?"});
  refused(replaced(good, "_rlnVoltage #3", "_rlnVoltag #3"),
          {"bad.star", "_rlnVoltage", "did you mean rlnVoltag?"});
  refused(replaced(good, "_rlnImagePixelSize", "_rlnMicrographPixelSize"),
          {"bad.star", "_rlnImagePixelSize"});
  refused(replaced(good, " 5000 ", " 5OOO "), {"bad.star:34", "column 3, _rlnDefocusU", "5OOO"});
  refused(replaced(good, " 2.2 64\n", " 2.2 32769\n"), {"_rlnImageSize", "32769", "from 1 to 32768"});
  refused(replaced(good, " 2.2 64\n", " 2.2 64.5\n"), {"_rlnImageSize", "64.5", "no image size"});
  refused(replaced(good, " 5000 ", " nan "), {"bad.star:34", "_rlnDefocusU", "finite"});
  refused(replaced(good, "000003@", "0@"), {"bad.star:34", "column 1, _rlnImageName", "0@a.mrcs"});
  refused(replaced(good, "000003@a.mrcs 1 ", "000003@a.mrcs 9 "),
          {"bad.star:34", "column 2, _rlnOpticsGroup", "optics group 9"});
  refused(replaced(good, " -2.5 x", " -2.5"),
          {"bad.star:34", "12 values", "13 labels", "column 13, _rlnSomethingNew"});
  refused(replaced(good, " -2.5 x", " -2.5 'x"), {"bad.star:34", "quotation"});
  refused(replaced(good, "_rlnDefocusV", "_rlnDefocusU"), {"bad.star:24", "_rlnDefocusU", "twice"});
  // Values of the optics table are named where they stand.
  refused(replaced(good, "2.2 64", "-2.2 64"),
          {"bad.star:13", "column 6 of the optics table", "_rlnImagePixelSize", "above 0"});
  refused(replaced(good, "2.2 64", "0 64"), {"bad.star:13", "_rlnImagePixelSize", "above 0"});
  refused(replaced(good, "2.2 64", "inf 64"), {"bad.star:13", "_rlnImagePixelSize", "finite"});
  refused(replaced(good, "2.2 64", "2.2 -64"), {"bad.star:13", "column 7", "_rlnImageSize", "-64"});
  refused(replaced(good, "2.2 64", "2.2 64.5"), {"bad.star:13", "_rlnImageSize", "64.5"});
  refused(replaced(good, "2.2 64", "2.2"),
          {"bad.star:13", "6 values", "7 labels", "column 7, _rlnImageSize"});
  refused(replaced(good, "'group two' 2", "'group two' 1"),
          {"bad.star:14", "optics group 1", "twice", "line 13"});
  refused(optics_text + good, {"bad.star:18", "second optics table"});
  refused(good + "data_more\nloop_\n_image\n1@a.mrcs\n",
          {"bad.star:38", "second table of particles", "data_more"});
  refused(particles_plain, {"bad.star", "column 2, _rlnOpticsGroup", "no optics table"});
  refused(replaced(good, "_rlnOriginYAngst", "_rlnOriginY"), {"bad.star", "_rlnOriginYAngst"});
  refused(replaced(good, "000003@", "99999999999999999999@"), {"bad.star:34", "column 1"});
}

TEST(ParticleFile, OtherBlocksAreKept) {
  const Scratch scratch;
  const std::string general = "data_general\n_rlnOne 1\n;text\ndata_inside\n;\n_rlnTwo 2";
  const std::string table = "data_micrographs\nloop_\n_rlnMicrographName\na.mrc";
  const ParticleFile file =
      open_file(scratch.write("p.star", "# comment\n" + general + "\n\n# version 30001\n" + optics_text +
                                            particles_plain + "\n" + table + "\n\n"));
  EXPECT_EQ(file.size(), 2);
  EXPECT_EQ(file.other_blocks(), general + "\n\n" + table + "\n\n");
  EXPECT_EQ(open_file(scratch.write("q.star", optics_text + particles_plain)).other_blocks(), "");
}

// 100,000 columns: the time grows with their number, not with its square.
TEST(ParticleFile, LinesOfManyColumnsAreReadInLinearTime) {
  const Scratch scratch;
  constexpr int columns = 100000;
  std::string text = "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n_rlnImageSize\n",
              row = "1@a.mrcs 2 16";
  for (int i = 0; i < columns; ++i) {
    text += "_extra" + std::to_string(i) + "\n";
    row += " " + std::to_string(i);
  }
  const auto start = std::chrono::steady_clock::now();
  const ParticleFile file = open_file(scratch.write("p.star", text + row + "\n" + row + "\n"));
  EXPECT_EQ(text_of(file, 1).size(), columns + 3U);
  EXPECT_EQ(text_of(file, 0).back(), std::to_string(columns - 1));
  // 5·10⁹ comparisons of labels, which the square would be, take longer than this on any machine.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  expect_error([&] { open_file(scratch.write("q.star", text + row + " 1\n")).read(0, 1); },
               {"q.star:100006", "100004 values", "100003 labels"});
}

}  // namespace
}  // namespace elastem
