#include "io/particle_export.hpp"

#include <gtest/gtest.h>

#include "io/mrc.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

ParticleResult some_result() {
  ParticleResult result;
  result.amplitudes = Eigen::Vector2d(12.5, -3);
  result.euler_angles = {10, 20, 30};
  result.shift = {4, -6};
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

Exported export_all(const Scratch& scratch, const std::string& input, const std::string& output,
                    const ParticleResult& result) {
  const ParticleFile file(input, ParticleFile::scan(input));
  std::vector<OpticsGroup> groups;
  for (const auto& particle : file.read(0, file.size())) groups.push_back(optics_group(particle));
  const ParticleExporter exporter(file, particle_format(output), {7, 9}, groups);
  std::string text = exporter.head();
  const auto particles = file.read(0, file.size());
  const auto values = file.read_text(0, file.size());
  for (std::size_t i = 0; i < particles.size(); ++i) {
    text += exporter.row(static_cast<std::int64_t>(i), values[i], particles[i], result,
                         image_name(particles[i].slice, particles[i].stack));
  }
  const std::string path = scratch.write(output, text);
  return {path, ParticleFile(path, ParticleFile::scan(path))};
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
  const auto& labels = out.file.labels();
  const auto row = out.file.read_text(0, 1)[0];
  const auto value = [&](const std::string& label) {
    const auto found = std::find(labels.begin(), labels.end(), label);
    return found == labels.end() ? "missing" : row[static_cast<std::size_t>(found - labels.begin())];
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
  const auto before =
      ParticleFile(scratch.path("old.star"), ParticleFile::scan(scratch.path("old.star"))).read(0, 2);
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

TEST(ParticleExport, FailedParticlesAreLeftOutOrMarked) {
  const Scratch scratch;
  ParticleResult failed = some_result();
  failed.state = ParticleState::failed;
  const std::string input = input_with_stack(scratch);
  const auto xmd = export_all(scratch, input, "a.xmd", failed);
  EXPECT_EQ(xmd.file.read_text(0, 1)[0][1], "-1");
  const ParticleFile file(input, ParticleFile::scan(input));
  const ParticleExporter exporter(file, ParticleFormat::relion, {7, 9}, {optics_group(file.read(0, 1)[0])});
  EXPECT_EQ(exporter.row(0, file.read_text(0, 1)[0], file.read(0, 1)[0], failed, "1@a.mrcs"), "");
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
