#include "maps/density_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"

namespace elastem {

namespace {

std::string sides_text(const std::array<std::int64_t, 3>& size) {
  return fmt::format("{}×{}×{}", size[0], size[1], size[2]);
}

std::array<std::int64_t, 3> size_of(const MrcHeader& header) {
  return {header.columns, header.rows, header.sections};
}

// Older programs, RELION 3 among them, write maps with ISPG 0 too, but with MZ the number of sections.
void require_map(const std::string& path, const MrcHeader& header) {
  const bool named_stack = path.size() > 5 && path.ends_with(".mrcs");
  if (header.volumes > 1)
    throw Error(fmt::format("{}: is a stack of {} volumes (ISPG 401 and above). Give one map.", path,
                            header.volumes));
  if (header.sections > 1 && (header.volume || (header.thickness == header.sections && !named_stack))) return;
  if (header.format == MrcHeader::Format::spider)
    throw Error(fmt::format("{}: is a SPIDER file of {} {}, not a map. Give a map.", path, header.sections,
                            header.sections == 1 ? "image" : "images"));
  throw Error(fmt::format(
      "{}: is a stack of images, not a map: its header says {} {}. Give a map; if it is one, set "
      "ISPG to 1 in its header (mrcfile: set_volume).",
      path, header.sections, header.sections == 1 ? "section" : "sections of one image each (ISPG 0)"));
}

// Å, the header's or the one that is given instead.
double voxel_size_of(const MapSelection& selection, const MrcHeader& header) {
  if (selection.voxel_size > 0) return selection.voxel_size;
  const std::string& path = selection.map;
  const auto [x, y, z] = header.voxel_size;
  if (!(x > 0) || !(y > 0) || !(z > 0))
    throw Error(path + ": its header gives no voxel size. Give it with --voxel-size.");
  // Cell lengths are stored as float32 and often rounded to a hundredth of an Å.
  if (std::max({x, y, z}) > 1.001 * std::min({x, y, z}))
    throw Error(fmt::format(
        "{}: its voxels are not cubic but {:g} × {:g} × {:g} Å. Resample the map to cubic voxels.", path, x,
        y, z));
  for (const double angle : header.cell_angles)
    if (angle != 0 && std::abs(angle - 90) > 0.01)  // 0: not set
      throw Error(fmt::format("{}: its axes are oblique ({:g}°). Resample the map to a rectangular cell.",
                              path, angle));
  return x;
}

// A map and its mask, each opened once.
struct OpenedMap {
  explicit OpenedMap(const MapSelection& what) : selection(what), map(what.map) {
    if (!what.mask.empty()) mask.emplace(what.mask);
  }

  const MapSelection& selection;
  StackReader map;
  std::optional<StackReader> mask;
};

// A map and its mask, section by section: f(section, values, mask or null).
template <class F>
void for_each_section(const OpenedMap& opened, std::int64_t first, std::int64_t count, F&& f) {
  const auto& [selection, map, mask] = opened;
  const auto pixels = static_cast<std::size_t>(map.header().rows * map.header().columns);
  std::vector<float> values(pixels), inside(mask ? pixels : 0);
  for (std::int64_t section = first; section < first + count; ++section) {
    map.read(section, 1, values);
    if (mask) mask->read(section, 1, inside);
    f(section, values.data(), mask ? inside.data() : nullptr);
  }
}

bool in_region(float value, const float* mask, std::size_t at, double threshold) {
  return value > 0 && static_cast<double>(value) > threshold && (mask == nullptr || mask[at] >= 0.5F);
}

// Counts of values between two ends in 2¹⁶ equal steps.
class Histogram {
 public:
  Histogram(double low, double high) : low_(low), step_((high - low) / bins), counts_(bins, 0) {}

  void add(float value) {
    const auto bin = static_cast<std::int64_t>((static_cast<double>(value) - low_) / step_);
    ++counts_[static_cast<std::size_t>(std::clamp<std::int64_t>(bin, 0, bins - 1))];
    ++count_;
  }

  double percentile(double percent) const {
    const double wanted = percent / 100 * static_cast<double>(count_);
    std::int64_t below = 0;
    for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
      below += counts_[bin];
      if (static_cast<double>(below) >= wanted) return centre(bin);
    }
    return centre(counts_.size() - 1);
  }

  // The level of largest variance between the means below and above it (Otsu 1979).
  double otsu() const {
    double all = 0;
    for (std::size_t bin = 0; bin < counts_.size(); ++bin)
      all += static_cast<double>(counts_[bin]) * centre(bin);
    double best = -1, level = low_, below = 0, sum_below = 0;
    for (std::size_t bin = 0; bin + 1 < counts_.size(); ++bin) {
      below += static_cast<double>(counts_[bin]);
      sum_below += static_cast<double>(counts_[bin]) * centre(bin);
      const double above = static_cast<double>(count_) - below;
      if (below == 0 || above == 0) continue;
      const double between = below * above * std::pow(sum_below / below - (all - sum_below) / above, 2);
      if (between > best) {
        best = between;
        level = low_ + step_ * static_cast<double>(bin + 1);
      }
    }
    return level;
  }

