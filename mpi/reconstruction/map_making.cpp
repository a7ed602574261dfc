#include "mpi/reconstruction/map_making.hpp"

#include <algorithm>
#include <optional>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/reconstruction/map_file.hpp"

namespace elastem {
namespace {

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
  void write(const OneMap& map, const MapFiles& files, MapVolume& volume) const {
    std::optional<CentralSlices> weights;
    if (field_) weights = shared_weights(*comm_, volume.slab, making_->max_radius);
    volume.slab.divide(map.total, making_->regularisation, making_->max_radius);
    volume.fft.backward();
    if (!field_) return save(files.path, volume);
    const std::vector<double> plain(volume.fft.volume().begin(), volume.fft.volume().end());
    if (!files.plain.empty()) save(files.plain, volume);
    undo(map, *weights, nullptr, volume);
    save(files.path, volume);
    if (files.shuffled.empty()) return;
    std::ranges::copy(plain, volume.fft.volume().begin());
    const RowMatch others = shuffled_rows(*comm_, poses_.match);
    undo(map, *weights, &others, volume);
    save(files.shuffled, volume);
  }

 private:
  void undo(const OneMap& map, const CentralSlices& weights, const RowMatch* amplitudes,
            MapVolume& volume) const {
    const MotionCorrection correction{*making_->motion,    place_,    *field_, making_->regularisation,
                                      making_->max_radius, amplitudes};
    const std::vector<double> values =
        back_projected(*comm_, *set_, poses_, map, correction, weights, making_->show_progress);
    put_in(values, *field_, set_->grid, volume.fft);
  }
  void save(const std::string& path, MapVolume& volume) const {
    write_map(*comm_, path, set_->grid, making_->mask_radius, volume.fft, making_->origin);
  }

  const Communicator* comm_;
  const ParticleSet* set_;
  PoseSource poses_;
  const MapMaking* making_;
  Eigen::VectorXd place_;
  std::optional<DeformationField> field_;
};

void require_particles(const InsertionCounts& counts, std::span<const WantedMap> maps, bool halves) {
  if (counts.used == 0) return;  // whoever asked knows more of why
  for (std::size_t v = 0; v < counts.shares.size(); ++v) {
    if (counts.shares[v] > 0) continue;
    const WantedMap& map = maps[halves ? v / 2 : v];
    const std::string part = halves ? fmt::format("half {} of ", v % 2 + 1) : std::string();
    throw Error(
        fmt::format("no particle of {}{} has a pose and a readable image: {} cannot be made, and "
                    "nothing is written",
                    part, map.title, map.whole.path));
  }
}

}  // namespace

std::size_t volumes_of(std::size_t maps, bool halves) {
  return halves ? 2 * maps + 1 : maps;
}

InsertionCounts make_maps(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                          const RowShares& shares, const std::vector<std::uint8_t>& halves,
                          std::span<const WantedMap> maps, const MapMaking& making) {
  require(shares.sets() == maps.size(), "shares of each map");
  const bool halve = !maps.front().halves.empty();
  const RowShares inserted = halve ? halved(shares, halves) : shares;
  std::vector<MapVolume> volumes;
  for (std::size_t v = 0; v < inserted.sets(); ++v) volumes.emplace_back(comm, set.grid.size);
  const InsertionCounts counts =
      insert_images(comm, set, poses, inserted, making.max_radius, volumes, making.show_progress);
  require_particles(counts, maps, halve);
  if (counts.used == 0) return counts;
  MapFinisher finisher(comm, set, poses, making);
  for (std::size_t m = 0; m < maps.size(); ++m) {
    if (!halve) {
      const OneMap whole{shares, m, counts.shares[m]};
      finisher.take_place(whole, maps[m].title);
      finisher.write(whole, maps[m].whole, volumes[m]);
      continue;
    }
    const OneMap first{inserted, 2 * m, counts.shares[2 * m]},
        second{inserted, 2 * m + 1, counts.shares[2 * m + 1]};
    const OneMap whole{shares, m, first.total + second.total};
    finisher.take_place(whole, maps[m].title);
    MapVolume sum(comm, set.grid.size);
    sum.slab.add(volumes[first.set].slab);
    sum.slab.add(volumes[second.set].slab);
    finisher.write(first, maps[m].halves[0], volumes[first.set]);
    finisher.write(second, maps[m].halves[1], volumes[second.set]);
    finisher.write(whole, maps[m].whole, sum);
  }
  return counts;
}

}  // namespace elastem
