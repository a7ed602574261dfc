#include "modes/rigid_blocks.hpp"

#include <numeric>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>

#include "core/error.hpp"

namespace elastem {

RigidBlocks single_nodes(std::int64_t nodes) {
  RigidBlocks blocks;
  blocks.first_node.resize(static_cast<std::size_t>(nodes) + 1);
  std::iota(blocks.first_node.begin(), blocks.first_node.end(), 0);
  return blocks;
}

RigidBlocks residue_blocks(const Structure& structure, int residues) {
  require(residues >= 1, "a block has at least one residue");
  RigidBlocks blocks;
  int in_block = 1;
  for (std::size_t i = 1; i < structure.atoms.size(); ++i) {
    const Atom &before = structure.atoms[i - 1], &atom = structure.atoms[i];
    if (same_residue(before, atom)) continue;
    in_block = same_molecule(before, atom) && in_block < residues ? in_block + 1 : 1;
    if (in_block == 1) blocks.first_node.push_back(static_cast<std::int64_t>(i));
  }
  if (!structure.atoms.empty()) blocks.first_node.push_back(structure.size());
  return blocks;
}

Eigen::MatrixXd rigid_displacements(const Eigen::Ref<const Eigen::Matrix3Xd>& positions,
                                    const Eigen::Ref<const Eigen::VectorXd>& inverse_sqrt_masses,
                                    const Eigen::Vector3d& centre) {
  Eigen::MatrixXd motions(3 * positions.cols(), 6);
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const double weight = inverse_sqrt_masses.size() > 0 ? 1 / inverse_sqrt_masses(i) : 1.0;
    for (int axis = 0; axis < 3; ++axis) {
      const Eigen::Vector3d e = Eigen::Vector3d::Unit(axis);
      motions.col(axis).segment<3>(3 * i) = weight * e;
      motions.col(3 + axis).segment<3>(3 * i) = weight * e.cross(positions.col(i) - centre);
    }
  }
  return motions;
}

Eigen::MatrixXd rigid_basis(const Eigen::Ref<const Eigen::Matrix3Xd>& positions,
                            const Eigen::Ref<const Eigen::VectorXd>& inverse_sqrt_masses) {
  const Eigen::Index n = positions.cols();
  require(n > 0, "a block has a node");
  if (n == 1) return Eigen::Matrix3d::Identity();
  const Eigen::VectorXd masses = inverse_sqrt_masses.size() > 0
                                     ? inverse_sqrt_masses.cwiseAbs2().cwiseInverse().eval()
                                     : Eigen::VectorXd::Ones(n).eval();
  const double mass = masses.sum();
  const Eigen::MatrixXd motions =
      rigid_displacements(positions, inverse_sqrt_masses, positions * masses / mass);
  // About its own principal axes a body turns in orthogonal directions, to which translations are orthogonal.
  const Eigen::Matrix3d moments = motions.rightCols<3>().transpose() * motions.rightCols<3>();
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> inertia(moments);
  require(inertia.info() == Eigen::Success, "a symmetric 3×3 matrix has eigenvalues");
  // Rotation about the line on which all nodes lie moves nothing; rounding leaves it ε² of the others.
  constexpr double nothing = 1e-12;
  const bool line = inertia.eigenvalues()(0) <= nothing * inertia.eigenvalues()(2);
  const int first = line ? 1 : 0;
  Eigen::MatrixXd basis(3 * n, 6 - first);
  basis.leftCols<3>() = motions.leftCols<3>() / std::sqrt(mass);
  for (int axis = first; axis < 3; ++axis)
    basis.col(3 + axis - first) =
        motions.rightCols<3>() * inertia.eigenvectors().col(axis) / std::sqrt(inertia.eigenvalues()(axis));
  return basis;
}

}  // namespace elastem
