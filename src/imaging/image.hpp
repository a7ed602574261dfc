#pragma once

#include <Eigen/Core>

namespace elastem {

/// A square real image, row-major: image(y, x). The origin of projections is pixel (S/2, S/2).
template <class Real>
using ImageOf = Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Image = ImageOf<float>;

}  // namespace elastem
