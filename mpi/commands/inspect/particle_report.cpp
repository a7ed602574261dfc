#include "mpi/commands/inspect/particle_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <numbers>
#include <vector>

#include "core/number_list.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/storage/result_table.hpp"
#include "particles/particle_survey.hpp"

namespace elastem {

namespace {

// Views in cells of equal area: bands of cos tilt, sectors of rot.
constexpr int bands = 6, sectors = 6;

struct PoseSpread {
  std::array<std::array<std::int64_t, sectors>, bands> cells{};
  Extremes x, y;  // Å
  std::int64_t count = 0;

  void add(const Pose& pose) {
    constexpr double radian = std::numbers::pi / 180;
    // The third row of R, the direction of view, from rot and tilt of any size.
    const double z = std::cos(pose.tilt * radian), across = std::sin(pose.tilt * radian);
    double angle = std::atan2(across * std::sin(pose.rot * radian), across * std::cos(pose.rot * radian));
    if (angle < 0) angle += 2 * std::numbers::pi;
    const auto cell = [](double fraction, int cells_across) {
      return static_cast<std::size_t>(
          std::clamp(static_cast<int>(fraction * cells_across), 0, cells_across - 1));
    };
    ++cells[cell((1 - z) / 2, bands)][cell(angle / (2 * std::numbers::pi), sectors)];
    x.add(pose.shift.x());
    y.add(pose.shift.y());
    ++count;
  }
};

void say_poses(const PoseSpread& poses) {
  say("  views: % of the particles; {:.1f} in each cell where they are spread evenly",
      100.0 / (bands * sectors));
  say("    tilt \\ rot   0-60  60-120 120-180 180-240 240-300 300-360");
  const auto edge = [](int band) { return std::acos(1 - 2.0 * band / bands) * 180 / std::numbers::pi; };
  for (int band = 0; band < bands; ++band) {
    std::string line = fmt::format("    {:>3.0f}-{:<3.0f}  ", edge(band), edge(band + 1));
    for (const std::int64_t count : poses.cells[static_cast<std::size_t>(band)])
      line += fmt::format("{:>8.1f}", 100.0 * static_cast<double>(count) / static_cast<double>(poses.count));
    say("{}", line);
  }
  say("  positions: x from {:.2f} to {:.2f} Å, y from {:.2f} to {:.2f} Å", poses.x.low, poses.x.high,
      poses.y.low, poses.y.high);
}

void say_stacks(const ParticleFile& file, const ParticleSurvey& survey) {
  const auto& stacks = survey.stacks();
  std::int64_t images = 0;
  for (const auto& stack : stacks) images += stack.images;
  say("  {} {} of {} images, the first {} ({})", stacks.size(), stacks.size() == 1 ? "stack" : "stacks",
      images, stacks.front().name, stacks.front().path);
  const auto fault = [&](const char* what, const Occurrence& found) {
    if (found.count > 0) say("  ! {}: {} particles, the first in line {}", what, found.count, found.line);
  };
  fault("the stack is missing", survey.missing);
  fault("the stack has no such image", survey.short_stack);
  fault("the image is another particle's already", survey.repeated);
  fault("a volume or a whole stack, not an image", survey.volumes);
  fault("disabled (_enabled -1) and left out", survey.disabled);
  fault("another box or pixel size than the first particle's", survey.other_box);
  fault("another box than its image", survey.other_image);
  for (const auto& doubt : unit_doubts(file, survey.ranges)) say("  ! {}", doubt);
}

void say_ctf(const ParticleSurvey& survey) {
  const QuantityRanges& ranges = survey.ranges;
  if (!ranges.defocus.any()) return say("  no CTF (no defocus)");
  say("  defocus {:.0f} to {:.0f} Å, astigmatism {:.0f} to {:.0f} Å, phase shift {:g} to {:g} degrees, "
      "B-factor {:g} "
      "to {:g} Å²",
      ranges.defocus.low, ranges.defocus.high, survey.astigmatism.low, survey.astigmatism.high,
      ranges.phase_shift.low, ranges.phase_shift.high, ranges.b_factor.low, ranges.b_factor.high);
  constexpr std::array names = {"not corrected", "phases flipped", "premultiplied with the CTF",
                                "Wiener filtered"};
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (survey.corrections[i] > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", survey.corrections[i], names[i]);
  say("  images: {}", text);
}

// Particles by row of the optics table.
void say_optics(const ParticleFile& file, const std::vector<std::int64_t>& counts) {
  const StarTable& optics = file.optics();
  for (std::size_t row = 0; row < optics.rows.size(); ++row) {
    std::string text;
    for (std::size_t column = 0; column < optics.labels.size(); ++column)
      text += fmt::format(" {}={}", optics.labels[column], star_value(optics.rows[row][column]));
    say("  optics group of {} particles:{}", counts[row], text);
  }
}

void say_labels(const ParticleFile& file) {
  std::string read, carried;
  const auto sort = [&](const std::vector<std::string>& labels) {
    for (const auto& label : labels) (file.reads(label) ? read : carried) += " " + label;
  };
  sort(file.labels());
  sort(file.optics().labels);
  say("  labels read:{}", read);
  if (!carried.empty()) say("  labels carried through:{}", carried);
}

void say_truth(const std::string& path, std::int64_t count) {
  const std::string truth = (std::filesystem::path(path).parent_path() / "truth.h5").string();
  if (!std::filesystem::exists(truth)) return;
  const ResultTable table = ResultTable::open(Communicator::self(), truth, ResultTable::Access::read);
  say("  truth beside it: {}, {} particles{}, modes {}", truth, table.size(),
      table.size() == count ? "" : " (another number)",
      table.modes().empty() ? "none" : format_number_list(table.modes()));
  say("  made by: {}", table.provenance().command_line);
}

const char* mode_name(int mode) {
  static const std::map<int, const char*> names = {
      {0, "int8"}, {1, "int16"}, {2, "float32"}, {6, "uint16"}, {12, "float16"}};
  return names.at(mode);
}

}  // namespace

void report_particles(const ParticleSource& source) {
  const std::string& path = source.path;
  const ParticleFile file(source, ParticleFile::scan(path));
  say("{}: {} particles ({})", path, file.size(),
      file.form() == ParticleIndex::Form::cryosparc ? "cryoSPARC"
      : file.xmipp()                                ? "Xmipp"
      : file.optics().labels.empty()                ? "RELION STAR 3.0"
                                                    : "RELION STAR 3.1");
  if (file.size() == 0) return;
  ParticleSurvey survey(file, ParticleSurvey::Faults::count);
  PoseSpread poses;
  std::vector<std::int64_t> groups(file.optics().rows.size(), 0);
  survey.add(0, file.size(), [&](const ParticleFile::Row& row) {
    if (row.particle.has_pose) poses.add(row.particle.pose);
    if (!groups.empty()) ++groups[row.optics_row];
  });
  say("  images of {}² pixels of {:.4g} Å, {}", survey.grid().size, survey.grid().pixel_size,
      poses.count > 0 ? "with a pose" : "without a pose");
  say_stacks(file, survey);
  say_optics(file, groups);
  say_ctf(survey);
  if (poses.count > 0) say_poses(poses);
  say_labels(file);
  say_truth(path, file.size());
}

void report_images(const std::string& path) {
  constexpr std::int64_t looked_at = 3, most_pixels = 1 << 26;
  const StackReader reader(path);
  const MrcHeader& header = reader.header();
  const bool spider = header.format == MrcHeader::Format::spider;
  say("{}: {} of {} × {} × {}, {} ({}, {}), {} per pixel, {:.1f} MiB{}", path,
      header.volumes > 1              ? "a stack of volumes"
      : header.volume                 ? "a map"
      : spider && header.sections < 2 ? "an image"
                                      : "a stack of images",
      header.columns, header.rows, header.sections,
      spider ? "SPIDER" : fmt::format("MRC mode {}", header.mode), mode_name(header.mode),
      header.swapped ? "big-endian" : "little-endian",
      header.pixel_size > 0 ? fmt::format("{:.4g} Å", header.pixel_size) : "an unknown size",
      static_cast<double>(file_bytes(header)) / (1 << 20), reader.gzipped() ? ", gzipped" : "");
  const std::int64_t pixels = section_pixels(header);
  if (pixels > most_pixels) return;
  say("  {:<8}{:>12}{:>12}{:>12}{:>12}", header.volume ? "section" : "image", "mean", "deviation", "lowest",
      "highest");
  std::vector<float> values(static_cast<std::size_t>(pixels));
  for (std::int64_t i = 0; i < std::min(looked_at, header.sections); ++i) {
    reader.read(i, 1, values);
    double sum = 0, squares = 0;
    Extremes range;
    std::int64_t odd = 0;
    for (const float value : values) {
      if (!std::isfinite(value)) {
        ++odd;
        continue;
      }
      range.add(value);
      sum += value;
    }
    const double count = static_cast<double>(std::max<std::int64_t>(1, pixels - odd)), mean = sum / count;
    for (const float value : values)
      if (std::isfinite(value)) squares += (value - mean) * (value - mean);
    say("  {:<8}{:>12.5g}{:>12.5g}{:>12.5g}{:>12.5g}{}", i + 1, mean, std::sqrt(squares / count), range.low,
        range.high, odd > 0 ? fmt::format("  {} pixels are not finite", odd) : "");
  }
}

}  // namespace elastem
