#include "particles/particle_export.hpp"

#include <map>

#include <gtest/gtest.h>

#include "maps/mrc.hpp"
#include "particles/particle_writer.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

ParticleResult some_result() {
  ParticleResult result;
  result.amplitudes = Eigen::Vector2d(12.5, -3);
  result.euler_angles = {10, 20, 30};
  result.shift = {4, -6};
  result.standard_errors = Eigen::VectorXd::LinSpaced(7, 0.1, 0.7);
  result.score = 0.75;
  result.state = ParticleState::done;
  return result;
}

// A RELION 3.0 file: one table, two different optics, a column that nobody knows.
const std::string old_text =
    "data_\nloop_\n_rlnImageName\n_rlnMicrographName\n_rlnVoltage\n_rlnSphericalAberration\n_"
    "rlnAmplitudeContrast\n"
    "_rlnDefocusU\n_rlnDefocusV\n_rlnDefocusAngle\n_rlnPixelSize\n_rlnOriginX\n"
    "1@a.mrcs 'mic 1' 300 2.7 0.1 10000 9000 45 2 3\n2@a.mrcs mic2 200 2.7 0.1 12000 12000 0 2 1\n";

struct Exported {
  std::string path;
  ParticleFile file;
};

ParticleFile opened(const std::string& path, DefocusSign sign = DefocusSign::as_written) {
  return {path, ParticleFile::scan(path), "", sign};
}

ParticleExporter exporter_of(const ParticleFile& file, ParticleFormat format,
                             std::optional<ResultColumns> results) {
  CollectedOptics optics(file);
  file.for_each(0, file.size(), [&](const ParticleFile::Row& row) { optics.add(row); });
  return {file, format, optics, std::move(results)};
}

// With results, or without where there is none.
Exported export_all(const Scratch& scratch, const std::string& input, const std::string& output,
                    const std::optional<ParticleResult>& result, DefocusSign sign = DefocusSign::as_written) {
  const ParticleFile file = opened(input, sign);
  const std::optional<ResultColumns> results =
      result ? std::optional(ResultColumns{{7, 9}, result->fit.has_value()}) : std::nullopt;
  const ParticleExporter exporter = exporter_of(file, particle_format(output), results);
  std::string text = exporter.head();
  std::int64_t index = 0;
  file.for_each(0, file.size(), [&](const ParticleFile::Row& row) {
    text += exporter.row(index++, row, image_name(row.particle.slice, row.particle.stack),
                         result ? &*result : nullptr);
  });
  const std::string path = scratch.write(output, text);
  return {path, opened(path)};
}

// Label and text of each value of a row; those of its optics group too.
std::map<std::string, std::string> texts_of(const ParticleFile& file, std::int64_t row) {
  std::map<std::string, std::string> texts;
  file.for_each(row, 1, [&](const ParticleFile::Row& r) {
    for (std::size_t i = 0; i < file.labels().size(); ++i) texts[file.labels()[i]] = r.values[i];
    for (std::size_t i = 0; i < file.optics().labels.size(); ++i)
      texts[file.optics().labels[i]] = file.optics().rows[r.optics_row][i];
  });
  return texts;
}

std::string input_with_stack(const Scratch& scratch) {
  MrcHeader header;
  header.columns = header.rows = 32;
  header.sections = 2;
  create_mrc(scratch.path("a.mrcs"), header);
  return scratch.write("old.star", old_text);
}

