#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "mpi/reconstruction/half_maps.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "mpi/reconstruction/motion_correction.hpp"
#include "reconstruction/point_group.hpp"

namespace elastem {

/// How maps are made of images.
struct MapMaking {
  double max_radius = 0;  ///< cells of the first images' grid
  /// A share of what images without a CTF would weigh. None: 0.001, and for a map that has halves Wiener's,
  /// of what these agree to.
  std::optional<double> regularisation;
  PointGroup symmetry;
  double mask_radius = 0;                ///< Å; 0: no mask
  CorrelationMask compared;              ///< where halves are
  std::uint64_t seed = 1;                ///< of their random phases
  std::array<double, 3> origin{};        ///< where the first voxel stands, Å
  const ElasticModel* motion = nullptr;  ///< is undone (back_projected); null: it stays
  PlaceOption place;                     ///< what maps without motion show
  bool show_progress = false;
};

/// What is written of some particles; empty: is not.
struct MapFiles {
  std::string path;
  std::string plain;     ///< the motion stays, where it is undone in the other
  std::string shuffled;  ///< that of other particles is undone instead (shuffled_rows)
};

/// A map to make.
struct WantedMap {
  std::string title;             ///< for logs and messages
  MapFiles whole;                ///< of all its particles
  std::vector<MapFiles> halves;  ///< of the two halves; empty: none
};

/// What make_maps made.
struct MadeMaps {
  InsertionCounts counts;
  std::vector<HalfCorrelation> curves;  ///< of the halves of each map, where there are halves
};

/// Makes maps in one pass over the images: map m of the particles that `poses` has, as much as set m of
/// `shares` says; with `halves` (of this rank's rows: 1 or 2) also those of the halves, whose sum the whole
/// is. Nothing is written before every map is known to have particles. A rank holds 24 bytes per term of its
/// slab for each of them. Collective. Throws Error: no particle for a map, a file that cannot be written.
MadeMaps make_maps(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                   const RowShares& shares, const std::vector<std::uint8_t>& halves,
                   std::span<const WantedMap> maps, const MapMaking& making);

/// Fourier volumes that make_maps holds at once for so many maps.
std::size_t volumes_of(std::size_t maps, bool halves);

}  // namespace elastem
