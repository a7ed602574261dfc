#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Elastic normal modes of a structure of N nodes. Modes are numbered from 1 with the six rigid-body ones,
/// which are not stored: the first elastic mode is number 7.
struct NormalModes {
  std::vector<int> numbers;     ///< 7, 8, …
  Eigen::VectorXd eigenvalues;  ///< ascending
  Eigen::MatrixXd
      vectors;  ///< 3N×K, one column per mode, entries (x1 y1 z1 x2 …), unit norm, largest component positive
  /// Local rotations of curved motion, radians per Å of amplitude, as `vectors`; no columns: motion is
  /// linear.
  Eigen::MatrixXd rotations;
  Eigen::VectorXd collectivity;       ///< Brüschweiler 1995, in (0, 1]
  Eigen::VectorXd score;              ///< low is good
  std::vector<std::uint8_t> enabled;  ///< 0 where the collectivity is below 0.15

  Eigen::Index count() const { return vectors.cols(); }
};

/// Modes of lower collectivity are not enabled (HEMNMA).
inline constexpr double least_collectivity = 0.15;

/// The number of the first elastic mode: six rigid-body ones come before it.
inline constexpr int first_elastic_mode = 7;

/// κ = (1/N)·exp(−Σ u_i² ln u_i²) with u_i² ∝ |A_i|² and Σ u_i² = 1 (Brüschweiler 1995): 1 where all N nodes
/// move equally far, 1/N where one moves alone. `vector` has 3N entries (x1 y1 z1 x2 …), not all zero.
double collectivity(const Eigen::VectorXd& vector);

/// (order + rank by collectivity)/(2·n_modes) of each mode, both counted from 1, rank 1 the most collective
/// (HEMNMA). In (0, 1]; low is good.
Eigen::VectorXd mode_scores(const Eigen::VectorXd& collectivities);

}  // namespace elastem
