#include "mpi/reconstruction/image_insertion.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/progress.hpp"
#include "mpi/comm/exchange.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {
namespace {

// A rank's images become samples in batches of about this many bytes.
constexpr std::int64_t batch_bytes = 8 << 20;
// π/8 terms of 24 bytes lie within Nyquist per pixel of an image; the Friedel mates are the rest.
constexpr std::int64_t sample_bytes_per_pixel = 11;
constexpr std::int64_t largest_batch = 128;

std::int64_t batch_size(const std::vector<ImageGrid>& grids) {
  const std::int64_t size = std::ranges::max_element(grids, {}, &ImageGrid::size)->size;
  return std::clamp<std::int64_t>(batch_bytes / (size * size * sample_bytes_per_pixel), 1, largest_batch);
}

// One rank's images as samples of the Fourier volume.
class ImageSampler {
 public:
  ImageSampler(const ParticleSet& set, const PoseSource& poses, const RowShares& shares, double max_radius)
      : set_(&set),
        poses_(poses),
        shares_(&shares),
        max_radius_(max_radius),
        spectra_(set, poses.subtracted, max_radius) {}

  // `tag`: of the first row's samples, the others' are the next ones.
  void append(Range rows, std::int32_t tag, std::vector<FourierSample>& samples, InsertionCounts& counts) {
    const auto results = matched_rows(poses_.table, poses_.match.of(rows), ResultTable::Details::brief);
    for (std::int64_t i = 0; i < rows.count; ++i, ++tag) {
      const ParticleResult& result = results[static_cast<std::size_t>(i)];
      const std::size_t before = samples.size();
      if (result.state != ParticleState::done) {
        ++counts.without_pose;
      } else if (result.fit && result.fit->outlier && !poses_.with_outliers) {
        ++counts.outliers;
      } else if (append(rows.first + i, result, samples)) {
        ++counts.used;
        const std::span<const float> shares = shares_->of(rows.first + i);
        for (std::size_t set = 0; set < shares.size(); ++set)
          counts.shares[set] += static_cast<double>(shares[set]);
        for (std::size_t s = before; s < samples.size(); ++s) samples[s].image = tag;
      } else {
        ++counts.unusable;
      }
    }
  }

 private:
  // Whether the image can be used.
  bool append(std::int64_t row, const ParticleResult& result, std::vector<FourierSample>& samples) {
    if (!spectra_.read(row, result)) return false;
    append_samples(spectra_.spectrum(), spectra_.transfer(), result.pose(), set_->grids[spectra_.grid()],
                   set_->grid, max_radius_, samples);
    return true;
  }

  const ParticleSet* set_;
  PoseSource poses_;
  const RowShares* shares_;
  double max_radius_;
  ParticleSpectra spectra_;
};

// The shares of all ranks' images of this batch, by tag.
std::vector<float> shares_of_batch(const Communicator& comm, const RowShares& shares, Range rows,
                                   std::int64_t batch) {
  std::vector<float> own(static_cast<std::size_t>(batch) * shares.sets(), 0);
  auto to = own.begin();
  for (std::int64_t i = 0; i < rows.count; ++i) to = std::ranges::copy(shares.of(rows.first + i), to).out;
  return comm.size() == 1 ? own : comm.all_gathered(own);
}

// Each image's samples stand together.
void insert(std::span<const FourierSample> samples, std::span<const float> shares,
            std::span<MapVolume> volumes) {
  while (!samples.empty()) {
    const std::int32_t tag = samples.front().image;
    const auto end = std::ranges::find_if(samples, [tag](const auto& s) { return s.image != tag; });
    const auto of_image = samples.first(static_cast<std::size_t>(end - samples.begin()));
    const auto own = shares.subspan(static_cast<std::size_t>(tag) * volumes.size(), volumes.size());
    for (std::size_t v = 0; v < volumes.size(); ++v)
      if (own[v] > 0) volumes[v].slab.insert(of_image, static_cast<double>(own[v]));
    samples = samples.subspan(of_image.size());
  }
}

}  // namespace

std::vector<FourierSample> samples_of_own_planes(const Communicator& comm, const SlabFft& fft,
                                                 const std::vector<FourierSample>& samples) {
  // A sample lies between two planes, which may belong to two ranks.
  const auto owners = [&](const FourierSample& sample) {
    const auto [low, high] = FourierSlab::planes(sample, fft.side());
    return std::array{static_cast<std::size_t>(fft.owner(low)), static_cast<std::size_t>(fft.owner(high))};
  };
  std::vector<int> counts(static_cast<std::size_t>(comm.size()), 0);
  for (const auto& sample : samples) {
    const auto [low, high] = owners(sample);
    ++counts[low];
    if (high != low) ++counts[high];
  }
  std::vector<std::size_t> next(counts.size() + 1, 0);
  for (std::size_t rank = 0; rank < counts.size(); ++rank)
    next[rank + 1] = next[rank] + static_cast<std::size_t>(counts[rank]);
  std::vector<FourierSample> outgoing(next.back());
  for (const auto& sample : samples) {
    const auto [low, high] = owners(sample);
    outgoing[next[low]++] = sample;
    if (high != low) outgoing[next[high]++] = sample;
  }
  return exchange<FourierSample>(comm, outgoing, counts).values;
}

InsertionCounts insert_images(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                              const RowShares& shares, double max_radius, std::span<MapVolume> volumes,
                              bool show_progress) {
  require(shares.sets() == volumes.size() && shares.rows() == poses.match.rows.count, "a share per volume");
  InsertionCounts counts;
  counts.shares.assign(volumes.size(), 0);
  std::optional<ImageSampler> sampler;
  collectively(comm, [&] { sampler.emplace(set, poses, shares, max_radius); });
  Progress progress("images", set.size(), comm.root() && show_progress);
  const Range share = poses.match.rows;
  const std::int64_t largest_share = comm.max(share.count);
  const std::int64_t batch = batch_size(set.grids);
  std::vector<FourierSample> samples;
  for (std::int64_t done = 0; done < largest_share; done += batch) {
    samples.clear();
    const Range rows{share.first + done, std::clamp<std::int64_t>(share.count - done, 0, batch)};
    collectively(comm, [&] {
      if (rows.count > 0)
        sampler->append(rows, static_cast<std::int32_t>(comm.rank() * batch), samples, counts);
    });
    const std::vector<float> batch_shares = shares_of_batch(comm, shares, rows, batch);
    if (comm.size() > 1) samples = samples_of_own_planes(comm, volumes.front().fft, samples);
    insert(samples, batch_shares, volumes);
    progress.update(std::min((done + batch) * comm.size(), set.size()));
  }
  progress.finish();
  comm.sum(counts.shares);
  return {comm.sum(counts.used), counts.shares, comm.sum(counts.without_pose), comm.sum(counts.outliers),
          comm.sum(counts.unusable)};
}

}  // namespace elastem
