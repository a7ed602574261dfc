#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "structure/density_slab.hpp"

namespace elastem {

struct PseudoatomOptions {
  double sigma = 1.25;  ///< of every pseudoatom, voxels
  double error = 0.05;  ///< to be reached
  double range = 1;     ///< of the map in Ω, the unit of the error: 99th less 1st percentile
};

/// Gaussians of one width that together are a map: ρ'(r) = Σ_a h_a exp(−|r − x_a|²/(2σ²)).
struct Pseudoatoms {
  Eigen::Matrix3Xd positions;  ///< voxels of the slab's box, whose first voxel has its centre at 0
  Eigen::VectorXd heights;     ///< h_a > 0, density of the map
  double error = 0;            ///< mean of |ρ − ρ'| over Ω, divided by the range
  int rounds = 0;
  int evaluations = 0;  ///< of the map and its gradient
};

/// The shortest distance between two pseudoatoms, in σ: from here on they describe the same.
inline constexpr double least_pseudoatom_distance = 1.5;

/// Side of the cells in which the fit looks for missing density: slabs are whole layers of so many planes.
std::int64_t pseudoatom_layer(double sigma_voxels);

/// Describes a map by pseudoatoms until the error
///   mean over Ω of |ρ − ρ'| / range,  Ω the voxels of positive density inside the mask,
/// is at most options.error (that of Nogales-Cadenas et al. 2013 and Xmipp's volume_to_pseudoatoms). Each
/// round adds pseudoatoms where most density is missing, none nearer to another than the least distance; then
/// Σ_Ω (ρ − ρ')² is minimised over positions and heights ≥ 0 by spectral projected gradients (Birgin,
/// Martínez & Raydan 2000) with the derivatives in closed form; then those that came too near to a stronger
/// one, left Ω or describe next to nothing are taken out and the heights alone are fitted anew. Neighbours in
/// the result's order are neighbours in space (Morton order). Collective over the slabs of one map through
/// `sum`; the result is the same to the last bit on all ranks and for any number of them. Throws Error, the
/// same on all ranks, when the error cannot be reached.
Pseudoatoms fit_pseudoatoms(const DensitySlab& slab, const PseudoatomOptions& options,
                            const SumOverRanks& sum = sum_alone);

}  // namespace elastem