TEST(ParticleExport, AnOldFileBecomesRelion31WithItsOptics) {
  const Scratch scratch;
  const auto out = export_all(scratch, input_with_stack(scratch), "new.star", some_result());
  ASSERT_EQ(out.file.size(), 2);
  EXPECT_EQ(out.file.optics().rows.size(), 2U);
  const auto particles = out.file.read(0, 2);
  EXPECT_EQ(particles[0].ctf, (Ctf{10000, 9000, 45, 0, 0, 300, 2.7, 0.1, true}));
  EXPECT_EQ(particles[1].ctf.voltage_kv, 200);
  EXPECT_EQ(particles[1].size, 32);
  EXPECT_EQ(particles[1].pixel_size, 2);
  EXPECT_EQ(particles[1].pose.shift, Eigen::Vector2d(4, -6));  // the result's, not the input's
  EXPECT_EQ(particles[1].pose.tilt, 20);
  const auto row = texts_of(out.file, 0);
  const auto value = [&](const std::string& label) {
    return row.contains(label) ? row.at(label) : "missing";
  };
  EXPECT_EQ(value("rlnMicrographName"), "mic 1");
  EXPECT_EQ(value("elastemAmplitude7"), "12.500000");
  EXPECT_EQ(value("elastemAmplitude9"), "-3.000000");
  EXPECT_EQ(value("elastemScore"), "0.750000");
  EXPECT_EQ(value("rlnOriginX"), "missing");
}

TEST(ParticleExport, ThroughXmippAndBackNothingIsLost) {
  const Scratch scratch;
  const auto xmd = export_all(scratch, input_with_stack(scratch), "a.xmd", some_result());
  EXPECT_TRUE(xmd.file.xmipp());
  const auto back = export_all(scratch, xmd.path, "back.star", some_result());
  const auto before = opened(scratch.path("old.star")).read(0, 2);
  const auto after = back.file.read(0, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after[i].ctf, before[i].ctf);
    EXPECT_EQ(after[i].pixel_size, before[i].pixel_size);
    EXPECT_EQ(after[i].slice, before[i].slice);
    EXPECT_EQ(after[i].pose.shift, some_result().shift);
  }
}

TEST(ParticleExport, ExportingTwiceDoesNotPileUpColumns) {
  const Scratch scratch;
  const auto once = export_all(scratch, input_with_stack(scratch), "once.star", some_result());
  const auto twice = export_all(scratch, once.path, "twice.star", some_result());
  EXPECT_EQ(once.file.labels(), twice.file.labels());
}

TEST(ParticleExport, WhatAFitFoundStandsBesideThePose) {
  const Scratch scratch;
  ParticleResult fitted = some_result();
  fitted.fit = FitDetails{};
  fitted.fit->chi2 = 1.25;
  fitted.fit->defocus_change = -250;
  fitted.fit->outlier = true;
  for (const char* name : {"new.star", "new.xmd"}) {
    const auto out = export_all(scratch, input_with_stack(scratch), name, fitted);
    const Ctf ctf = out.file.read(0, 1).front().ctf;
    EXPECT_EQ(ctf.defocus_u, 10000 - 250) << name;
    EXPECT_EQ(ctf.defocus_v, 9000 - 250) << name;
    auto row = texts_of(out.file, 0);
    EXPECT_EQ(row["elastemDefocusChange"], "-250.000000") << name;
    EXPECT_EQ(row["elastemChi2"], "1.250000") << name;
    EXPECT_EQ(row["elastemOutlier"], "1") << name;
    EXPECT_EQ(row["elastemAmplitudeError9"], "0.200000") << name;
    EXPECT_EQ(row["elastemRotationErrorView"], "0.500000") << name;
    EXPECT_EQ(row["elastemShiftErrorY"], "0.700000") << name;
  }
}

TEST(ParticleExport, ADefocusThatWasNotChangedKeepsItsDigits) {
  const Scratch scratch;
  ParticleResult fitted = some_result();
  fitted.fit = FitDetails{};
  const std::string input = input_with_stack(scratch);
  const auto out = export_all(scratch, input, "new.star", fitted);
  EXPECT_EQ(texts_of(out.file, 0).at("rlnDefocusU"), texts_of(opened(input), 0).at("rlnDefocusU"));
}

