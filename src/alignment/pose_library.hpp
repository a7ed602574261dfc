#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "alignment/elastic_prior.hpp"
#include "imaging/elastic_model.hpp"
#include "imaging/rendering.hpp"

namespace elastem {

struct SearchOptions {
  double angular_step = 18;                   ///< degrees between views and between in-plane angles
  double resolution = 16;                     ///< Å, finest detail the search looks at
  double shift_range = 0;                     ///< Å along each axis
  NormalPrior amplitudes;                     ///< expected ones; empty: only the mean structure is looked for
  std::size_t memory = std::size_t{1} << 28;  ///< bytes that the library may take
  int shortlist = 500;     ///< of the correlation's hits, those whose neighbourhood is looked at
  int candidates = 24;     ///< distinct starts handed on
  double separation = 10;  ///< degrees between two starts of nearly the same conformation
};

/// Where the conformations of a search stand, in the prior's standard deviations.
inline constexpr double conformation_step = 1.2;

/// The conformations that a search tries: the prior's mean, and a step of it either way along each of its
/// principal axes that is at least 0.4 as wide as the widest: along the others a reference's derivatives
/// reach as far.
std::vector<Eigen::VectorXd> library_conformations(const NormalPrior& prior);

/// Reference projections of several conformations on a near-uniform grid of views at in-plane angle 0, with
/// their derivatives by amplitudes and rotation, as Fourier terms of a half plane below the search's
/// resolution, origin at index 0. The values lie in memory of the caller's, which the ranks of a node may
/// share: `use` it, `fill` every reference once (each rank some of them), and read only afterwards.
class PoseLibrary {
 public:
  /// Lays out a library of the mean structure and of as many conformations, in the order of the modes, as the
  /// budget holds. `full`: the grid of the images. Throws Error when not even one conformation fits.
  PoseLibrary(const ElasticModel& model, ImageGrid full, const SearchOptions& options);

  struct Reference {
    std::size_t conformation;
    Eigen::Vector2d view;  ///< rot, tilt in degrees
  };
  /// The terms of one kx: ky = −ky_max … ky_max (1 … ky_max for kx = 0, k and −k being conjugate).
  struct Column {
    int kx = 0;
    std::vector<int> ky;
    std::size_t first = 0;  ///< the place of its first term among all terms
  };

  const SearchOptions& options() const { return options_; }
  ImageGrid grid() const { return full_; }
  const Rendering& drawn() const { return drawn_; }
  /// Largest |k| of the band, in units of 1/(S·p).
  int band_radius() const { return band_radius_; }
  const std::vector<Eigen::VectorXd>& conformations() const { return conformations_; }
  const std::vector<Reference>& references() const { return references_; }
  const std::vector<Column>& columns() const { return columns_; }
  std::size_t term_count() const { return term_count_; }

  /// Floats of storage, and bytes.
  std::size_t value_count() const;
  std::size_t bytes() const { return value_count() * sizeof(float); }
  void use(float* storage) { storage_ = storage; }
  /// Draws the references first … first+count−1.
  void fill(std::size_t first, std::size_t count);

  /// References × 2·ky of a column: real and imaginary part of each ky in turn.
  Eigen::Map<const Eigen::MatrixXf> terms(const Column& column) const;
  /// 2·terms × (1+K+3) of a reference: itself and its derivatives by the amplitudes (Å) and by left rotations
  /// (radians).
  Eigen::Map<const Eigen::MatrixXf> tangent(std::size_t reference) const;
  /// References × shells: power in each shell |k| = 0, 1, … of the band, the half plane counted once.
  Eigen::Map<const Eigen::MatrixXf> shell_power() const;

  /// The shell of a term.
  int shell(int kx, int ky) const;

 private:
  SearchOptions options_;
  ImageGrid full_;
  Rendering drawn_;
  int band_radius_;
  std::vector<Eigen::VectorXd> conformations_;
  std::vector<Reference> references_;
  std::vector<Column> columns_;
  std::size_t term_count_ = 0;
  float* storage_ = nullptr;
};

/// A library in memory of its own, ready for use by one process.
class OwnPoseLibrary {
 public:
  OwnPoseLibrary(const ElasticModel& model, ImageGrid full, const SearchOptions& options);
  OwnPoseLibrary(OwnPoseLibrary&&) = default;  // the storage stays where it is
  OwnPoseLibrary& operator=(OwnPoseLibrary&&) = default;
  const PoseLibrary& operator*() const { return library_; }
  const PoseLibrary* operator->() const { return &library_; }

 private:
  PoseLibrary library_;
  std::vector<float> storage_;
};

}  // namespace elastem
