#include "mpi/reconstruction/map_making.hpp"

#include <algorithm>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "mpi/reconstruction/symmetry.hpp"

namespace elastem {
namespace {

constexpr double usual_share = 1e-3;  // bounds the gain where |CTF| falls below 0.03

// Makes map files of volumes into which images were inserted.
class MapFinisher {
 public:
  MapFinisher(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
              const MapMaking& making)
      : comm_(&comm), set_(&set), poses_(poses), making_(&making) {}

  // The conformation that a map and its halves show. Collective.
  void take_place(const OneMap& map, const std::string& title) {
    if (making_->motion == nullptr) return;
    const ElasticModel& model = *making_->motion;
    place_ = chosen_place(*comm_, poses_, map, making_->place);
    std::vector<std::string> amplitudes;
    for (Eigen::Index k = 0; k < place_.size(); ++k)
      amplitudes.push_back(
          fmt::format("{}={:.1f}", model.mode_numbers[static_cast<std::size_t>(k)], place_[k]));
    spdlog::info("{}: the map shows the conformation {} (amplitudes in Å)", title,
                 fmt::join(amplitudes, ","));
    collectively(*comm_, [&] { field_.emplace(model.deformed(place_), set_->grid); });
  }

  // Collective.
  void write(const OneMap& map, const MapFiles& files, MapVolume& volume,
             const Regularisation& regularisation) const {
    std::optional<CentralSlices> weights;
    if (field_) weights = shared_weights(*comm_, volume.slab, making_->max_radius);
    volume.slab.divide(regularisation, making_->max_radius);
    volume.fft.backward();
    undo_smoothing(making_->symmetry, volume.fft);
    if (!field_) return save(files.path, volume, regularisation);
    const std::vector<double> plain(volume.fft.volume().begin(), volume.fft.volume().end());
    if (!files.plain.empty()) save(files.plain, volume, regularisation);
    undo(map, *weights, nullptr, volume, regularisation);
    save(files.path, volume, regularisation);
    if (files.shuffled.empty()) return;
    std::ranges::copy(plain, volume.fft.volume().begin());
    const RowMatch others = shuffled_rows(*comm_, poses_, map);
    undo(map, *weights, &others, volume, regularisation);
    save(files.shuffled, volume, regularisation);
  }

  // Of so many particles, whose copies count.
  Regularisation constant(double particles) const {
    return {making_->regularisation.value_or(usual_share), particles * making_->symmetry.order()};
  }

  // Of the whole of two halves. Collective.
  Regularisation of_halves(const HalfCorrelation& curves, const FourierSlab& slab) const {
    WeightSums sums(set_->grid.size);
    add_weights(sums, slab.side(), slab.first(), slab.weights());
    comm_->sum(sums.weights);
    comm_->sum(sums.terms);
    return {curves.best(), sums.means()};
  }

 private:
  void undo(const OneMap& map, const CentralSlices& weights, const RowMatch* amplitudes, MapVolume& volume,
            const Regularisation& regularisation) const {
    const MotionCorrection correction{*making_->motion,    place_,    *field_, regularisation,
                                      making_->max_radius, amplitudes};
    const std::vector<double> values =
        back_projected(*comm_, *set_, poses_, map, correction, weights, making_->show_progress);
    put_in(values, *field_, set_->grid, volume.fft);
  }
  void save(const std::string& path, MapVolume& volume, const Regularisation& regularisation) const {
    const double radius = making_->mask_radius;
    if (regularisation.filter().empty())
      write_map(*comm_, path, set_->grid, radius, volume.fft, making_->origin);
    else
      write_filtered_map(*comm_, path, set_->grid, radius, volume.fft, regularisation.filter(),
                         making_->origin);
  }

  const Communicator* comm_;
  const ParticleSet* set_;
  PoseSource poses_;
  const MapMaking* making_;
  Eigen::VectorXd place_;
  std::optional<DeformationField> field_;
};

void require_particles(const InsertionCounts& counts, const RowMatch& match, std::span<const WantedMap> maps,
                       bool halves) {
  if (counts.used == 0) return;  // whoever asked knows more of why
  for (std::size_t v = 0; v < counts.shares.size(); ++v) {
    if (counts.shares[v] > 0) continue;
    const WantedMap& map = maps[halves ? v / 2 : v];
    const std::string part = halves ? fmt::format("half {} of ", v % 2 + 1) : std::string();
    throw Error(fmt::format(
        "no particle of {}{}{} has a pose and a readable image: {} cannot be made, and "
        "nothing is written",
        part, map.title,
        match.unselected > 0 ? fmt::format(", of the {} that --selection leaves,", match.matched) : "",
        map.whole.path));
  }
}

}  // namespace

std::size_t volumes_of(std::size_t maps, bool halves) {
  return halves ? 2 * maps + 1 : maps;
}

MadeMaps make_maps(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                   const RowShares& shares, const std::vector<std::uint8_t>& halves,
                   std::span<const WantedMap> maps, const MapMaking& making) {
  require(shares.sets() == maps.size(), "shares of each map");
  const bool halve = !maps.front().halves.empty();
  const RowShares inserted = halve ? halved(shares, halves) : shares;
  std::vector<MapVolume> volumes;
  for (std::size_t v = 0; v < inserted.sets(); ++v) volumes.emplace_back(comm, set.grid.size);
  MadeMaps made;
  made.counts = insert_images(comm, set, poses, inserted, making.max_radius, volumes, making.show_progress);
  const std::vector<double>& totals = made.counts.shares;
  require_particles(made.counts, poses.match, maps, halve);
  if (made.counts.used == 0) return made;
  for (MapVolume& volume : volumes) symmetrise(comm, volume.fft, making.symmetry, volume.slab);
  MapFinisher finisher(comm, set, poses, making);
  for (std::size_t m = 0; m < maps.size(); ++m) {
    if (!halve) {
      const OneMap whole{shares, m, totals[m]};
      finisher.take_place(whole, maps[m].title);
      finisher.write(whole, maps[m].whole, volumes[m], finisher.constant(whole.total));
      continue;
    }
    const OneMap first{inserted, 2 * m, totals[2 * m]}, second{inserted, 2 * m + 1, totals[2 * m + 1]};
    const OneMap whole{shares, m, first.total + second.total};
    finisher.take_place(whole, maps[m].title);
    MapVolume sum(comm, set.grid.size);
    sum.slab.add(volumes[first.set].slab);
    sum.slab.add(volumes[second.set].slab);
    const MapFiles &half_1 = maps[m].halves[0], &half_2 = maps[m].halves[1];
    finisher.write(first, half_1, volumes[first.set], finisher.constant(first.total));
    finisher.write(second, half_2, volumes[second.set], finisher.constant(second.total));
    const HalfCorrelation& curves = made.curves.emplace_back(
        correlation_of_halves(comm, half_1.path, half_2.path, set.grid, making.compared, making.seed));
    finisher.write(
        whole, maps[m].whole, sum,
        making.regularisation ? finisher.constant(whole.total) : finisher.of_halves(curves, sum.slab));
  }
  spdlog::info("regularised by {}",
               halve && !making.regularisation
                   ? "the signal-to-noise ratio of each shell, which the halves show"
                   : fmt::format("a constant share of {:g}", making.regularisation.value_or(usual_share)));
  return made;
}

}  // namespace elastem
