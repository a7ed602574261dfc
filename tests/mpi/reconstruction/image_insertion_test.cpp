#include "mpi/reconstruction/image_insertion.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "tests/support/mrc_stack.hpp"

namespace elastem {
namespace {

constexpr int images = 21, side = 16;
constexpr int failed_row = 5, constant_image = 9, outlier_row = 12, unknown_row = 20;

// `refined` Å is added to the defocus.
void write_particles(const std::string& stack, const std::string& star, double refined = 0) {
  MrcHeader header;
  header.columns = header.rows = side;
  header.sections = images;
  header.pixel_size = 2;
  std::vector<float> pixels(static_cast<std::size_t>(images * side * side), 1.0F);
  Random random(3, Stream::noise, 0);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    if (i / (side * side) != constant_image) pixels[i] = static_cast<float>(random.normal());
  write_mrc(stack, header, pixels);
  std::ofstream file(star);
  file << "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnVoltage #2\n_rlnSphericalAberration #3\n"
          "_rlnAmplitudeContrast #4\n_rlnImagePixelSize #5\n_rlnImageSize #6\n1 200 2 0.1 2 "
       << side
       << "\n\ndata_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n_rlnDefocusU #3\n"
          "_rlnDefocusV #4\n_rlnDefocusAngle #5\n";
  for (int i = 0; i < images; ++i)
    file << (i + 1) << '@' << stack << " 1 " << 5000 + 100 * i + refined << ' ' << 5000 + 100 * i + refined
         << " 0\n";
}

// Of all particles but one, in the opposite order.
void write_poses(const std::string& path, double defocus_change) {
  const Communicator alone = Communicator::self();
  TableContents contents;
  contents.fits = true;
  contents.key_length = 32;
  ResultTable table =
      ResultTable::create(alone, path, images - 1, {7}, make_provenance(alone, "test", {}, 1), contents);
  std::vector<ParticleResult> rows;
  for (int i = images - 1; i >= 0; --i) {
    if (i == unknown_row) continue;
    ParticleResult row;
    row.image = std::to_string(i + 1) + "@stack.mrcs";
    row.amplitudes = Eigen::VectorXd::Constant(1, 0);
    row.euler_angles << 17 * i, 8 * i, 29 * i;
    row.shift << 0.1 * i, -0.2 * i;
    row.standard_errors = Eigen::VectorXd::Ones(6);
    row.state = i == failed_row ? ParticleState::failed : ParticleState::done;
    row.fit = FitDetails{};
    row.fit->covariance = Eigen::MatrixXd::Identity(6, 6);
    row.fit->amplitudes = row.amplitudes;
    row.fit->outlier = i == outlier_row;
    row.fit->defocus_change = defocus_change;
    rows.push_back(row);
  }
  table.write(0, rows);
  table.close();
}

// The Fourier volume of these particles by the ranks of `comm`.
struct Volume : MapVolume {
  explicit Volume(const Communicator& comm, bool with_outliers = false,
                  const std::string& star = "particles.star", const std::string& poses = "poses.h5")
      : MapVolume(comm, side) {
    const ParticleSet set = open_particles(comm, {.path = star, .datadir = ""});
    ResultTable table = ResultTable::open(comm, poses, ResultTable::Access::read);
    const RowMatch match =
        match_particles(comm, set.file, equal_share(comm, set.size()), {poses, table}, false);
    const RowShares all(match.rows.first, match.rows.count, 1);
    counts = insert_images(comm, set, {table, match, with_outliers}, all, side / 2.0,
                           std::span(static_cast<MapVolume*>(this), 1), false);
    table.close();
  }
  InsertionCounts counts;
};

class ImageInsertion : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();  // a rank may still read the files of the test before
    if (comm_.root()) {
      for (const char* path : {"poses.h5", "refined_poses.h5"}) std::remove(path);
      write_particles("stack.mrcs", "particles.star");
      write_particles("stack.mrcs", "refined.star", 300);
      write_poses("poses.h5", 0);
      write_poses("refined_poses.h5", 300);
    }
    comm_.barrier();
  }
  Communicator comm_ = Communicator::world();
};

