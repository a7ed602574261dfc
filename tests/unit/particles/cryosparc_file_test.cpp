#include "particles/cryosparc_file.hpp"

#include <algorithm>
#include <filesystem>

#include <Eigen/Geometry>
#include <gtest/gtest.h>

#include "imaging/pose.hpp"
#include "maps/mrc.hpp"
#include "particles/particle_export.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/spider_file.hpp"

namespace elastem {
namespace {

// A structured array of NumPy, byte by byte.
class Array {
 public:
  Array(std::string fields, std::int64_t rows) : fields_(std::move(fields)), rows_(rows) {}

  template <class T>
  Array& add(T value) {
    data_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Array& text(std::string value, std::size_t bytes) {
    value.resize(bytes, '\0');
    data_ += value;
    return *this;
  }
  std::string bytes(char version = 1) const {
    std::string header =
        "{'descr': [" + fields_ + "], 'fortran_order': False, 'shape': (" + std::to_string(rows_) + ",), }";
    header.resize((header.size() + 10) / 64 * 64 + 64 - 11, ' ');
    header += '\n';
    std::string file("\x93NUMPY", 6);
    file += {version, 0};
    const auto length = static_cast<std::uint32_t>(header.size());
    file.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
    return file + header + data_;
  }

 private:
  std::string fields_, data_;
  std::int64_t rows_;
};

constexpr std::uint64_t first_uid = 11221487418355032800U, second_uid = 7;

// Two particles: where their images are, and their CTF.
Array blobs(std::int64_t rows = 2) {
  return Array(
      "('uid', '<u8'), ('blob/path', '|S20'), ('blob/idx', '<u4'), ('blob/shape', '<u4', (2,)), "
      "('blob/psize_A', '<f4'), "
      "('ctf/accel_kv', '<f4'), ('ctf/cs_mm', '<f4'), ('ctf/amp_contrast', '<f4'), ('ctf/df1_A', '<f4'), "
      "('ctf/df2_A', "
      "'<f4'), ('ctf/df_angle_rad', '<f4'), ('ctf/phase_shift_rad', '<f4')",
      rows);
}
void add_blob(Array& array, std::uint64_t uid, std::uint32_t index, float defocus) {
  array.add(uid).text(">J1/imported/a.mrcs", 20).add(index).add(16U).add(16U).add(1.05F);
  array.add(300.0F).add(2.7F).add(0.1F).add(defocus).add(defocus - 500).add(0.5F).add(1.5F);
}

// The poses of the same particles in the other order.
Array poses() {
  Array array(
      "('uid', '<u8'), ('alignments3D/pose', '<f4', (3,)), ('alignments3D/shift', '<f4', (2,)), "
      "('alignments3D/psize_A', '<f4'), ('alignments3D/split', '<u4')",
      2);
  array.add(second_uid).add(0.0F).add(0.0F).add(0.5F).add(1.0F).add(2.0F).add(2.1F).add(0U);
  array.add(first_uid).add(1.5672901F).add(-2.1493263F).add(2.219451F).add(0.5F).add(-6.5F).add(2.1F).add(1U);
  return array;
}

class Cryosparc : public ::testing::Test {
 protected:
  Cryosparc() {
    MrcHeader header;
    header.columns = header.rows = 16;
    header.sections = 3;
    std::filesystem::create_directories(scratch.path("J1/imported"));
    create_mrc(scratch.path("J1/imported/a.mrcs"), header);
    Array array = blobs();
    add_blob(array, first_uid, 2, 15000);
    add_blob(array, second_uid, 0, 8000.25F);
    blob_path = scratch.write("J2/passthrough_particles.cs", array.bytes());
    pose_path = scratch.write("J2/particles.cs", poses().bytes(2));
  }
  ParticleFile opened(const std::string& path, const std::vector<std::string>& passthrough = {}) const {
    return {ParticleSource{path, "", false, false, "", 0, passthrough},
            ParticleIndex::deserialise(ParticleFile::scan(path).serialise())};
  }

