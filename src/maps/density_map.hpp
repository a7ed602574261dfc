#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "structure/density_slab.hpp"

namespace elastem {

/// A density map (see StackReader) and which of its voxels count.
struct MapSelection {
  std::string map{};
  std::string mask{};                 ///< a map of the same size, in at 0.5 and above; empty: none
  std::optional<double> threshold{};  ///< in above it; none: all of the mask, or without a mask Otsu's level
  double voxel_size = 0;              ///< Å, instead of the header's; 0: the header's
};

/// What must be known of a map before its parts are read. Ω are the voxels of positive density that the
/// selection takes. Triples of the grid are in the order of the file: columns, rows, sections.
struct MapSurvey {
  std::array<std::int64_t, 3> size{};   ///< of the map
  std::array<std::int64_t, 3> first{};  ///< of the box that holds Ω
  std::array<std::int64_t, 3> box{};    ///< its size
  double threshold = 0;                 ///< that was used, at least 0
  double maximum = 0;                   ///< of the map
  double range = 0;                     ///< 99th less 1st percentile of the densities in Ω
  std::int64_t voxels = 0;              ///< of Ω
  double blur = 1;                      ///< standard deviation of the blur in voxels, see survey_map
  double voxel_size = 1;                ///< Å
  std::array<int, 3> axes = {0, 1, 2};  ///< which of x, y, z each runs along
  std::array<double, 3> origin{};       ///< x, y, z in Å of the map's first voxel
};

struct SurveyedMap {
  MapSurvey survey;
  std::vector<std::int64_t> plane_voxels;  ///< of Ω in each plane of the box
};

/// Goes over a map section by section: memory of one section. Without mask and threshold the threshold is the
/// one of Otsu (1979), which is halfway between the mean of the densities below and the mean of those above
/// it: for a uniform particle blurred by limited resolution, its surface. Throws Error, naming file and
/// remedy: no map but a stack of images, voxels that are unknown, not cubic or oblique, a value that is not a
/// number, nothing but zeros, a threshold above everything, a mask of another size or that leaves nothing.
SurveyedMap survey_map(const MapSelection& selection);

/// `planes` planes from `first_plane` of the box, 0 outside Ω.
DensitySlab read_slab(const MapSelection& selection, const MapSurvey& survey, std::int64_t first_plane,
                      std::int64_t planes);

/// x, y, z in Å, as ChimeraX shows the map, of places given in voxels of the box.
Eigen::Matrix3Xd positions_in_map(const MapSurvey& survey, const Eigen::Matrix3Xd& voxels);

}  // namespace elastem
