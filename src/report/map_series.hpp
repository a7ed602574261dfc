#pragma once

#include <string>
#include <vector>

namespace elastem {

/// How several maps are looked at.
enum class MapSeries { side_by_side, one_after_another };

/// A script for ChimeraX that opens maps: in colours of their own, or as a volume series that plays. The
/// files are named relative to the script, which lies in the first map's folder.
std::string map_series_script(const std::vector<std::string>& maps, MapSeries series);

}  // namespace elastem
