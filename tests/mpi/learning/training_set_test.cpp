#include "mpi/learning/training_set.hpp"

#include <cstdio>
#include <fstream>
#include <numeric>
#include <set>

#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "imaging/pose.hpp"
#include "mpi/learning/first_state.hpp"
#include "mpi/storage/result_table.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

constexpr std::int64_t particle_rows = 60, label_rows = 50;

std::vector<std::int64_t> all_images() {
  std::vector<std::int64_t> images(particle_rows);
  std::iota(images.begin(), images.end(), std::int64_t{0});
  return images;
}

void write_star(const Communicator& comm, const std::string& path, const std::vector<std::int64_t>& images,
                const std::string& stack = "stack.mrcs") {
  if (comm.root()) {
    std::ofstream star(path);
    star << "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnVoltage #2\n_rlnSphericalAberration #3\n"
            "_rlnAmplitudeContrast #4\n_rlnImagePixelSize #5\n_rlnImageSize #6\n1 200 2 0.1 2.2 64\n\n"
            "data_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n";
    for (const std::int64_t image : images) star << (image + 1) << '@' << stack << " 1\n";
    star << '\n';
  }
  comm.barrier();
}

/// Row i has amplitude i; every fifth failed.
bool labelled(std::int64_t row) {
  return row % 5 != 2;
}

/// Of every seventh row an alignment found that the structure does not explain it.
bool outlier(std::int64_t row) {
  return row % 7 == 3;
}

/// What an alignment changed of the defocus, Å.
double defocus_change(std::int64_t row) {
  return 10.0 * static_cast<double>(row) - 200;
}

enum class Labels { truth, alignment };

void write_labels(const Communicator& comm, const std::string& path, std::int64_t n, Labels labels) {
  const bool fits = labels == Labels::alignment;
  ResultTable table = ResultTable::create(comm, path, n, {7}, make_provenance(comm, "test", {}, 1),
                                          {.fits = fits, .prior = false, .key_length = 32, .vectors = {}});
  if (comm.root()) {
    std::vector<ParticleResult> rows;
    for (std::int64_t i = 0; i < n; ++i) {
      ParticleResult row;
      row.image = fmt::format("{}@stack.mrcs", i + 1);
      row.amplitudes = Eigen::VectorXd::Constant(1, static_cast<double>(i));
      row.euler_angles << 10, 20, static_cast<double>(i);
      row.shift << 1, -static_cast<double>(i);
      row.standard_errors = Eigen::VectorXd::Ones(6);
      row.score = 0.3 + 0.001 * static_cast<double>(i);
      row.state = labelled(i) ? ParticleState::done : ParticleState::failed;
      if (fits)
        row.fit = FitDetails{.covariance = Eigen::MatrixXd::Identity(6, 6),
                             .amplitudes = row.amplitudes,
                             .defocus_change = defocus_change(i),
                             .outlier = outlier(i)};
      rows.push_back(row);
    }
    table.write(0, rows);
  }
  table.close();
}

class TrainingSetOfRanks : public testing::Test {
 protected:
  void SetUp() override {
    comm_.barrier();  // a rank may still read the files of the test before
    if (comm_.root()) std::remove(star_.c_str());
    comm_.barrier();
    write_star(comm_, star_, all_images());
    write(label_rows, Labels::truth);
  }
  void write(std::int64_t rows, Labels labels) {
    if (comm_.root()) std::remove(labels_.c_str());
    comm_.barrier();
    write_labels(comm_, labels_, rows, labels);
  }
  TrainingSet load(double validation, std::uint64_t seed = 3, bool with_outliers = false) {
    const ParticleFile file(star_, ParticleFile::scan(star_));
    return load_training_set(comm_, file, {labels_, "", validation, with_outliers, false}, seed);
  }
  /// How often each row stands in the lists of all ranks.
  std::vector<std::int64_t> counts(const std::vector<Example>& examples) {
    std::vector<std::int64_t> counted(particle_rows, 0);
    for (const Example& e : examples) ++counted[static_cast<std::size_t>(e.row)];
    comm_.sum(counted);
    return counted;
  }

  Communicator comm_ = Communicator::world();
  std::string star_ = "particles.star", labels_ = "labels.h5";
};

TEST_F(TrainingSetOfRanks, EveryLabelledParticleIsOnOneSideOfOneRank) {
  const TrainingSet set = load(0.3);
  const auto training = counts(set.training), validation = counts(set.validation);
  std::int64_t trained = 0, validated = 0;
  for (std::int64_t i = 0; i < particle_rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(training[at] + validation[at], i < label_rows && labelled(i) ? 1 : 0) << "row " << i;
    // The split does not depend on the number of ranks.
    if (training[at] + validation[at] > 0) {
      EXPECT_EQ(validation[at] == 1, for_validation(3, i, 0.3)) << "row " << i;
    }
    trained += training[at];
    validated += validation[at];
  }
  EXPECT_EQ(set.all_training, trained);
  EXPECT_EQ(set.all_validation, validated);
  EXPECT_GT(validated, 0);
  const auto share = static_cast<double>(trained) / comm_.size();
  EXPECT_LE(std::abs(static_cast<double>(set.training.size()) - share), 1);
}