 private:
  static constexpr std::int64_t bins = 1 << 16;
  double centre(std::size_t bin) const { return low_ + step_ * (static_cast<double>(bin) + 0.5); }

  double low_, step_;
  std::vector<std::int64_t> counts_;
  std::int64_t count_ = 0;
};

struct Extremes {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};

// Throws Error: nothing positive. A molecule on a level below 0 has a mean close to the lowest density.
[[noreturn]] void refuse_negative(const std::string& path, const Extremes& found, double mean) {
  if (found.low == 0 && found.high == 0) throw Error(path + ": has no positive density, only zeros.");
  const std::string range = fmt::format("{}: all densities are negative: from {:.4g} to {:.4g}, mean {:.4g}",
                                        path, found.low, found.high, mean);
  if (mean - found.low < found.high - mean)
    throw Error(
        fmt::format("{}. The solvent must be at 0 and the molecule above it: add {:.4g} to all densities.",
                    range, -mean));
  throw Error(range + "; the molecule must be bright. Invert the contrast.");
}

Extremes extremes_of(const OpenedMap& opened) {
  const MapSelection& selection = opened.selection;
  const MrcHeader& header = opened.map.header();
  Extremes found;
  double sum = 0;
  for_each_section(opened, 0, header.sections, [&](std::int64_t section, const float* values, const float*) {
    for (std::int64_t i = 0; i < header.rows * header.columns; ++i) {
      const auto value = static_cast<double>(values[i]);
      if (!std::isfinite(value))
        throw Error(
            fmt::format("{}: voxel {}, {}, {} (column, row, section) is not a finite number. Repair the map, "
                        "for instance by 0 in such places.",
                        selection.map, i % header.columns, i / header.columns, section));
      found.low = std::min(found.low, value);
      found.high = std::max(found.high, value);
      sum += value;
    }
  });
  if (!(found.high > 0))
    refuse_negative(selection.map, found,
                    sum / static_cast<double>(header.sections * header.rows * header.columns));
  return found;
}

double threshold_of(const OpenedMap& opened, const Extremes& extremes) {
  const MapSelection& selection = opened.selection;
  const MrcHeader& header = opened.map.header();
  if (selection.threshold) {
    if (*selection.threshold >= extremes.high)
      throw Error(
          fmt::format("option --threshold: {:g} is not below the maximum of {}, {:g}; give a lower density.",
                      *selection.threshold, selection.map, extremes.high));
    return std::max(*selection.threshold, 0.0);
  }
  if (!selection.mask.empty()) return 0;
  if (extremes.low == extremes.high)
    throw Error(
        fmt::format("{}: is {:g} everywhere; there is no particle in it.", selection.map, extremes.high));
  Histogram histogram(extremes.low, extremes.high);
  for_each_section(opened, 0, header.sections, [&](std::int64_t, const float* values, const float*) {
    for (std::int64_t i = 0; i < header.rows * header.columns; ++i) histogram.add(values[i]);
  });
  return std::max(histogram.otsu(), 0.0);
}

// The box around Ω, its voxels, and the range of its densities.
void survey_region(const OpenedMap& opened, SurveyedMap& result) {
  const MapSelection& selection = opened.selection;
  MapSurvey& survey = result.survey;
  const auto [columns, rows, sections] = survey.size;
  std::array<std::vector<std::int64_t>, 3> counts;
  for (std::size_t axis = 0; axis < 3; ++axis)
    counts[axis].assign(static_cast<std::size_t>(survey.size[axis]), 0);
  Histogram histogram(survey.threshold, survey.maximum);
  for_each_section(opened, 0, sections, [&](std::int64_t section, const float* values, const float* mask) {
    for (std::int64_t y = 0; y < rows; ++y)
      for (std::int64_t x = 0; x < columns; ++x) {
        const auto at = static_cast<std::size_t>(y * columns + x);
        if (!in_region(values[at], mask, at, survey.threshold)) continue;
        histogram.add(values[at]);
        ++counts[0][static_cast<std::size_t>(x)];
        ++counts[1][static_cast<std::size_t>(y)];
        ++counts[2][static_cast<std::size_t>(section)];
        ++survey.voxels;
      }
  });
  if (survey.voxels == 0)
    throw Error(fmt::format(
        "{}: no voxel of positive density of {} lies inside this mask (0.5 and above){}.", selection.mask,
        selection.map,
        selection.threshold ? fmt::format(" and above --threshold {:g}", *selection.threshold) : ""));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto some = [](std::int64_t count) { return count > 0; };
    const auto begin = std::find_if(counts[axis].begin(), counts[axis].end(), some);
    const auto end = std::find_if(counts[axis].rbegin(), counts[axis].rend(), some).base();
    survey.first[axis] = begin - counts[axis].begin();
    survey.box[axis] = end - begin;
    if (axis == 2) result.plane_voxels.assign(begin, end);
  }
  survey.range = histogram.percentile(99) - histogram.percentile(1);
  if (!(survey.range > 0)) survey.range = survey.maximum;  // a binary map
}

