#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace elastem {

/// Elastic normal modes of a structure of N nodes. Modes are numbered from 1 with the six rigid-body ones,
/// which are not stored: the first elastic mode is number 7.
struct NormalModes {
  std::vector<int> numbers;          ///< 7, 8, …
  Eigen::VectorXd eigenvalues;       ///< ascending
  Eigen::MatrixXd vectors;           ///< 3N×K, a column a mode, entries (x1 y1 z1 x2 …), unit norm, largest component positive
  Eigen::VectorXd collectivity;      ///< Brüschweiler 1995, in (0, 1]
  Eigen::VectorXd score;             ///< low is good
  std::vector<std::uint8_t> enabled;  ///< 0 where the collectivity is below 0.15

  Eigen::Index count() const { return vectors.cols(); }
};

}  // namespace elastem
