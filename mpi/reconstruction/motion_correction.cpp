#include "mpi/reconstruction/motion_correction.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/progress.hpp"
#include "landscape/amplitude_range.hpp"
#include "mpi/comm/row_answers.hpp"
#include "mpi/comm/work_queue.hpp"
#include "reconstruction/filtered_image.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 256;

// A particle that takes part in a map.
struct Posed {
  std::int64_t row;  // of the particle file
  const ParticleResult& result;
  double share;
  const Eigen::VectorXd* amplitudes;  // null: they are not known
};

// Calls use(Posed) for this rank's particles that take part in the map, with the amplitudes of the rows of
// `donors`, by default their own; after(rows) for each block.
template <class Use, class After>
void for_each_posed(const PoseSource& poses, const OneMap& map, const RowMatch* donors, const Use& use,
                    const After& after) {
  const Range share = poses.match.rows;
  std::vector<ParticleResult> others;
  for (std::int64_t done = 0; done < share.count; done += block_rows) {
    const Range rows{share.first + done, std::min(block_rows, share.count - done)};
    const auto results = matched_rows(poses.table, poses.match.of(rows), ResultTable::Details::brief);
    if (donors != nullptr) others = matched_rows(poses.table, donors->of(rows));
    for (std::int64_t i = 0; i < rows.count; ++i) {
      const ParticleResult& result = results[static_cast<std::size_t>(i)];
      const ParticleResult& donor = donors != nullptr ? others[static_cast<std::size_t>(i)] : result;
      const bool outlier = result.fit && result.fit->outlier && !poses.with_outliers;
      const auto own = static_cast<double>(map.shares.of(rows.first + i)[map.set]);
      if (result.state == ParticleState::done && !outlier && own > 0)
        use(Posed{rows.first + i, result, own,
                  donor.state == ParticleState::done ? &donor.amplitudes : nullptr});
    }
    after(done + rows.count);
  }
}

// One rank's images.
class BackProjection {
 public:
  BackProjection(const ParticleSet& set, const PoseSource& poses, const MotionCorrection& correction,
                 const CentralSlices& weights)
      : set_(&set),
        correction_(&correction),
        weights_(&weights),
        spectra_(set, poses.subtracted, correction.max_radius),
        filters_(set.grids.size()),
        still_(correction.model.deformed(correction.place)),
        sums_(static_cast<std::size_t>(correction.field.voxels()), 0.0) {}

  void add(const Posed& posed) {
    const ParticleResult& result = posed.result;
    if (!spectra_.read(posed.row, result)) return;
    const ImageGrid grid = set_->grids[spectra_.grid()];
    std::optional<FilteredImage>& filter = filters_[spectra_.grid()];
    if (!filter) filter.emplace(grid, set_->grid, correction_->max_radius);
    FilteredImage& filtered = *filter;
    weights_->read(result.pose(), grid, zoom_of(grid, set_->grid), slice_);
    filtered.make(spectra_.spectrum(), spectra_.transfer(), slice_, correction_->regularisation);
    Eigen::Matrix3Xf moved = Eigen::Matrix3Xf::Zero(3, still_.cols());
    if (posed.amplitudes != nullptr)
      moved = (correction_->model.deformed(*posed.amplitudes) - still_).cast<float>();
    correction_->field.displaced(moved, places_);
    const Eigen::Matrix<float, 2, 3> turn = rotation_matrix(result.pose()).topRows(2).cast<float>();
    const Eigen::Vector2f shift = result.shift.cast<float>();
    for (Eigen::Index v = 0; v < places_.cols(); ++v) {
      const Eigen::Vector2f at = turn * places_.col(v) + shift;
      sums_[static_cast<std::size_t>(v)] += posed.share * static_cast<double>(filtered.at(at.x(), at.y()));
    }
  }
  std::vector<double>& sums() { return sums_; }

 private:
  const ParticleSet* set_;
  const MotionCorrection* correction_;
  const CentralSlices* weights_;
  ParticleSpectra spectra_;
  PerGrid<FilteredImage> filters_;
  Eigen::Matrix3Xd still_;
  Eigen::Matrix3Xf places_;
  Spectrum slice_;
  std::vector<double> sums_;
};

}  // namespace

Eigen::VectorXd mean_amplitudes(const Communicator& comm, const PoseSource& poses, const OneMap& map) {
  const auto modes = static_cast<Eigen::Index>(poses.table.modes().size());
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(modes + 1);
  collectively(comm, [&] {
    for_each_posed(
        poses, map, nullptr,
        [&](const Posed& posed) {
          sums.head(modes) += posed.share * posed.result.amplitudes;
          sums[modes] += posed.share;
        },
        [](std::int64_t) {});
  });
  comm.sum(sums);
  return sums[modes] > 0 ? Eigen::VectorXd(sums.head(modes) / sums[modes]) : sums.head(modes);
}

