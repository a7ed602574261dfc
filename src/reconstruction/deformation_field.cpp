#include "reconstruction/deformation_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "reconstruction/voxels_near.hpp"

namespace elastem {
namespace {

constexpr double width = 2;  // Å

// The nearest atoms of one voxel, the nearest first.
template <int count>
struct Nearest {
  std::array<float, count> squares;
  std::array<std::int32_t, count> atoms;

  Nearest() {
    squares.fill(std::numeric_limits<float>::infinity());
    atoms.fill(0);
  }
  void offer(float square, std::int32_t atom) {
    if (square >= squares.back()) return;
    int place = count - 1;
    for (; place > 0 && squares[static_cast<std::size_t>(place - 1)] > square; --place) {
      squares[static_cast<std::size_t>(place)] = squares[static_cast<std::size_t>(place - 1)];
      atoms[static_cast<std::size_t>(place)] = atoms[static_cast<std::size_t>(place - 1)];
    }
    squares[static_cast<std::size_t>(place)] = square;
    atoms[static_cast<std::size_t>(place)] = atom;
  }
};

}  // namespace

DeformationField::DeformationField(const Eigen::Matrix3Xd& atoms, ImageGrid grid) {
  const int size = grid.size, low = -(size / 2);
  const double p = grid.pixel_size;
  std::vector<std::int32_t> slot(
      static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * static_cast<std::size_t>(size), -1);
  std::vector<Nearest<nearest>> found;
  std::vector<Eigen::Vector3i> indices;
  for (Eigen::Index a = 0; a < atoms.cols(); ++a)
    for_each_voxel_near(
        atoms.col(a), grid, [](int) { return true; },
        [&](int x, int y, int z, double square) {
          std::int32_t& own = slot[(static_cast<std::size_t>(z - low) * static_cast<std::size_t>(size) +
                                    static_cast<std::size_t>(y - low)) *
                                       static_cast<std::size_t>(size) +
                                   static_cast<std::size_t>(x - low)];
          if (own < 0) {
            own = static_cast<std::int32_t>(found.size());
            found.emplace_back();
            indices.emplace_back(x, y, z);
          }
          found[static_cast<std::size_t>(own)].offer(static_cast<float>(square),
                                                     static_cast<std::int32_t>(a));
        });
  const auto count = static_cast<Eigen::Index>(found.size());
  if (count == 0) throw Error("no atom lies in the box: do the modes belong to these particles?");
  indices_.resize(3, count);
  places_.resize(3, count);
  atoms_.resize(nearest, count);
  weights_.resize(nearest, count);
  softness_.resize(found.size());
  for (Eigen::Index v = 0; v < count; ++v) {
    const auto& own = found[static_cast<std::size_t>(v)];
    indices_.col(v) = indices[static_cast<std::size_t>(v)];
    places_.col(v) = (indices_.col(v).cast<double>() * p).cast<float>();
    softness_[static_cast<std::size_t>(v)] =
        static_cast<float>(molecule_softness(std::sqrt(static_cast<double>(own.squares.front()))));
    for (int n = 0; n < nearest; ++n) {
      const auto at = static_cast<std::size_t>(n);
      atoms_(n, v) = own.atoms[at];
      weights_(n, v) =
          std::exp(-(own.squares[at] - own.squares.front()) / static_cast<float>(2 * width * width));
    }
    weights_.col(v) /= weights_.col(v).sum();
  }
}

void DeformationField::displaced(const Eigen::Matrix3Xf& displacements, Eigen::Matrix3Xf& places) const {
  places = places_;
  for (Eigen::Index v = 0; v < places.cols(); ++v)
    for (int n = 0; n < nearest; ++n) places.col(v) += weights_(n, v) * displacements.col(atoms_(n, v));
}

}  // namespace elastem