TEST(ParticleExport, FailedParticlesAreLeftOutOrMarked) {
  const Scratch scratch;
  ParticleResult failed = some_result();
  failed.state = ParticleState::failed;
  const std::string input = input_with_stack(scratch);
  const auto xmd = export_all(scratch, input, "a.xmd", failed);
  EXPECT_EQ(texts_of(xmd.file, 0).at("enabled"), "-1");
  const ParticleFile file = opened(input);
  const ParticleExporter exporter = exporter_of(file, ParticleFormat::relion, ResultColumns{{7, 9}});
  file.for_each(
      0, 1, [&](const ParticleFile::Row& row) { EXPECT_EQ(exporter.row(0, row, "1@a.mrcs", &failed), ""); });
}

// Two optics groups with columns nobody knows, values whose digits could be lost, and another block.
const std::string rich_text =
    "data_general\n_rlnSomething 1\n\ndata_optics\nloop_\n_rlnOpticsGroupName\n_rlnOpticsGroup\n_rlnVoltage\n"
    "_rlnSphericalAberration\n_rlnAmplitudeContrast\n_rlnImagePixelSize\n_rlnImageSize\n_rlnBeamTiltX\n"
    "_rlnCtfDataArePhaseFlipped\n'the first' 1 300.0 2.70 0.1 1.3499961 32 0.25 0\nsecond 2 200 2.7 7e-2 "
    "1.3499961 32 -1 1\n\n"
    "data_particles\nloop_\n_rlnCoordinateX\n_rlnImageName\n_rlnMicrographName\n_rlnOpticsGroup\n_"
    "rlnDefocusU\n"
    "_rlnDefocusV\n_rlnDefocusAngle\n_rlnPhaseShift\n_rlnCtfBfactor\n_rlnAngleRot\n_rlnAngleTilt\n_"
    "rlnAnglePsi\n"
    "_rlnOriginXAngst\n_rlnOriginYAngst\n_someoneElses\n"
    "12.5 2@a.mrcs 'mic 1' 2 10605.123456789 9e3 45.25 90 50.5 -170.1234567 33.25 0.001 3.141593 -2.718282 "
    "\"it's\"\n"
    "1 1@a.mrcs mic2 1 12000 12000 0 0 0 1 2 3 -0.000001 100.500000 ''\n";

std::string rich_input(const Scratch& scratch) {
  input_with_stack(scratch);
  return scratch.write("rich.star", rich_text);
}

TEST(ParticleExport, StarToStarKeepsEveryColumnDigitByDigit) {
  const Scratch scratch;
  const std::string input = rich_input(scratch);
  const auto copy = export_all(scratch, input, "copy.star", std::nullopt);
  const ParticleFile before = opened(input);
  EXPECT_EQ(copy.file.optics().labels, before.optics().labels);
  EXPECT_EQ(copy.file.optics().rows, before.optics().rows);
  EXPECT_EQ(copy.file.other_blocks(), "data_general\n_rlnSomething 1\n\n");
  for (const int row : {0, 1}) {
    auto expected = texts_of(before, row);
    expected["rlnImageName"] = row == 0 ? "000002@a.mrcs" : "000001@a.mrcs";
    EXPECT_EQ(texts_of(copy.file, row), expected);
  }
}

