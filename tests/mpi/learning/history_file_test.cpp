#include "mpi/learning/history_file.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <png.h>
#include <set>

#include <gtest/gtest.h>

#include "mpi/storage/hdf5_file.hpp"
#include "options/train_options.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<EpochRecord> example(int epochs) {
  std::vector<EpochRecord> history;
  for (int i = 1; i <= epochs; ++i) {
    const double x = i;
    history.push_back({.epoch = i,
                       .images = 640 * x,
                       .seconds = 1.5 * x,
                       .learning_rate = 1e-3 / x,
                       .training_loss = 2 / x - 0.5,
                       .validation_loss = 2.2 / x - 0.5,
                       .validation_amplitude = 40 / x,
                       .validation_angle = 90 / x,
                       .validation_shift = 4 / x,
                       .validation_found = 1 - 1 / x});
  }
  return history;
}

struct Picture {
  unsigned width = 0, height = 0;
  std::vector<png_byte> pixels;  ///< 3 bytes each

  // The colours in the rows low … high−1.
  std::set<std::array<png_byte, 3>> colours(unsigned low, unsigned high) const {
    std::set<std::array<png_byte, 3>> found;
    for (std::size_t at = std::size_t{3} * low * width; at < std::size_t{3} * high * width; at += 3)
      found.insert({pixels[at], pixels[at + 1], pixels[at + 2]});
    return found;
  }
};

Picture read_picture(const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0) << image.message;
  image.format = PNG_FORMAT_RGB;
  Picture picture{image.width, image.height, std::vector<png_byte>(PNG_IMAGE_SIZE(image))};
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0) << image.message;
  return picture;
}

// Colours of the first and second curve of a panel.
constexpr std::array<png_byte, 3> first_curve = {90, 120, 170}, second_curve = {208, 60, 48};

TEST(HistoryPath, StandsBesideTheNetwork) {
  EXPECT_EQ(cli::history_table_path("runs/network.pt"), "runs/network.history.h5");
  EXPECT_EQ(cli::history_plot_path("a.b/network.pt"), "a.b/network.history.png");
  EXPECT_EQ(cli::history_table_path("net.v2"), "net.v2.history.h5");
}

TEST(HistoryFile, ColumnsComeBackWithTheirUnits) {
  const Scratch scratch;
  std::vector<EpochRecord> history = example(5);
  history[2].validation_loss = nan;
  write_history(scratch.path("network.pt"), history);
  const auto file = hdf5::open_file(scratch.path("network.history.h5"), hdf5::Access::read);
  const auto column = [&](const char* name) {
    return hdf5::read_values<double>(file, std::string("history/") + name);
  };
  EXPECT_EQ(column("epoch"), (std::vector<double>{1, 2, 3, 4, 5}));
  for (std::size_t i = 0; i < history.size(); ++i) {
    const EpochRecord& r = history[i];
    EXPECT_EQ(column("images").at(i), r.images);
    EXPECT_EQ(column("seconds").at(i), r.seconds);
    EXPECT_EQ(column("learning_rate").at(i), r.learning_rate);
    EXPECT_EQ(column("training_loss").at(i), r.training_loss);
    if (i != 2) {
      EXPECT_EQ(column("validation_loss").at(i), r.validation_loss);
    }
    EXPECT_EQ(column("validation_amplitude").at(i), r.validation_amplitude);
    EXPECT_EQ(column("validation_angle").at(i), r.validation_angle);
    EXPECT_EQ(column("validation_shift").at(i), r.validation_shift);
    EXPECT_EQ(column("validation_found").at(i), r.validation_found);
  }
  EXPECT_TRUE(std::isnan(column("validation_loss").at(2)));
  const auto units = [&](const char* name) {
    return hdf5::read_text_attribute(hdf5::open_dataset(file, std::string("history/") + name), "units");
  };
  EXPECT_EQ(units("validation_amplitude"), "Å");
  EXPECT_EQ(units("validation_angle"), "degrees");
  EXPECT_EQ(units("seconds"), "s");
  // Every column says what it is, and there are no others.
  const auto names = hdf5::names(file, "history");
  EXPECT_EQ(names.size(), 10U);
  for (const std::string& name : names)
    EXPECT_NE(hdf5::read_text_attribute(hdf5::open_dataset(file, "history/" + name), "description"), "");
}

TEST(HistoryFile, ThePictureShowsThreePanelsWithTheirCurves) {
  const Scratch scratch;
  write_history(scratch.path("network.pt"), example(20));
  const Picture picture = read_picture(scratch.path("network.history.png"));
  ASSERT_EQ(picture.width, 1000U);
  ASSERT_EQ(picture.height, 1200U);
  for (unsigned panel = 0; panel < 3; ++panel) {
    const auto colours = picture.colours(400 * panel, 400 * (panel + 1));
    EXPECT_TRUE(colours.contains(first_curve)) << panel;
    EXPECT_EQ(colours.contains(second_curve), panel < 2) << panel;
  }
}

TEST(HistoryFile, WithoutValidationThePictureShowsWhatIsKnown) {
  const Scratch scratch;
  std::vector<EpochRecord> history = example(1);
  EpochRecord& r = history[0];
  r.validation_loss = r.validation_amplitude = r.validation_angle = r.validation_shift = r.validation_found =
      nan;
  write_history(scratch.path("network.pt"), history);
  const Picture picture = read_picture(scratch.path("network.history.png"));
  ASSERT_EQ(picture.height, 800U);
  for (unsigned panel = 0; panel < 2; ++panel) {
    const auto colours = picture.colours(400 * panel, 400 * (panel + 1));
    EXPECT_TRUE(colours.contains(first_curve)) << panel;
    EXPECT_FALSE(colours.contains(second_curve)) << panel;
  }
}

TEST(HistoryFile, ALaterHistoryTakesTheOldOnesPlace) {
  const Scratch scratch;
  write_history(scratch.path("network.pt"), {});
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path("")));
  write_history(scratch.path("network.pt"), example(2));
  write_history(scratch.path("network.pt"), example(3));
  const auto file = hdf5::open_file(scratch.path("network.history.h5"), hdf5::Access::read);
  EXPECT_EQ(hdf5::read_values<double>(file, "history/images").size(), 3U);
  int files = 0;  // nothing is left of temporary names
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path(""))) files += entry.exists();
  EXPECT_EQ(files, 2);
}

TEST(HistoryFile, SaysWhereItCannotWrite) {
  const Scratch scratch;
  expect_error([&] { write_history(scratch.path("none/network.pt"), example(2)); }, {"none/network.history"});
}

}  // namespace
}  // namespace elastem
