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
///   I(x, y) = Σ_a w_a/(2πσ²) · exp(−((x − x_a)² + (y − y_a)²)/(2σ²)) · p²   (electrons a pixel, p the pixel
///   size)
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
  void project(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
               const Eigen::Vector2d& shift, ImageOf<Real>& image);

  /// The image and its K+5 derivative images in the order amplitudes (per Å), left rotation increments about
  /// image x, y and the view axis (per radian), shift x, y (per Å).
  void project_with_derivatives(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                                const Eigen::Vector2d& shift, ImageOf<Real>& image,
                                std::vector<ImageOf<Real>>& derivatives);

 private:
  /// Footprint sums of all channels, [y][channel][x] with a margin of one footprint around the box.
  struct Canvas {
    int rows = 0, columns = 0, channels = 0;
    std::vector<Real> data;
  };

  void place(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
             const Eigen::Vector2d& shift);
  void clear(int channels);
  template <int Width, bool Derivatives>
  void splat();
  template <bool Derivatives>
  void splat_any();
  void copy_out(int channel, ImageOf<Real>& image) const;

  const ElasticModel* model_;
  ImageGrid grid_;
  int width_;                 ///< pixels a footprint row: the height, rounded up to one of a few widths
  int height_;                ///< pixel rows a footprint
  Eigen::Matrix3Xd rotated_;  ///< R·X(q) in Å, without the shift
  Eigen::Vector2d shift_;
  std::vector<Eigen::Matrix2Xd> mode_steps_;  ///< first two rows of R·A_k
  std::vector<Real> kernel_;                  ///< exp(−i²/(2s²)) at the footprint's integer offsets
  Canvas canvas_;
};

}  // namespace elastem
