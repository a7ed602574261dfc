#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "structure/density_slab.hpp"

namespace elastem {

/// Gaussians of one width: a column each, x, y, z in voxels of the box (the first voxel's centre is 0) and
/// the height at the centre.
using Gaussians = Eigen::Matrix4Xd;

/// A part of the map that its description lacks: where the next Gaussians go.
struct LackingCell {
  std::int64_t voxel = 0;  ///< of the box, (plane·rows + row)·columns + column: the largest lack of the cell
  double lack = 0;         ///< mean of ρ − ρ' over the cell, 0 outside Ω
};

/// A sum of Gaussians ρ'(r) = Σ_a h_a exp(−|r − x_a|²/(2σ²)) held against a map ρ in Ω. Each rank works on
/// its slab; sums go over the ranks as whole multiples of 2⁻³². Footprints end at 4 σ, where 3·10⁻⁴ of the
/// height is left. Time O(Gaussians · footprint), memory O(slab + Gaussians). All functions are collective
/// where `sum` communicates, and all ranks get the same.
class GaussianSum {
 public:
  /// Densities are divided by `unit`, heights and lacks are in it. `sigma` in voxels. The slab must outlive
  /// this.
  GaussianSum(const DensitySlab& slab, double sigma, double unit, SumOverRanks sum);

  /// Σ_Ω (ρ' − ρ)² with its gradient by x, y, z and height.
  double squares(const Gaussians& gaussians, Gaussians& gradient);
  /// Mean of |ρ' − ρ| over Ω as of the last evaluation, in units.
  double mean_difference() const { return mean_difference_; }
  std::int64_t voxels() const { return voxels_; }

  /// The cells of `side`³ voxels, counted from the corner of the box, whose mean lack ρ − ρ' of the last
  /// evaluation is above `least`, by descending lack. Slabs must consist of whole layers of cells.
  std::vector<LackingCell> lacking_cells(std::int64_t side, double least);
  /// For each Gaussian whether the voxel nearest to its centre is in Ω.
  std::vector<bool> inside(const Gaussians& gaussians) const;

 private:
  struct Footprint;
  bool place(const Gaussians& gaussians, Eigen::Index a, Footprint& f) const;
  void add(const Gaussians& gaussians);
  std::array<std::int64_t, 2> subtract_map();
  void gather(const Gaussians& gaussians, Eigen::Index a, Footprint& f, std::int64_t* sums) const;
  std::vector<LackingCell> gathered(std::vector<std::int64_t> counts, const std::vector<std::int64_t>& found,
                                    std::int64_t side) const;
  float* row(std::int64_t plane, std::int64_t y);
  const float* row(std::int64_t plane, std::int64_t y) const;

  const DensitySlab* slab_;
  double sigma_, unit_;
  SumOverRanks sum_;
  std::int64_t reach_;   ///< voxels from the centre to the footprint's end
  std::int64_t width_;   ///< of a footprint's row, a multiple of 8; rows are padded by it on both sides
  std::int64_t stride_;  ///< of a padded row
  std::vector<float> residual_;  ///< ρ' − ρ in Ω, 0 outside, in padded rows
  double mean_difference_ = 0;
  std::int64_t voxels_ = 0;
};

}  // namespace elastem
