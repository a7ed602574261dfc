#pragma once

#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"
#include "imaging/image.hpp"
#include "imaging/pose.hpp"

namespace elastem {

/// Where and how finely an image samples the plane.
struct ImageGrid {
  int size = 64;            ///< S, pixels a side
  double pixel_size = 2.2;  ///< Å
};

/// The projection of `model` at amplitudes q and rotation R, shifted by `shift` (Å):
///   I(x, y) = Σ_a w_a/(2πσ²) · exp(−((x − x_a)² + (y − y_a)²)/(2σ²)) · p²   (electrons a pixel, p the pixel size)
/// sampled at pixel centres, clipped at the box, each footprint cut at `cut` σ.
/// A projector owns its scratch memory: one a thread.
template <class Real>
class Projector {
 public:
  /// A footprint is cut at 4 σ, where the density has fallen to 3·10⁻⁴ of its maximum.
  Projector(const ElasticModel& model, ImageGrid grid, double cut = 4.0);

  const ElasticModel& model() const { return *model_; }
  ImageGrid grid() const { return grid_; }
  /// Number of derivative images: K + 5.
  int parameter_count() const;

  /// The image alone.
  void project(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift,
               ImageOf<Real>& image);

  /// The image and its K+5 derivative images in the order amplitudes (per Å), left rotation increments about
  /// image x, y and the view axis (per radian), shift x, y (per Å).
  void project_with_derivatives(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                                const Eigen::Vector2d& shift, ImageOf<Real>& image,
                                std::vector<ImageOf<Real>>& derivatives);

 private:
  const ElasticModel* model_;
  ImageGrid grid_;
  double cut_;
};

}  // namespace elastem
