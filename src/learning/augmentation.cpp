#include "learning/augmentation.hpp"

namespace elastem {
namespace {

/// The signed permutation of (x, y, z) that belongs to a symmetry; its third row keeps the handedness.
Eigen::Matrix3d symmetry_matrix(const Symmetry& symmetry) {
  Eigen::Matrix3d matrix = Eigen::Matrix3d::Identity();
  if (symmetry.mirrored) matrix.diagonal() << -1, 1, -1;
  Eigen::Matrix3d turn;
  turn << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  for (int i = 0; i < symmetry.quarter_turns; ++i) matrix = turn * matrix;
  return matrix;
}

}  // namespace

std::array<Symmetry, 8> image_symmetries() {
  std::array<Symmetry, 8> all;
  for (int i = 0; i < 8; ++i) all[static_cast<std::size_t>(i)] = {i % 4, i >= 4};
  return all;
}

Symmetry inverse(const Symmetry& symmetry) {
  // A turn after a mirror is a reflection, which undoes itself.
  return symmetry.mirrored ? symmetry : Symmetry{(4 - symmetry.quarter_turns) % 4, false};
}

Image transformed(const Image& image, const Symmetry& symmetry) {
  const auto size = image.rows();
  const auto origin = size / 2;
  // Where a pixel of the result comes from: the transpose of the signed permutation, on coordinates from the
  // origin.
  const Eigen::Matrix2d back = symmetry_matrix(symmetry).topLeftCorner<2, 2>().transpose();
  const Eigen::Matrix<Eigen::Index, 2, 2> from = back.cast<Eigen::Index>();
  const auto wrapped = [&](Eigen::Index c) { return (c + origin + size) % size; };
  Image result(size, size);
  for (Eigen::Index row = 0; row < size; ++row)
    for (Eigen::Index column = 0; column < size; ++column) {
      const Eigen::Index x = column - origin, y = row - origin;
      result(row, column) =
          image(wrapped(from(1, 0) * x + from(1, 1) * y), wrapped(from(0, 0) * x + from(0, 1) * y));
    }
  return result;
}

Label transformed(const Label& label, const Symmetry& symmetry) {
  const Eigen::Matrix3d matrix = symmetry_matrix(symmetry);
  return {label.amplitudes, matrix * label.rotation, matrix.topLeftCorner<2, 2>() * label.shift,
          label.errors};
}

Image translated(const Image& image, int dx, int dy) {
  const auto size = image.rows();
  const auto wrapped = [&](Eigen::Index c) { return ((c % size) + size) % size; };
  Image result(size, size);
  for (Eigen::Index row = 0; row < size; ++row)
    for (Eigen::Index column = 0; column < size; ++column)
      result(row, column) = image(wrapped(row - dy), wrapped(column - dx));
  return result;
}

}  // namespace elastem
