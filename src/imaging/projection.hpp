#pragma once

#include <cmath>
#include <vector>

#include <Eigen/Core>

#include "imaging/elastic_model.hpp"
#include "imaging/footprint.hpp"
#include "imaging/image.hpp"
#include "imaging/pose.hpp"
#include "imaging/twist.hpp"

namespace elastem {

/// Where and how finely an image samples the plane.
struct ImageGrid {
  int size = 64;            ///< S, pixels per side
  double pixel_size = 2.2;  ///< Å
};

/// Whether images of two grids may be treated as of one: equal boxes, pixel sizes within 10⁻⁴, which moves
/// the rim of a box of 500 pixels by a fortieth of a pixel.
inline bool same_grid(ImageGrid a, ImageGrid b) {
  return a.size == b.size && std::abs(a.pixel_size - b.pixel_size) <= 1e-4 * b.pixel_size;
}

/// A footprint holds every pixel within this many σ of its atom: what is left out is below exp(−4.3²/2) =
/// 1·10⁻⁴ of the atom's peak, and 4·10⁻⁵ of its weight.
inline constexpr double footprint_cut = 4.3;

/// The projection of `model` at amplitudes q and rotation R, shifted by `shift` (Å):
///   I(x, y) = Σ_a w_a Σ_i c_i/(2πσ_i²) · exp(−((x − x_a)² + (y − y_a)²)/(2σ_i²)) · p²
/// (weight per pixel, p the pixel size; i the Gaussians of the atom's kind), sampled at pixel centres,
/// clipped at the box. A footprint is separable: four exponentials per atom, made for all atoms at once, and
/// powers of them. Throws Error for atoms of less than a tenth of a pixel or more than a box of 60 pixels can
/// hold. A projector owns its scratch memory: one per thread.
template <class Real>
class Projector {
 public:
  /// `model` must outlive the projector.
  Projector(const ElasticModel& model, ImageGrid grid, double cut = footprint_cut);

  const ElasticModel& model() const { return *model_; }
  ImageGrid grid() const { return grid_; }
  /// Number of derivative images: K + 5.
  int parameter_count() const;

  /// The image alone.
  void project(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
               const Eigen::Vector2d& shift, ImageOf<Real>& image);
  /// The image of the model's atoms at any other places, 3×N in Å.
  void project_atoms(const Eigen::Matrix3Xd& atoms, const Eigen::Matrix3d& rotation,
                     const Eigen::Vector2d& shift, ImageOf<Real>& image);

  /// The image and its K+5 derivative images in the order amplitudes (per Å), left rotation increments about
  /// image x, y and the view axis (per radian), shift x, y (per Å).
  void project_with_derivatives(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                                const Eigen::Vector2d& shift, ImageOf<Real>& image,
                                std::vector<ImageOf<Real>>& derivatives);
  /// The same of the model's atoms at any other places, from where they move as they would at `amplitudes`.
  void project_atoms_with_derivatives(const Eigen::Matrix3Xd& atoms, const Eigen::VectorXd& amplitudes,
                                      const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift,
                                      ImageOf<Real>& image, std::vector<ImageOf<Real>>& derivatives);

 private:
  using Values = Eigen::Array<Real, Eigen::Dynamic, 1>;
  using Coordinates = Eigen::Array<Real, Eigen::Dynamic, 3>;  ///< x, y, z of all atoms, each in one piece

  using Group = FootprintGroup<Real>;

  /// Footprint sums of all channels, [y][channel][x] with a margin of one footprint around the box. Channel 0
  /// is the image, 1 … K+5 are the derivatives.
  struct Canvas {
    Eigen::Index margin = 0, channels = 0, columns = 0;
    std::vector<Real> data;
  };

  /// Of a group and a term, along one axis: exp(−exponent·(i − f)²) = start · base^(i + reach − 1) ·
  /// profile(i)
  struct Axis {
    Values start, base;
  };

  void deform(const Eigen::VectorXd& amplitudes);
  void adopt(const Eigen::Matrix3Xd& atoms);
  void place(const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift);
  void place_steps(const Eigen::Matrix3d& rotation);
  void place_curved_steps(const Eigen::Matrix<Real, 3, 3>& rotation);
  void prepare(const Group& group);
  bool touches_box(Eigen::Index atom, int reach) const;
  void select(const Group& group);
  void sort_by_row(const Group& group);
  void clear(int channels);
  void draw(ImageOf<Real>& image);
  void draw(ImageOf<Real>& image, std::vector<ImageOf<Real>>& derivatives);
  template <int Reach>
  void splat(const Group& group);
  template <int Reach>
  void splat_with_derivatives(const Group& group);
  template <int Reach>
  void splat_with_derivatives(const Group& group, Eigen::Index atom, std::size_t place, const Real* gx_rows,
                              const Real* gy_rows);
  template <int Reach>
  void make_rows(const Group& group, const std::vector<Axis>& axes, std::size_t first, std::size_t count,
                 Real* rows) const;
  void copy_out(int channel, ImageOf<Real>& image) const;
  Real* footprint(Eigen::Index atom, int reach);

  const ElasticModel* model_;
  ImageGrid grid_;
  int largest_reach_ = 0;
  std::vector<Eigen::Index> order_;  ///< the model's atoms by kind
  std::vector<Group> groups_;
  Coordinates reference_;
  std::vector<Coordinates> modes_, rotations_;  ///< no rotations: motion is linear
  Values weights_;

  Twists<Real> twists_;  ///< of curved motion, at the present amplitudes
  typename Twists<Real>::Slopes slopes_;
  Coordinates atoms_;                        ///< Å, before the rotation
  Values x_, y_, z_;                         ///< Å, after it
  Eigen::ArrayXi column_, row_;              ///< the pixel at or before the atom
  Values floors_;                            ///< the same, as it is computed
  Values across_, down_;                     ///< from there to the atom, in pixels, in [0, 1)
  std::vector<Axis> horizontal_, vertical_;  ///< one a term of the present group
  std::vector<int> selected_;                ///< atoms of the present group that touch the box
  std::vector<int> row_ends_;
  Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic> steps_;  ///< N × 2K: ∂x/∂q and ∂y/∂q in turn
  Canvas canvas_;
};

}  // namespace elastem
