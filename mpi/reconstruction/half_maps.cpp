#include "mpi/reconstruction/half_maps.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <unordered_map>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/soft_mask.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr double randomise_below = 0.8;  // of the unmasked correlation
constexpr int shells_beyond = 2;

void apply_mask(SlabFft& fft, const std::vector<float>& weights) {
  const auto side = static_cast<std::size_t>(fft.side()), stride = static_cast<std::size_t>(fft.row_stride());
  const double scale = 1 / static_cast<double>(side * side * side);
  fft.backward();
  for (std::size_t line = 0; line < static_cast<std::size_t>(fft.plane_count()) * side; ++line)
    for (std::size_t x = 0; x < side; ++x)
      fft.volume()[line * stride + x] *= scale * static_cast<double>(weights[line * side + x]);
  fft.forward();
}

// A phase of a term, the opposite of which the mate at −k has.
double random_phase(int kx, int ky, int kz, int side, std::uint64_t seed) {
  const bool mate = kx == 0 && (kz < 0 || (kz == 0 && ky < 0));
  const auto place = [&](int k) { return static_cast<std::uint64_t>((mate ? -k : k) + side); };
  const auto width = static_cast<std::uint64_t>(2 * side + 1);
  Random random(seed, Stream::sampling, (place(kz) * width + place(ky)) * width + place(kx));
  const double phase = 2 * std::numbers::pi * random.uniform();
  return mate ? -phase : phase;
}

// The number of each stack that the file's rows name, in the order of their first rows: the same on every
// rank. Collective.
std::unordered_map<std::string, std::int64_t> numbered_stacks(const Communicator& comm,
                                                              const ParticleSet& set, Range rows) {
  std::unordered_map<std::string, std::int64_t> numbers;
  std::string text;
  collectively(comm, [&] {
    set.file.for_each(rows.first, rows.count, [&](const ParticleFile::Row& row) {
      if (numbers.try_emplace(row.particle.stack, 0).second) text += row.particle.stack + '\0';
    });
  });
  numbers.clear();
  for (const std::string& names : comm.all_gathered(text))
    for (std::size_t at = 0; at < names.size();) {
      const std::size_t end = names.find('\0', at);
      numbers.try_emplace(names.substr(at, end - at), std::ssize(numbers));
      at = end + 1;
    }
  return numbers;
}

int first_below(const std::vector<double>& curve, double threshold) {
  std::size_t shell = 1;
  while (shell < curve.size() && curve[shell] >= threshold) ++shell;
  return static_cast<int>(shell);
}

}  // namespace

std::vector<std::uint8_t> halves_of(const Communicator& comm, const ParticleSet& set, Range rows) {
  const auto& labels = set.file.labels();
  const auto column = std::ranges::find(labels, "rlnRandomSubset") - labels.begin();
  const bool stored = column < std::ssize(labels);
  spdlog::info("halves: {}", stored ? "by rlnRandomSubset"
                                    : "every second image of each stack, as the particle file has no "
                                      "rlnRandomSubset");
  // A stack may hold a single image: the next one then begins with the other half.
  std::unordered_map<std::string, std::int64_t> stacks;
  if (!stored && set.stacks.size() > 1) stacks = numbered_stacks(comm, set, rows);
  std::vector<std::uint8_t> halves;
  collectively(comm, [&] {
    set.file.for_each(rows.first, rows.count, [&](const ParticleFile::Row& row) {
      if (!stored) {
        const std::int64_t turned = stacks.empty() ? 0 : stacks.at(row.particle.stack);
        halves.push_back((row.particle.slice + turned) % 2 == 0 ? 1 : 2);
        return;
      }
      const std::string& text = row.values[static_cast<std::size_t>(column)];
      if (text != "1" && text != "2")
        throw Error(fmt::format("{}: rlnRandomSubset is {} for an image of {}; it is to be 1 or 2", set.path,
                                text, row.particle.stack));
      halves.push_back(text == "1" ? 1 : 2);
    });
  });
  return halves;
}

void require_mask(const Communicator& comm, const std::string& path, ImageGrid grid) {
  constexpr float rounding = 1e-3F;
  bool something = false;
  collectively(comm, [&] {
    const StackReader reader(path);
    require_same_box(path, reader.header(), grid);
    const Range share = equal_share(comm, grid.size);
    std::vector<float> weights(static_cast<std::size_t>(share.count * grid.size * grid.size));
    if (share.count > 0) reader.read(share.first, share.count, weights);
    if (!std::ranges::all_of(weights, [](float w) { return w >= -rounding && w <= 1 + rounding; }))
      throw Error(path + " is no mask: its values are to lie between 0 and 1");
    something = std::ranges::any_of(weights, [](float w) { return w > 0; });
  });
  if (!comm.any(something)) throw Error(path + " is 0 everywhere: a mask is 1 where the molecule is");
}

std::vector<float> mask_sections(Range sections, const CorrelationMask& mask, ImageGrid grid) {
  const int size = grid.size;
  std::vector<float> weights(static_cast<std::size_t>(sections.count) * static_cast<std::size_t>(size * size),
                             1);
  if (!mask.file.empty()) {
    const StackReader reader(mask.file);
    require_same_box(mask.file, reader.header(), grid);
    if (sections.count > 0) reader.read(sections.first, sections.count, weights);
  }
  if (mask.radius == 0) return weights;
  std::size_t i = 0;
  for (std::int64_t z = sections.first; z < sections.first + sections.count; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x, ++i) {
        const double distance =
            Eigen::Vector3d(x - size / 2, y - size / 2, static_cast<double>(z) - size / 2).norm();
        weights[i] *= static_cast<float>(soft_sphere(distance, mask.radius / grid.pixel_size, mask_edge));
      }
  return weights;
}

void randomise_phases(SlabFft& fft, int from, std::uint64_t seed) {
  for_each_term(fft.side(), fft.first_plane(), fft.spectrum().size(),
                [&](std::size_t i, int x, int y, int z) {
                  if (shell_of_term(x, y, z) < static_cast<std::size_t>(from)) return;
                  fft.spectrum()[i] *= std::polar(1.0, random_phase(x, y, z, fft.side(), seed));
                });
}

HalfCorrelation correlation_of_halves(const Communicator& comm, const std::string& first,
                                      const std::string& second, ImageGrid grid, const CorrelationMask& mask,
                                      std::uint64_t seed) {
  HalfCorrelation curves;
  {
    SlabFft one = transformed_map(comm, first, grid), other = transformed_map(comm, second, grid);
    curves.unmasked = correlation_of(comm, one, other, Counting::as_stored);
    curves.randomised_from = first_below(curves.unmasked, randomise_below);
    if (mask.empty()) return curves;
    std::vector<float> weights;
    collectively(comm, [&] { weights = mask_sections({one.first_plane(), one.plane_count()}, mask, grid); });
    apply_mask(one, weights);
    apply_mask(other, weights);
    curves.masked = correlation_of(comm, one, other, Counting::as_stored);
    one = transformed_map(comm, first, grid);
    other = transformed_map(comm, second, grid);
    randomise_phases(one, curves.randomised_from, 2 * seed);
    randomise_phases(other, curves.randomised_from, 2 * seed + 1);
    apply_mask(one, weights);
    apply_mask(other, weights);
    curves.randomised = correlation_of(comm, one, other, Counting::as_stored);
  }
  curves.corrected =
      corrected_correlation(curves.masked, curves.randomised, curves.randomised_from + shells_beyond);
  return curves;
}

}  // namespace elastem
