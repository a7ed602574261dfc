#include "mpi/landscape/particle_counts.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/random.hpp"
#include "landscape/view_density.hpp"
#include "mpi/landscape/landscape_passes.hpp"
#include "mpi/particles/image_copies.hpp"

namespace elastem {
namespace {

// How often an image is drawn in a replicate: Poisson of mean 1.
double times_drawn(std::uint64_t image, std::uint64_t seed, int replicate) {
  Random random(seed ^ image, Stream::split, static_cast<std::uint64_t>(replicate));
  double share = std::exp(-1.0), left = random.uniform() - share;
  int times = 0;
  while (left > 0 && times < 20) {
    share /= ++times;
    left -= share;
  }
  return times;
}

}  // namespace

ParticleCounts::ParticleCounts(const Communicator& comm, const ResultTable& table,
                               const LandscapeSettings& settings, bool even_views) {
  const LandscapePasses passes(comm, table, settings);
  const Range own = own_rows(comm, RowSlices{table.size()});
  first_ = own.first;
  std::vector<std::int64_t> rows;
  std::vector<std::uint64_t> images;
  std::vector<int> cells;
  ViewDensity views;
  passes.for_each_used([&](std::int64_t row, const ParticleResult& result) {
    rows.push_back(row);
    images.push_back(table.has_keys() ? image_number(result.image) : 0);
    cells.push_back(views.cell_of(result.euler_angles));
    views.add(result.euler_angles);
  });
  if (const ImageCopies copies = image_copies(comm, images); copies.copies > 0) {
    spdlog::info(
        "{} are copies of an image that another row has: error bars are those of images, not of rows",
        counted(copies.copies, "row"));
    images_.assign(static_cast<std::size_t>(own.count), 0);
    for (std::size_t i = 0; i < rows.size(); ++i) images_[place(rows[i])] = images[i];
  }
  if (!even_views) return;
  comm.sum(views.counts());
  const ViewDensity::Weights found = views.weights();
  weights_.assign(static_cast<std::size_t>(own.count), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i)
    weights_[place(rows[i])] = found.of_cells[static_cast<std::size_t>(cells[i])];
  const std::int64_t all = comm.sum(std::ssize(rows));
  spdlog::info("views evened: weights from {:.2f} to {:.2f}{}; {} count as {:.0f} of equal weights",
               found.least, found.greatest,
               found.capped > 0 ? fmt::format(" (no greater one is given, which {} would have)",
                                              counted(found.capped, "particle"))
                                : "",
               counted(all, "particle"), found.effective);
  if (found.effective < 0.3 * static_cast<double>(all))
    spdlog::warn(
        "views are so uneven that the particles count as {:.0f} % of their number: populations are "
        "those of few views",
        100 * found.effective / static_cast<double>(all));
}

std::uint64_t ParticleCounts::image(std::int64_t row) const {
  if (plain()) return 0;
  return images_.empty() ? static_cast<std::uint64_t>(row) + 1 : images_[place(row)];
}

Profile profile_of_particles(const LandscapePasses& passes, GridAxis axis, double least_error,
                             double largest_error, const std::function<void(const ValueUse&)>& values) {
  const Communicator& comm = passes.comm();
  const LandscapeSettings& settings = passes.settings();
  const bool plain = settings.counts == nullptr || settings.counts->plain();
  NoisyHistogram histogram(axis, comm.min(least_error), comm.max(largest_error), plain ? 1 : weight_unit);
  std::vector<NoisyHistogram> drawn(
      plain ? 0 : static_cast<std::size_t>(std::min(settings.replicates, most_drawn_sets)), histogram);
  values([&](std::int64_t row, double value, double error) {
    if (plain) {
      histogram.add(value, error, static_cast<int>(passes.place(row) % 2));
      return;
    }
    const std::uint64_t image = settings.counts->image(row);
    const double weight = settings.counts->weight(row);
    const auto half = static_cast<int>((image >> 3) % 2);
    histogram.add(value, error, half, weight);
    for (std::size_t r = 0; r < drawn.size(); ++r)
      if (const double times = times_drawn(image, settings.seed, static_cast<int>(r)); times > 0)
        drawn[r].add(value, error, half, times * weight);
  });
  comm.sum(histogram.counts());
  for (NoisyHistogram& each : drawn) comm.sum(each.counts());
  return plain ? deconvolved_profile(histogram, settings.replicates, settings.seed)
               : deconvolved_profile(histogram, drawn);
}

}  // namespace elastem
