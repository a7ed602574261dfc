#include "mpi/modes/map_input.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "maps/density_map.hpp"
#include "modes/elastic_network.hpp"
#include "modes/elastic_pieces.hpp"
#include "modes/relative_cutoff.hpp"
#include "structure/pseudoatom_file.hpp"
#include "structure/pseudoatoms.hpp"

namespace elastem {

namespace {

using cli::MapOptions;

// Narrower Gaussians are not well sampled by the map's voxels; wider ones make few and hardly held nodes.
constexpr double narrowest = 0.7, widest = 2;  // voxels
// The cut-off reaches this many neighbours of most pseudoatoms.
constexpr int cutoff_neighbours = 20;
constexpr double cutoff_percent = 95;
// A pseudoatom with fewer neighbours hangs loose; those that do may be at most this share of all.
constexpr int least_neighbours = 6;
constexpr double largest_loose_share = 0.05;

// Rank 0's survey on every rank. Collective.
SurveyedMap shared_survey(const Communicator& comm, const MapSelection& selection) {
  SurveyedMap map;
  on_root(comm, [&] { map = survey_map(selection); });
  comm.broadcast(map.survey);
  comm.broadcast(map.plane_voxels);
  return map;
}

void describe_map(const MapOptions& o, const MapSurvey& map) {
  spdlog::info("{}: {} × {} × {} voxels of {:.4g} Å, maximum {:.4g}", o.file, map.size[0], map.size[1],
               map.size[2], map.voxel_size, map.maximum);
  const auto volume = static_cast<double>(map.voxels) * std::pow(map.voxel_size, 3);
  spdlog::info("{} voxels above {:.4g}{}{}: {:.4g} Å³", map.voxels, map.threshold,
               o.threshold || !o.mask.empty() ? "" : " (Otsu's threshold)",
               o.mask.empty() ? "" : " inside the mask", volume);
}

Structure as_structure(const MapSurvey& map, const Pseudoatoms& fit, double sigma) {
  Structure structure;
  structure.positions = positions_in_map(map, fit.positions);
  const double integral = std::pow(2 * std::numbers::pi * sigma * sigma, 1.5);
  for (Eigen::Index a = 0; a < fit.heights.size(); ++a)
    structure.atoms.push_back({.name = "DENS",
                               .element = "C",
                               .residue_name = "DEN",
                               .chain = "A",
                               .residue_number = static_cast<int>(a) + 1,
                               .mass = 1,
                               .charge_sum = integral * fit.heights(a)});
  return structure;
}

// Which pseudoatoms hold together: the largest part of the network in which each has enough neighbours.
std::vector<bool> held_part(const Eigen::Matrix3Xd& positions, double cutoff) {
  const auto count = static_cast<std::size_t>(positions.cols());
  std::vector<std::vector<std::int32_t>> neighbours(count);
  for (const Spring& spring : find_springs(positions, cutoff)) {
    neighbours[static_cast<std::size_t>(spring.first)].push_back(spring.second);
    neighbours[static_cast<std::size_t>(spring.second)].push_back(spring.first);
  }
  std::vector<int> left(count);
  std::vector<bool> held(count, true);
  std::vector<std::size_t> loose;
  const auto release = [&](std::size_t i) {
    if (!held[i] || left[i] >= least_neighbours) return;
    held[i] = false;
    loose.push_back(i);
  };
  for (std::size_t i = 0; i < count; ++i) left[i] = static_cast<int>(neighbours[i].size());
  for (std::size_t i = 0; i < count; ++i) release(i);
  while (!loose.empty()) {
    const std::size_t i = loose.back();
    loose.pop_back();
    for (const std::int32_t j : neighbours[i]) {
      --left[static_cast<std::size_t>(j)];
      release(static_cast<std::size_t>(j));
    }
  }
  ElasticPieces pieces(static_cast<std::int64_t>(count));
  for (std::size_t i = 0; i < count; ++i)
    for (const std::int32_t j : neighbours[i])
      if (held[i] && held[static_cast<std::size_t>(j)]) pieces.join(static_cast<std::int64_t>(i), j);
  const std::vector<std::int32_t> piece = pieces.numbered();
  std::vector<std::size_t> sizes(count, 0);
  for (std::size_t i = 0; i < count; ++i)
    if (held[i]) ++sizes[static_cast<std::size_t>(piece[i])];
  const auto largest = std::ranges::max_element(sizes) - sizes.begin();  // the first of equals
  for (std::size_t i = 0; i < count; ++i) held[i] = held[i] && piece[i] == largest;
  return held;
}

// Specks of noise and loose ends would move at no cost. A network that falls apart for good is left as it is,
// for the command to name its pieces.
void drop_loose(MapInput& input) {
  const std::vector<bool> held = held_part(input.structure.positions, input.cutoff);
  const auto count = static_cast<double>(held.size());
  const auto loose = std::count(held.begin(), held.end(), false);
  if (loose == 0 || static_cast<double>(loose) > largest_loose_share * count) return;
  Structure kept;
  kept.positions.resize(3, input.structure.size() - loose);
  double all = 0, left = 0;
  for (std::size_t i = 0; i < held.size(); ++i) {
    Atom& atom = input.structure.atoms[i];
    all += atom.charge_sum;
    if (!held[i]) continue;
    left += atom.charge_sum;
    kept.positions.col(static_cast<Eigen::Index>(kept.atoms.size())) =
        input.structure.positions.col(static_cast<Eigen::Index>(i));
    atom.residue_number = static_cast<int>(kept.atoms.size()) + 1;
    kept.atoms.push_back(std::move(atom));
  }
  input.structure = std::move(kept);
  spdlog::info("left out: {} pseudoatoms apart from the rest, {:.2f} % of the density", loose,
               100 * (1 - left / all));
}

}  // namespace

double pseudoatom_cutoff(const Eigen::Matrix3Xd& positions) {
  const int neighbours = std::min(cutoff_neighbours, static_cast<int>(positions.cols()) - 1);
  return neighbours > 0 ? relative_cutoff(positions, cutoff_percent, neighbours) : 1;
}

MapInput read_map_input(const Communicator& comm, const MapOptions& o, double cutoff) {
  const MapSelection selection{o.file, o.mask, o.threshold, o.voxel_size};
  const SurveyedMap map = shared_survey(comm, selection);
  constexpr double smallest = 0.01, largest = 1000;  // Å
  if (!(map.survey.voxel_size >= smallest && map.survey.voxel_size <= largest))
    throw Error(fmt::format("{}: voxels of {:g} Å; a voxel measures {:g} to {:g} Å", o.file,
                            map.survey.voxel_size, smallest, largest));
  describe_map(o, map.survey);
  const double sigma =
      o.sigma > 0 ? o.sigma : std::clamp(map.survey.blur, narrowest, widest) * map.survey.voxel_size;
  const PseudoatomOptions options{
      .sigma = sigma / map.survey.voxel_size, .error = o.error / 100, .range = map.survey.range};
  const auto [first, planes] =
      slab_share(map.plane_voxels, pseudoatom_layer(options.sigma), comm.rank(), comm.size());
  const DensitySlab slab = collectively_get(
      comm, [&, at = first, count = planes] { return read_slab(selection, map.survey, at, count); });
  const double start = MPI_Wtime();
  const Pseudoatoms fit =
      fit_pseudoatoms(slab, options, [&](std::span<std::int64_t> values) { comm.sum(values); });
  spdlog::info("{} pseudoatoms of σ {:.3f} Å, error {:.2f} %, in {} rounds, {} evaluations, {:.2f} s",
               fit.heights.size(), sigma, 100 * fit.error, fit.rounds, fit.evaluations, MPI_Wtime() - start);
  MapInput input{as_structure(map.survey, fit, sigma), sigma, cutoff};
  if (input.cutoff == 0) input.cutoff = pseudoatom_cutoff(input.structure.positions);
  drop_loose(input);
  on_root(comm, [&] {
    if (!o.pseudoatoms.empty()) write_pseudoatoms(o.pseudoatoms, input.structure, sigma);
  });
  return input;
}

}  // namespace elastem