TEST_F(ImageInsertion, RanksTogetherGetTheSumsOfOneRankAlone) {
  Volume together(comm_), alone(Communicator::self());
  const std::size_t plane =
      static_cast<std::size_t>(together.fft.side()) * static_cast<std::size_t>(together.fft.side() / 2 + 1);
  const std::size_t first = static_cast<std::size_t>(together.fft.first_plane()) * plane;
  double largest = 0, worst = 0, weight_worst = 0;
  for (std::size_t i = 0; i < together.fft.spectrum().size(); ++i) {
    largest = std::max(largest, std::abs(alone.fft.spectrum()[first + i]));
    worst = std::max(worst, std::abs(together.fft.spectrum()[i] - alone.fft.spectrum()[first + i]));
    weight_worst =
        std::max(weight_worst, std::abs(together.slab.weights()[i] - alone.slab.weights()[first + i]));
  }
  // Each image puts a few terms into a voxel, in another order.
  const double rounding = 10 * images * std::numeric_limits<double>::epsilon();
  EXPECT_LE(worst, rounding * largest);
  EXPECT_LE(weight_worst, rounding);
  if (together.fft.plane_count() > 0) {
    EXPECT_GT(largest, 0);
  }
}

TEST_F(ImageInsertion, ParticlesWithoutAPoseOrAUsableImageAreCountedOnce) {
  const InsertionCounts counts = Volume(comm_).counts;
  EXPECT_EQ(counts.without_pose, 2);  // failed, and not in the table
  EXPECT_EQ(counts.unusable, 1);
  EXPECT_EQ(counts.outliers, 1);
  EXPECT_EQ(counts.used, images - 4);
}

TEST_F(ImageInsertion, OutliersAreUsedWhereTheyAreWanted) {
  const InsertionCounts counts = Volume(comm_, true).counts;
  EXPECT_EQ(counts.outliers, 0);
  EXPECT_EQ(counts.used, images - 3);
}

TEST_F(ImageInsertion, TheRefinedDefocusIsThatOfTheFileAndTheChange) {
  Volume changed(comm_, false, "particles.star", "refined_poses.h5");
  Volume written(comm_, false, "refined.star", "poses.h5");
  Volume neither(comm_);
  // The same bits: the sum of both is exact.
  EXPECT_TRUE(std::ranges::equal(changed.slab.weights(), written.slab.weights()));
  if (changed.fft.plane_count() > 0) {
    EXPECT_FALSE(std::ranges::equal(changed.slab.weights(), neither.slab.weights()));
  }
}

TEST_F(ImageInsertion, EachVolumeGetsTheSharesOfItsSet) {
  const ParticleSet set = open_particles(comm_, {.path = "particles.star", .datadir = ""});
  const std::string poses = "poses.h5";
  ResultTable table = ResultTable::open(comm_, poses, ResultTable::Access::read);
  const RowMatch match =
      match_particles(comm_, set.file, equal_share(comm_, set.size()), {poses, table}, false);
  // Row i counts as a share of i/images in the first set, as the rest in the second.
  RowShares shares(match.rows.first, match.rows.count, 2);
  for (std::int64_t row = match.rows.first; row < match.rows.first + match.rows.count; ++row) {
    shares.of(row)[0] = static_cast<float>(row) / images;
    shares.of(row)[1] = 1 - shares.of(row)[0];
  }
  std::vector<MapVolume> parts;
  for (int part = 0; part < 2; ++part) parts.emplace_back(comm_, side);
  const InsertionCounts counts =
      insert_images(comm_, set, {table, match, false}, shares, side / 2.0, parts, false);
  table.close();
  Volume whole(comm_);
  double largest = 0, worst = 0, difference = 0;
  for (std::size_t i = 0; i < whole.slab.weights().size(); ++i) {
    const double first = parts[0].slab.weights()[i], second = parts[1].slab.weights()[i];
    largest = std::max(largest, whole.slab.weights()[i]);
    worst = std::max(worst, std::abs(first + second - whole.slab.weights()[i]));
    difference = std::max(difference, std::abs(first - second));
  }
  EXPECT_LE(worst, images * std::numeric_limits<float>::epsilon() * largest);
  if (whole.fft.plane_count() > 0) {
    EXPECT_GT(difference, 0.01 * largest);
  }
  EXPECT_NEAR(counts.shares[0] + counts.shares[1], static_cast<double>(counts.used), 1e-5);
  EXPECT_LT(counts.shares[0], static_cast<double>(counts.used));
}

TEST_F(ImageInsertion, ASampleGoesToTheOwnersOfBothItsPlanes) {
  const SlabFft fft(comm_, oversampling * side);
  std::vector<FourierSample> samples;
  if (comm_.root())
    for (int z = 0; z < fft.side(); ++z) samples.push_back({1, 1, static_cast<float>(z) + 0.5F, {1, 0}, 1});
  const auto own = samples_of_own_planes(comm_, fft, samples);
  int expected = 0;
  for (int z = 0; z < fft.side(); ++z)
    expected += fft.owner(z) == comm_.rank() || fft.owner((z + 1) % fft.side()) == comm_.rank();
  EXPECT_EQ(static_cast<int>(own.size()), expected);
}

}  // namespace
}  // namespace elastem