// The blur of the map, from differences of neighbouring voxels wherever all six of a voxel in Ω exist.
double blur_of(const OpenedMap& opened, const MapSurvey& survey) {
  const auto [columns, rows, sections] = survey.size;
  const auto pixels = static_cast<std::size_t>(columns * rows);
  std::array<std::vector<float>, 3> values, masks;  // the last three sections
  double gradient = 0, laplacian = 0;
  for_each_section(opened, 0, sections, [&](std::int64_t section, const float* next, const float* next_mask) {
    std::rotate(values.begin(), values.begin() + 1, values.end());
    std::rotate(masks.begin(), masks.begin() + 1, masks.end());
    values[2].assign(next, next + pixels);
    if (next_mask != nullptr) masks[2].assign(next_mask, next_mask + pixels);
    if (section < 2) return;
    const float* mask = masks[1].empty() ? nullptr : masks[1].data();
    for (std::int64_t y = 1; y + 1 < rows; ++y)
      for (std::int64_t x = 1; x + 1 < columns; ++x) {
        const auto at = static_cast<std::size_t>(y * columns + x), row = static_cast<std::size_t>(columns);
        if (!in_region(values[1][at], mask, at, survey.threshold)) continue;
        const float* here = values[1].data();
        double sum = 0;
        for (const float value :
             {here[at - 1], here[at + 1], here[at - row], here[at + row], values[0][at], values[2][at]}) {
          const double difference = static_cast<double>(value) - static_cast<double>(here[at]);
          gradient += difference * difference / 2;  // mean of the two sides
          sum += difference;
        }
        laplacian += sum * sum;
      }
  });
  return laplacian > 0 ? std::sqrt(1.4 * gradient / laplacian) : 0;
}

}  // namespace

SurveyedMap survey_map(const MapSelection& selection) {
  const OpenedMap opened(selection);
  const MrcHeader& header = opened.map.header();
  require_map(selection.map, header);
  SurveyedMap result;
  MapSurvey& survey = result.survey;
  survey.size = size_of(header);
  if (opened.mask) {
    const auto mask_size = size_of(opened.mask->header());
    if (mask_size != survey.size)
      throw Error(fmt::format("{}: a mask of {} voxels does not fit {} of {}.", selection.mask,
                              sides_text(mask_size), selection.map, sides_text(survey.size)));
  }
  survey.axes = header.axes;
  survey.origin = header.origin;
  survey.voxel_size = voxel_size_of(selection, header);
  const Extremes extremes = extremes_of(opened);
  survey.maximum = extremes.high;
  survey.threshold = threshold_of(opened, extremes);
  survey_region(opened, result);
  survey.blur = blur_of(opened, survey);
  return result;
}

DensitySlab read_slab(const MapSelection& selection, const MapSurvey& survey, std::int64_t first_plane,
                      std::int64_t planes) {
  DensitySlab slab;
  slab.size = survey.box;
  slab.first_plane = first_plane;
  slab.planes = planes;
  slab.values.resize(static_cast<std::size_t>(planes * survey.box[1] * survey.box[0]));
  float* to = slab.values.data();
  for_each_section(OpenedMap(selection), survey.first[2] + first_plane, planes,
                   [&](std::int64_t, const float* values, const float* mask) {
                     for (std::int64_t y = survey.first[1]; y < survey.first[1] + survey.box[1]; ++y)
                       for (std::int64_t x = survey.first[0]; x < survey.first[0] + survey.box[0];
                            ++x, ++to) {
                         const auto at = static_cast<std::size_t>(y * survey.size[0] + x);
                         *to = in_region(values[at], mask, at, survey.threshold) ? values[at] : 0.0F;
                       }
                   });
  return slab;
}

Eigen::Matrix3Xd positions_in_map(const MapSurvey& survey, const Eigen::Matrix3Xd& voxels) {
  Eigen::Matrix3Xd positions(3, voxels.cols());
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<std::size_t>(survey.axes[i]);
    positions.row(static_cast<Eigen::Index>(axis)) =
        (voxels.row(static_cast<Eigen::Index>(i)).array() + static_cast<double>(survey.first[i])) *
            survey.voxel_size +
        survey.origin[axis];
  }
  return positions;
}

}  // namespace elastem
