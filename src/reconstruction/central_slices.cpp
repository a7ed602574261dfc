#include "reconstruction/central_slices.hpp"

#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "reconstruction/fourier_slab.hpp"

namespace elastem {
namespace {

int reach_of(double radius) {
  return static_cast<int>(std::ceil(oversampling * radius)) + 1;
}

std::size_t terms_of(int reach) {
  const auto side = static_cast<std::size_t>(2 * reach + 1);
  return side * side * static_cast<std::size_t>(reach + 1);
}

}  // namespace

CentralSlices::CentralSlices(int size, double radius)
    : size_(size), reach_(reach_of(radius)), radius_(radius), values_(terms_of(reach_)) {
  require(radius > 0 && radius <= size / 2.0 - 0.5, "slices within the images' Nyquist frequency");
}

std::size_t CentralSlices::bytes(double radius) {
  return terms_of(reach_of(radius)) * sizeof(std::complex<float>);
}

std::size_t CentralSlices::place(int x, int y, int z) const {
  const auto side = static_cast<std::size_t>(2 * reach_ + 1);
  return (static_cast<std::size_t>(z + reach_) * side + static_cast<std::size_t>(y + reach_)) *
             static_cast<std::size_t>(reach_ + 1) +
         static_cast<std::size_t>(x);
}

void CentralSlices::take_planes(int first, std::span<const std::complex<double>> planes, double scale) {
  const int side = oversampling * size_, columns = side / 2 + 1;
  const auto plane_terms = static_cast<std::size_t>(side) * static_cast<std::size_t>(columns);
  for (std::size_t plane = 0; plane * plane_terms < planes.size(); ++plane) {
    const int index = first + static_cast<int>(plane), z = index <= side / 2 ? index : index - side;
    if (std::abs(z) > reach_) continue;
    for (int y = -reach_; y <= reach_; ++y) {
      const int row = y < 0 ? y + side : y;
      const std::complex<double>* from = planes.data() + plane * plane_terms +
                                         static_cast<std::size_t>(row) * static_cast<std::size_t>(columns);
      for (int x = 0; x <= reach_; ++x)
        values_[place(x, y, z)] = std::complex<float>(scale * from[static_cast<std::size_t>(x)]);
    }
  }
}

std::span<float> CentralSlices::numbers() {
  return {reinterpret_cast<float*>(values_.data()), 2 * values_.size()};
}

// At any place with x ≥ 0 within the reach.
std::complex<float> CentralSlices::at(double x, double y, double z) const {
  const int x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(std::floor(y)),
            z0 = static_cast<int>(std::floor(z));
  const auto fx = static_cast<float>(x - x0), fy = static_cast<float>(y - y0),
             fz = static_cast<float>(z - z0);
  const auto along_x = [&](int row, int plane) {
    const std::complex<float>* p = &values_[place(x0, row, plane)];
    return p[0] + fx * (p[1] - p[0]);
  };
  const auto in_plane = [&](int plane) {
    const std::complex<float> low = along_x(y0, plane);
    return low + fy * (along_x(y0 + 1, plane) - low);
  };
  const std::complex<float> low = in_plane(z0);
  return low + fz * (in_plane(z0 + 1) - low);
}

void CentralSlices::read(const Pose& pose, ImageGrid image, double zoom, Spectrum& spectrum) const {
  const int size = image.size, columns = size / 2 + 1;
  spectrum.setZero(size, columns);
  const Eigen::Matrix3d rotation = oversampling * zoom * rotation_matrix(pose);
  const Eigen::Vector2d origin = pose.shift.array() / image.pixel_size + size / 2;  // pixels
  const double radius = radius_ / zoom;
  for (int row = 0; row < size; ++row) {
    const int ky = row < (size + 1) / 2 ? row : row - size;
    for (int kx = 0; kx < columns; ++kx) {
      if (kx * kx + ky * ky > radius * radius || (kx == 0 && ky == 0)) continue;
      const Eigen::Vector3d k = (rotation.row(0) * kx + rotation.row(1) * ky).transpose();
      const std::complex<float> value =
          k.x() < 0 ? std::conj(at(-k.x(), -k.y(), -k.z())) : at(k.x(), k.y(), k.z());
      const double angle = -2 * std::numbers::pi * (kx * origin.x() + ky * origin.y()) / size;
      spectrum(row, kx) = value * std::complex<float>(std::polar(1.0, angle));
    }
  }
}

}  // namespace elastem