TEST(ParticleExport, StarToXmdToStarKeepsEveryColumnDigitByDigit) {
  const Scratch scratch;
  const std::string input = rich_input(scratch);
  const auto xmd = export_all(scratch, input, "p.xmd", std::nullopt);
  const auto there = texts_of(xmd.file, 0);
  EXPECT_EQ(there.at("ctfDefocusU"), "10605.123456789");
  EXPECT_EQ(there.at("ctfQ0"), "7e-2");
  EXPECT_EQ(there.at("ctfPhaseFlipped"), "1");
  EXPECT_EQ(there.at("ctfBfactor"), "50.5");
  EXPECT_EQ(there.at("samplingRate"), "1.3499961");
  EXPECT_EQ(there.at("rlnBeamTiltX"), "-1");
  EXPECT_NEAR(std::stod(there.at("shiftX")), 3.141593 / 1.3499961, 1e-9);
  const ParticleFile before = opened(input);
  for (std::int64_t row = 0; row < 2; ++row) {
    const Particle a = before.read(row, 1)[0], b = xmd.file.read(row, 1)[0];
    EXPECT_EQ(a.ctf, b.ctf);
    EXPECT_EQ(a.pixel_size, b.pixel_size);
    EXPECT_EQ(a.pose.rot, b.pose.rot);
    EXPECT_LE((a.pose.shift - b.pose.shift).norm(), 2e-9);  // nine decimals of a pixel
  }
  const auto back = export_all(scratch, xmd.path, "back.star", std::nullopt);
  EXPECT_EQ(back.file.optics().rows.size(), 2U);
  for (std::int64_t row = 0; row < 2; ++row) {
    auto expected = texts_of(before, row);
    expected["rlnImageName"] = row == 0 ? "000002@a.mrcs" : "000001@a.mrcs";
    expected.insert({{"enabled", "1"}, {"itemId", std::to_string(row + 1)}, {"rlnImageDimensionality", "2"}});
    EXPECT_EQ(texts_of(back.file, row), expected);
  }
}

TEST(ParticleExport, AnXmdComesBackThroughStar) {
  const Scratch scratch;
  input_with_stack(scratch);
  const std::string input = scratch.write(
      "p.xmd",
      xmipp_head({"image", "enabled", "itemId", "samplingRate", "angleRot", "angleTilt", "anglePsi", "shiftX",
                  "shiftY", "ctfVoltage", "ctfSphericalAberration", "ctfQ0", "ctfDefocusU",
                  "nmaDisplacements", "cost"}) +
          "000001@a.mrcs -1 77 2.5 10. 20.125 -30 1.25 -7.123457 200 2 -0.113 -5000.5 ' -12.5  3.0 ' 0.5\n");
  const auto copy = export_all(scratch, input, "copy.xmd", std::nullopt);
  EXPECT_EQ(texts_of(copy.file, 0), texts_of(opened(input), 0));
  const auto star = export_all(scratch, input, "p.star", std::nullopt, DefocusSign::opposite);
  EXPECT_EQ(star.file.read(0, 1)[0].ctf, opened(input, DefocusSign::opposite).read(0, 1)[0].ctf);
  EXPECT_EQ(texts_of(star.file, 0).at("rlnDefocusU"), "5000.5");
  EXPECT_EQ(texts_of(star.file, 0).at("rlnAmplitudeContrast"), "0.113");
  const auto back = export_all(scratch, star.path, "back.xmd", std::nullopt);
  auto expected = texts_of(opened(input), 0);
  expected["ctfDefocusU"] = "5000.5";
  expected["ctfQ0"] = "0.113";
  expected["shiftX"] = "1.250000";
  expected["shiftY"] = "-7.123457000";
  auto found = texts_of(back.file, 0);
  for (const auto& [label, text] : expected) {
    if (label.starts_with("shift")) {
      EXPECT_NEAR(std::stod(found[label]), std::stod(text), 1e-9);
    } else {
      EXPECT_EQ(found[label], text) << label;
    }
  }
}

TEST(ParticleExport, OldFilesKeepTheirTexts) {
  const Scratch scratch;
  const auto star = export_all(scratch, input_with_stack(scratch), "new.star", std::nullopt);
  const auto row = texts_of(star.file, 0);
  EXPECT_EQ(row.at("rlnDefocusU"), "10000");
  EXPECT_EQ(row.at("rlnVoltage"), "300");
  EXPECT_EQ(row.at("rlnImagePixelSize"), "2");
  EXPECT_EQ(row.at("rlnImageSize"), "32");
  EXPECT_EQ(row.at("rlnOriginXAngst"), "6.000000");
  EXPECT_FALSE(row.contains("rlnOriginX"));
}

