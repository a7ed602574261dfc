#pragma once

#include <cstdint>
#include <vector>

#include "landscape/landscape.hpp"
#include "mpi/landscape/chosen_ends.hpp"
#include "mpi/selection/row_selection.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

class ParticleCounts;

/// How a landscape is drawn.
struct LandscapeSettings {
  int frames = 10;         ///< models along the first component, each the mean of an equal share
  std::uint64_t seed = 1;  ///< of the sample of points
  bool with_outliers = false;
  int replicates = 40;                      ///< from which the bands and the errors of populations come
  const RowSelection* selection = nullptr;  ///< of the table's rows; null: all
  const ParticleCounts* counts = nullptr;   ///< how the particles count; null: each once
  std::vector<ChosenEnds> chosen{};         ///< ways that the user asks for
};

/// The landscape of a table's selected done particles but its outliers (unless they are wanted), in passes
/// over the rows of which each rank holds a block at a time: the components, the ends and the fine histograms
/// of the first two, the rest; where the table has the details of fits, what takes their errors off
/// (find_truth). The same bits on any number of ranks; `points`, at most 20,000 in the order of
/// the rows, are on rank 0 alone. Collective; throws Error with fewer than two particles that take part.
Landscape landscape_of(const Communicator& comm, const ResultTable& table, const LandscapeSettings& settings);

}  // namespace elastem