Eigen::VectorXd chosen_place(const Communicator& comm, const PoseSource& poses, const OneMap& map,
                             const PlaceOption& option) {
  if (option.text.empty()) return mean_amplitudes(comm, poses, map);
  const std::vector<int>& modes = poses.table.modes();
  const std::vector<double> given =
      collectively_get(comm, [&] { return assigned_values(option.text, option.name, modes, option.owner); });
  const Eigen::VectorXd place = Eigen::Map<const Eigen::VectorXd>(given.data(), std::ssize(given));
  AmplitudeTally tally(place.size());
  collectively(comm, [&] {
    for_each_posed(
        poses, map, nullptr, [&](const Posed& posed) { tally.add(posed.result.amplitudes); },
        [](std::int64_t) {});
  });
  comm.sum(tally.sums());
  comm.min(tally.lows());
  comm.max(tally.highs());
  if (tally.sums()[0] == 0) return place;
  for (const std::string& sentence : far_from_particles(tally.range(), modes, place))
    spdlog::warn("option {}: {}: a map of a conformation that hardly a particle has is less exact",
                 option.name, sentence);
  return place;
}

RowMatch shuffled_rows(const Communicator& comm, const PoseSource& poses, const OneMap& map) {
  const RowMatch& match = poses.match;
  std::vector<std::size_t> places;  // in this rank's rows, of the map's particles
  std::vector<std::int64_t> own;    // their rows of the table
  collectively(comm, [&] {
    for_each_posed(
        poses, map, nullptr,
        [&](const Posed& posed) {
          places.push_back(static_cast<std::size_t>(posed.row - match.rows.first));
          own.push_back(match.others[places.back()]);
        },
        [](std::int64_t) {});
  });
  const std::vector<std::int64_t> counts = comm.all_gathered(std::vector{std::ssize(own)});
  const std::int64_t first = std::reduce(counts.begin(), counts.begin() + comm.rank());
  const std::int64_t particles = std::reduce(counts.begin(), counts.end());
  std::int64_t step = particles * 618 / 1000;
  while (std::gcd(step, particles) != 1) ++step;
  std::vector<std::int64_t> donors;
  for (std::int64_t i = 0; i < std::ssize(own); ++i)
    donors.push_back(((first + i) * step + particles / 2) % particles);
  const auto taken = answers_about<std::int64_t>(comm, {first, std::ssize(own)}, donors, [&](std::int64_t i) {
    return own[static_cast<std::size_t>(i - first)];
  });
  RowMatch shuffled = match;
  std::ranges::fill(shuffled.others, RowMatch::none);
  for (std::size_t i = 0; i < places.size(); ++i) shuffled.others[places[i]] = taken[i];
  shuffled.in_order = false;
  return shuffled;
}

CentralSlices shared_weights(const Communicator& comm, const FourierSlab& slab, double radius) {
  const int size = slab.side() / oversampling;
  CentralSlices slices(size, std::min(radius, size / 2.0 - 0.5));
  const std::vector<std::complex<double>> planes(slab.weights().begin(), slab.weights().end());
  slices.take_planes(slab.first(), planes, 1);
  comm.sum(slices.numbers());
  return slices;
}

std::vector<double> back_projected(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                                   const OneMap& map, const MotionCorrection& correction,
                                   const CentralSlices& weights, bool show_progress) {
  std::optional<BackProjection> own;
  collectively(comm, [&] { own.emplace(set, poses, correction, weights); });
  Progress progress("motion undone", set.size(), comm.root() && show_progress);
  collectively(comm, [&] {
    for_each_posed(
        poses, map, correction.amplitudes, [&](const Posed& posed) { own->add(posed); },
        [&](std::int64_t done) { progress.update(std::min(done * comm.size(), set.size())); });
  });
  progress.finish();
  comm.sum(own->sums());
  const double pixels = static_cast<double>(set.grid.size) * set.grid.size;
  for (double& value : own->sums()) value *= pixels;
  return std::move(own->sums());
}

void put_in(const std::vector<double>& values, const DeformationField& field, ImageGrid grid, SlabFft& fft) {
  const int side = fft.side();
  require(side == oversampling * grid.size, "an oversampled volume");
  for (Eigen::Index v = 0; v < field.voxels(); ++v) {
    const Eigen::Vector3i at = field.index(v);
    const int plane = (at.z() + side) % side - fft.first_plane();
    if (plane < 0 || plane >= fft.plane_count()) continue;
    double& voxel = fft.voxel(plane, at.y(), at.x());
    const auto soft = static_cast<double>(field.softness(v));
    voxel = (1 - soft) * voxel +
            soft * values[static_cast<std::size_t>(v)] * trilinear_envelope(at.x(), at.y(), at.z(), side);
  }
}

}  // namespace elastem