// What a result does not replace is still there.
TEST(ParticleExport, ResultsLoseNoColumn) {
  const Scratch scratch;
  const std::string input = rich_input(scratch);
  const auto before = texts_of(opened(input), 0);
  const auto star = texts_of(export_all(scratch, input, "r.star", some_result()).file, 0);
  for (const auto& [label, text] : before) {
    ASSERT_TRUE(star.contains(label)) << label;
    const bool pose =
        label.starts_with("rlnAngle") || label.starts_with("rlnOrigin") || label == "rlnImageName";
    EXPECT_TRUE(pose || star.at(label) == text) << label << " " << star.at(label);
  }
  const auto xmd = export_all(scratch, input, "r.xmd", some_result());
  const Ctf ctf = opened(input).read(0, 1)[0].ctf;
  EXPECT_EQ(xmd.file.read(0, 1)[0].ctf, ctf);
  EXPECT_EQ(texts_of(xmd.file, 0).at("someoneElses"), "it's");
}

// RELION has the origin of an odd box a pixel further than Xmipp.
TEST(ParticleExport, OriginsOfOddBoxesFollowTheFormat) {
  const Scratch scratch;
  MrcHeader header;
  header.columns = header.rows = 33;
  header.sections = 2;
  create_mrc(scratch.path("a.mrcs"), header);
  const std::string input = scratch.write("old.star", old_text);
  for (const auto& result : {std::optional<ParticleResult>(), std::optional(some_result())}) {
    const auto star = export_all(scratch, input, "new.star", result);
    const auto xmd = export_all(scratch, input, "new.xmd", result);
    const Eigen::Vector2d before = result ? result->shift : opened(input).read(0, 1)[0].pose.shift;
    EXPECT_EQ(star.file.read(0, 1)[0].pose.shift, before);
    EXPECT_EQ(xmd.file.read(0, 1)[0].pose.shift, before);
    const double in_star = std::stod(texts_of(star.file, 0).at("rlnOriginXAngst"));
    const double in_xmd = 2 * std::stod(texts_of(xmd.file, 0).at("shiftX"));  // pixels of 2 Å
    EXPECT_EQ(in_star, in_xmd + 2);
  }
}

TEST(ParticleExport, NumbersAreTurnedAsText) {
  EXPECT_EQ(negated_text("-5000.10"), "5000.10");
  EXPECT_EQ(negated_text("+5e3"), "-5e3");
  EXPECT_EQ(negated_text("0.000"), "0.000");
  EXPECT_EQ(negated_text("-0e5"), "0e5");
  EXPECT_EQ(absolute_text("-0.113"), "0.113");
  EXPECT_EQ(scaled_number(-1e-12), "0.000000");
  EXPECT_EQ(scaled_number(1.25), "1.250000");
  EXPECT_EQ(scaled_number(1.695257002), "1.695257");
  EXPECT_EQ(scaled_number(2.3271125), "2.327112500");
}

TEST(ParticleExport, StacksAreNamedAsSeenFromTheOutput) {
  const Scratch scratch;
  scratch.write("data/a.mrcs", "x");
  const std::string input = scratch.path("data/p.star");
  EXPECT_EQ(stack_seen_from(scratch.path("out/p.star"), "a.mrcs", input, ""), "../data/a.mrcs");
  EXPECT_EQ(stack_seen_from(scratch.path("data/q.star"), "a.mrcs", input, ""), "a.mrcs");
  EXPECT_EQ(stack_seen_from(scratch.path("p.star"), "/abs/a.mrcs", input, ""), "/abs/a.mrcs");
  EXPECT_EQ(stack_seen_from(scratch.path("p.star"), "none.mrcs", input, ""), "none.mrcs");
}

TEST(ParticleExport, TheNameSaysTheFormat) {
  EXPECT_EQ(particle_format("a/b.star"), ParticleFormat::relion);
  EXPECT_EQ(particle_format("b.xmd"), ParticleFormat::xmipp);
  expect_error([] { particle_format("b.txt"); }, {"b.txt", ".star", ".xmd"});
}

}  // namespace
}  // namespace elastem