TEST_F(TrainingSetOfRanks, LabelsBelongToTheirParticles) {
  const TrainingSet set = load(0.3);
  for (const auto* examples : {&set.training, &set.validation})
    for (const Example& e : *examples) {
      EXPECT_EQ(e.label.amplitudes[0], static_cast<double>(e.row));
      EXPECT_EQ(e.label.shift.y(), -static_cast<double>(e.row));
      EXPECT_EQ(e.label.rotation, rotation_matrix(10, 20, static_cast<double>(e.row)));
      EXPECT_EQ(e.particle.slice, e.row);
    }
  EXPECT_EQ(set.modes, std::vector<int>{7});
  EXPECT_EQ(set.grid.size, 64);
  EXPECT_EQ(set.grid.pixel_size, 2.2);
  EXPECT_NEAR(set.median_score, 0.325, 0.003);  // the middle of 0.3 … 0.349, some rows left out
}

TEST_F(TrainingSetOfRanks, OutliersOfAnAlignmentAreLeftOutUnlessAskedFor) {
  write(label_rows, Labels::alignment);
  const TrainingSet set = load(0.3), all = load(0.3, 3, true);
  const auto training = counts(set.training), validation = counts(set.validation);
  std::int64_t left_out = 0;
  for (std::int64_t i = 0; i < label_rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(training[at] + validation[at], labelled(i) && !outlier(i) ? 1 : 0) << "row " << i;
    left_out += labelled(i) && outlier(i) ? 1 : 0;
  }
  ASSERT_GT(left_out, 0);
  EXPECT_EQ(set.outliers, left_out);
  EXPECT_EQ(all.outliers, 0);
  EXPECT_EQ(all.all_training + all.all_validation, set.all_training + set.all_validation + left_out);
}

TEST_F(TrainingSetOfRanks, AnAlignmentsDefocusAndErrorsComeWithItsLabels) {
  const TrainingSet exact = load(0);
  const double written = exact.training.empty() ? 0 : exact.training.front().particle.ctf.defocus_u;
  write(label_rows, Labels::alignment);
  const TrainingSet set = load(0);
  for (const Example& e : exact.training) {
    EXPECT_EQ(e.label.errors.amplitudes.size(), 0) << "a truth is exact";
    EXPECT_EQ(e.particle.ctf.defocus_u, written);
  }
  for (const Example& e : set.training) {
    EXPECT_EQ(e.particle.ctf.defocus_u, written + defocus_change(e.row));
    EXPECT_EQ(e.particle.ctf.defocus_v, written + defocus_change(e.row));
    ASSERT_EQ(e.label.errors.amplitudes.size(), 1);
    EXPECT_EQ(e.label.errors.amplitudes[0], 1);
  }
}

TEST_F(TrainingSetOfRanks, ScalingIsThatOfAllRanks) {
  const TrainingSet set = load(0.0);
  double sum = 0, squares = 0, n = 0;
  for (std::int64_t i = 0; i < label_rows; ++i) {
    if (!labelled(i)) continue;
    const auto q = static_cast<double>(i);
    n += 1;
    sum += q;
    squares += q * q;
  }
  const LabelScaling scaling = measure_scaling(comm_, set);
  const double tolerance =
      100 * std::numeric_limits<double>::epsilon() * squares / n;  // sums in another order
  EXPECT_NEAR(scaling.amplitude_mean[0], sum / n, tolerance);
  EXPECT_NEAR(scaling.amplitude_sd[0], std::sqrt(squares / n - sum * sum / n / n), tolerance);
}

TEST_F(TrainingSetOfRanks, AnotherSeedSplitsOtherwise) {
  const auto a = counts(load(0.5, 1).validation), b = counts(load(0.5, 2).validation);
  EXPECT_NE(a, b);
}

TEST_F(TrainingSetOfRanks, LabelsFindTheirParticlesInAFileOfAnotherOrderAndInASubset) {
  std::vector<std::int64_t> images;  // every other one, from the end
  for (std::int64_t i = particle_rows - 1; i > 0; i -= 2) images.push_back(i);
  write_star(comm_, star_, images);
  const TrainingSet set = load(0.3);
  for (const auto* examples : {&set.training, &set.validation})
    for (const Example& e : *examples) {
      EXPECT_EQ(e.particle.slice, images[static_cast<std::size_t>(e.row)]);
      EXPECT_EQ(e.label.amplitudes[0], static_cast<double>(e.particle.slice));
    }
  std::int64_t expected = 0;
  for (const std::int64_t image : images) expected += image < label_rows && labelled(image) ? 1 : 0;
  EXPECT_EQ(set.all_training + set.all_validation, expected);
  EXPECT_EQ(set.rows, static_cast<std::int64_t>(images.size()));
}

TEST_F(TrainingSetOfRanks, LabelsOfOtherImagesAreAnErrorThatNamesBothFiles) {
  write_star(comm_, star_, all_images(), "elsewhere.mrcs");
  expect_error([&] { load(0.1); }, {star_, labels_});
}

TEST_F(TrainingSetOfRanks, MoreLabelsThanParticlesLeaveTheOthersUnused) {
  write(particle_rows + 5, Labels::truth);
  const TrainingSet set = load(0);
  std::int64_t expected = 0;
  for (std::int64_t i = 0; i < particle_rows; ++i) expected += labelled(i) ? 1 : 0;
  EXPECT_EQ(set.all_training, expected);
}

}  // namespace
}  // namespace elastem
