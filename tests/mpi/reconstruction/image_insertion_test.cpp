#include "mpi/reconstruction/image_insertion.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "tests/support/mrc_stack.hpp"

namespace elastem {
namespace {

constexpr int images = 21, side = 16;
constexpr int failed_row = 5, constant_image = 9;

void write_particles(const std::string& stack, const std::string& star) {
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
    file << (i + 1) << '@' << stack << " 1 " << 5000 + 100 * i << ' ' << 5000 + 100 * i << " 0\n";
}

void write_poses(const std::string& path) {
  const Communicator alone = Communicator::self();
  ResultTable table = ResultTable::create(alone, path, images, {7}, make_provenance(alone, "test", {}, 1));
  std::vector<ParticleResult> rows;
  for (int i = 0; i < images; ++i) {
    ParticleResult row;
    row.amplitudes = Eigen::VectorXd::Constant(1, 0);
    row.euler_angles << 17 * i, 8 * i, 29 * i;
    row.shift << 0.1 * i, -0.2 * i;
    row.standard_errors = Eigen::VectorXd::Ones(6);
    row.state = i == failed_row ? ParticleState::failed : ParticleState::done;
    rows.push_back(row);
  }
  table.write(0, rows);
  table.close();
}

// The Fourier volume of these particles by the ranks of `comm`.
struct Volume {
  explicit Volume(const Communicator& comm)
      : fft(comm, oversampling * side),
        slab(fft.side(), fft.first_plane(), fft.plane_count(), fft.spectrum()) {
    const ParticleSet set = open_particles(comm, "particles.star", "");
    ResultTable table = ResultTable::open(comm, "poses.h5", ResultTable::Access::read);
    counts = insert_images(comm, set, table, side / 2.0, fft, slab, false);
    table.close();
  }
  SlabFft fft;
  FourierSlab slab;
  InsertionCounts counts;
};

class ImageInsertion : public testing::Test {
 protected:
  void SetUp() override {
    if (comm_.root()) {
      std::remove("poses.h5");
      write_particles("stack.mrcs", "particles.star");
      write_poses("poses.h5");
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
  EXPECT_EQ(counts.without_pose, 1);
  EXPECT_EQ(counts.unusable, 1);
  EXPECT_EQ(counts.used, images - 2);
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