  Scratch scratch;
  std::string blob_path, pose_path;
};

TEST_F(Cryosparc, SignAndWhatIsIgnoredAreKnown) {
  const auto file = [&](float sign, float second_sign, float tilt, float magnification) {
    Array array(
        "('uid', '<u8'), ('blob/path', '|S20'), ('blob/idx', '<u4'), ('blob/sign', '<f4'), ('ctf/tilt_A', "
        "'<f4', "
        "(2,)), ('ctf/anisomag', '<f4', (4,))",
        2);
    for (const float one : {sign, second_sign}) {
      array.add(first_uid).text(">J1/imported/a.mrcs", 20).add(0U).add(one).add(0.0F).add(tilt);
      array.add(magnification).add(0.0F).add(0.0F).add(1.0F);
    }
    return CryosparcFile(scratch.write("signed.cs", array.bytes()), {});
  };
  EXPECT_FALSE(file(1, 1, 0, 1).inverted());
  EXPECT_TRUE(file(-1, -1, 0, 1).inverted());
  EXPECT_TRUE(file(1, 1, 0, 1).ignored_fields(0, 2).empty());
  EXPECT_EQ(file(1, 1, 2, 1).ignored_fields(0, 2), std::vector<std::string>{"ctf/tilt_A"});
  EXPECT_EQ(file(1, 1, 0, 1.01F).ignored_fields(1, 1), std::vector<std::string>{"ctf/anisomag"});
  expect_error([&] { file(1, -1, 0, 1); }, {"signed.cs:2", "blob/sign"});
}

TEST_F(Cryosparc, ImagesAndCtfAreRead) {
  const ParticleFile file = opened(blob_path);
  ASSERT_EQ(file.size(), 2);
  EXPECT_EQ(file.form(), ParticleIndex::Form::cryosparc);
  const auto particles = file.read(0, 2);
  EXPECT_EQ(particles[0].stack, "J1/imported/a.mrcs");
  EXPECT_EQ(particles[0].slice, 2);
  EXPECT_EQ(particles[0].size, 16);
  EXPECT_EQ(particles[0].pixel_size, 1.05);
  EXPECT_FALSE(particles[0].has_pose);
  EXPECT_EQ(particles[0].ctf.defocus_u, 15000);
  EXPECT_EQ(particles[0].ctf.defocus_v, 14500);
  EXPECT_EQ(particles[1].ctf.defocus_u, 8000.25);
  EXPECT_EQ(particles[0].ctf.voltage_kv, 300);
  EXPECT_EQ(particles[0].ctf.cs_mm, 2.7);
  EXPECT_NEAR(particles[0].ctf.defocus_angle, 28.647890, 5e-7);  // six decimals are written
  EXPECT_NEAR(particles[0].ctf.phase_shift, 85.943669, 5e-7);
  // Paths are as seen from the project, one folder up.
  EXPECT_EQ(ImageReader(file.path()).read(particles[0]).failure, FailureReason::constant);
}

TEST_F(Cryosparc, PosesAndShiftsAreRead) {
  const ParticleFile file = opened(pose_path, {blob_path});
  const auto particles = file.read(0, 2);
  ASSERT_TRUE(particles[0].has_pose);
  EXPECT_EQ(particles[0].slice, 0);  // by uid, not by order
  EXPECT_EQ(particles[1].slice, 2);
  // A pose about z turns rot: R = exp(−[pose]×) is R_z(rot) of a positive angle. The shift is in pixels
  // of 2.1 Å and has the sense of an origin.
  EXPECT_LT(rotation_distance(rotation_matrix(particles[0].pose), rotation_matrix(28.647890, 0, 0)), 1e-5);
  EXPECT_LT((particles[0].pose.shift - Eigen::Vector2d(-2.1, -4.2)).norm(), 2e-6);
  // What the widely used converter of such files, csparc2star, makes of this pose (RELION's matrix, row by
  // row).
  const Eigen::Vector3d pose(1.5672901, -2.1493263, 2.219451);
  const Eigen::Matrix3d expected =
      Eigen::AngleAxisd(pose.norm(), pose.normalized()).toRotationMatrix().transpose();
  EXPECT_LT(rotation_distance(rotation_matrix(particles[1].pose), expected),
            1e-4);  // float32 and six decimals
}

TEST_F(Cryosparc, ExportKeepsTheUids) {
  const ParticleFile file = opened(pose_path, {blob_path});
  CollectedOptics optics(file);
  file.for_each(0, 2, [&](const ParticleFile::Row& row) { optics.add(row); });
  const ParticleExporter exporter(file, ParticleFormat::relion, optics);
  std::string text = exporter.head();
  std::int64_t index = 0;
  file.for_each(0, 2,
                [&](const ParticleFile::Row& row) { text += exporter.row(index++, row, row.values[0]); });
  const ParticleFile star = opened(scratch.write("J2/out.star", text));
  const auto uid = std::find(star.labels().begin(), star.labels().end(), "ucsfUid") - star.labels().begin();
  ASSERT_LT(uid, static_cast<std::ptrdiff_t>(star.labels().size()));
  star.for_each(1, 1, [&](const ParticleFile::Row& row) {
    EXPECT_EQ(row.values[static_cast<std::size_t>(uid)], std::to_string(first_uid));
  });
  const auto before = file.read(0, 2), after = star.read(0, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after[i].ctf, before[i].ctf);
    EXPECT_EQ(after[i].pose.shift, before[i].pose.shift);
    EXPECT_EQ(after[i].pose.tilt, before[i].pose.tilt);
    EXPECT_EQ(after[i].pixel_size, before[i].pixel_size);
  }
}

TEST_F(Cryosparc, WhatIsWrongIsSaid) {
  expect_error([&] { opened(pose_path); }, {"particles.cs", "no blob/path", "--passthrough"});
  Array one = blobs(1);
  add_blob(one, first_uid, 2, 15000);
  const std::string fewer = scratch.write("J2/fewer.cs", one.bytes());
  expect_error([&] { opened(pose_path, {fewer}).read(0, 2); }, {"particles.cs:1", "uid 7", "fewer.cs"});
  const std::string whole = blobs(2).bytes();
  const auto refused = [&](const std::string& bytes, std::initializer_list<std::string> parts) {
    expect_error([&] { opened(scratch.write("bad.cs", bytes)); }, parts);
  };
  refused(whole, {"bad.cs", "0 of 2 rows", "cut off"});
  refused(whole.substr(0, 60), {"bad.cs", "within its header"});
  refused(
      "\x94"
      "CSDAT\n",
      {"bad.cs", "compressed form"});
  refused(Array("('uid', '>u8')", 0).bytes(), {"bad.cs", "field uid has the type >u8"});
  refused(Array("('uid', '|O')", 0).bytes(), {"type |O"});
  refused(Array("('x', '<f4')", 0).bytes(), {"no field uid"});
  refused(Array("('uid', '<u8'", 0).bytes(), {"cannot be understood"});
  refused(Array("('uid', '<u8', (99999999999, 99999999999))", 0).bytes(), {"cannot be understood"});
}

TEST(StackAsParticles, EachImageIsOne) {
  const Scratch scratch;
  const std::string path =
      scratch.write("a.stk", spider_file({.columns = 4, .rows = 4, .images = 3}, std::vector<float>(48, 1)));
  const ParticleIndex index = ParticleFile::scan(path);
  const ParticleFile file(ParticleSource{path, "", false, false, "", 1.5, {}}, index);
  ASSERT_EQ(file.size(), 3);
  const Particle particle = file.read(2, 1)[0];
  EXPECT_EQ(particle.stack, "a.stk");
  EXPECT_EQ(particle.slice, 2);
  EXPECT_EQ(particle.size, 4);
  EXPECT_EQ(particle.pixel_size, 1.5);
  EXPECT_FALSE(particle.ctf.enabled);
  expect_error([&] { ParticleFile(path, index).read(0, 1); },
               {"a.stk", "pixel size is unknown", "--pixel-size"});
  const std::string map =
      scratch.write("a.vol", spider_file({.columns = 4, .rows = 4, .slices = 3}, std::vector<float>(48, 1)));
  expect_error([&] { ParticleFile::scan(map); }, {"a.vol", "is a map", "--from-map"});
}

TEST(StackAsParticles, AnotherStackAndPixelSizeMayBeGiven) {
  const Scratch scratch;
  scratch.write("b.stk", spider_file({.columns = 4, .rows = 4, .images = 3}, std::vector<float>(48, 1)));
  const std::string path =
      scratch.write("p.xmd", "data_\nloop_\n_image\n_shiftX\n_shiftY\n2@Runs/7/extra/img.stk 3 4\n");
  const ParticleFile file(ParticleSource{path, "", false, false, scratch.path("b.stk"), 2, {}},
                          ParticleFile::scan(path));
  const Particle particle = file.read(0, 1)[0];
  EXPECT_EQ(particle.stack, scratch.path("b.stk"));
  EXPECT_EQ(particle.slice, 1);
  EXPECT_EQ(particle.pose.shift, Eigen::Vector2d(-6, -8));
  const std::string own = scratch.write("q.xmd", "data_\nloop_\n_image\n_samplingRate\n1@b.stk 3\n");
  expect_error(
      [&] {
        ParticleFile(ParticleSource{own, "", false, false, "", 2, {}}, ParticleFile::scan(own));
      },
      {"option --pixel-size", "q.xmd", "_samplingRate"});
}

}  // namespace
}  // namespace elastem
