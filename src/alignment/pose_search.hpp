#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "alignment/refinement.hpp"
#include "imaging/elastic_model.hpp"
#include "imaging/fft.hpp"
#include "imaging/projection.hpp"

namespace elastem {

struct SearchOptions {
  double angular_step = 10;      ///< degrees between views and between in-plane angles
  double resolution = 11;        ///< Å, finest detail the search looks at
  double shift_range = 0;        ///< Å along each axis
  double conformation_step = 0;  ///< Å, amplitude of the library's conformations along each mode
  int candidates = 20;           ///< distinct poses handed on
  double separation = 15;        ///< degrees between two distinct poses
};

/// The conformations that a search tries: the mean structure and ±step along each mode; only the mean for
/// step 0.
std::vector<Eigen::VectorXd> library_conformations(Eigen::Index modes, double step);

/// Reference projections of several conformations (the mean structure and ±step along each mode) on a
/// near-uniform grid of views at in-plane angle 0, as Fourier terms below the search's resolution, origin at
/// index 0. Built once a run; read only afterwards.
class PoseLibrary {
 public:
  PoseLibrary(const ElasticModel& model, ImageGrid grid, const SearchOptions& options);

  struct Reference {
    std::size_t conformation;
    Eigen::Vector2d view;  ///< rot, tilt in degrees
  };
  /// The terms of one kx: ky = −ky_max … ky_max (1 … ky_max for kx = 0, k and −k being conjugate).
  struct Column {
    int kx;
    std::vector<int> ky;
    Eigen::MatrixXf terms;  ///< a row a reference; real and imaginary part of each ky in turn
  };

  const SearchOptions& options() const { return options_; }
  ImageGrid grid() const { return grid_; }
  /// Largest |k| of the band, in units of 1/(S·p).
  int band_radius() const { return band_radius_; }
  const std::vector<Eigen::VectorXd>& conformations() const { return conformations_; }
  const std::vector<Reference>& references() const { return references_; }
  const std::vector<Column>& columns() const { return columns_; }
  /// References × shells: power in each shell |k| = 0, 1, … of the band, a half plane of terms counted.
  const Eigen::MatrixXf& shell_power() const { return shell_power_; }
  std::size_t bytes() const;

 private:
  SearchOptions options_;
  ImageGrid grid_;
  int band_radius_;
  std::vector<Eigen::VectorXd> conformations_;
  std::vector<Reference> references_;
  std::vector<Column> columns_;
  Eigen::MatrixXf shell_power_;
};

/// A start for the refinement and how well its reference explains the image: the drop of χ² is score².
struct Candidate {
  Placement placement;
  double score = 0;
};

/// Cross-correlates one image with every reference, in-plane angle and shift. Owns scratch memory: one a
/// thread.
class PoseSearch {
 public:
  explicit PoseSearch(const PoseLibrary& library);

  /// The best distinct poses, best first. The score of a reference T at shift s is
  /// Re Σ w·conj(CTF·T)·Y·e^{2πi k·s} / √(Σ w·CTF²·|T|²), w = 1/E|N|², the second sum with the radial mean of
  /// w·CTF². The image, not the library, is turned in the plane: bilinear, in a fourfold finer box.
  std::vector<Candidate> search(const Spectrum& spectrum, const std::vector<float>& transfer,
                                const std::vector<double>& noise_power);

 private:
  struct Hit {
    float score;
    int reference, in_plane, shift;
  };
  /// w·CTF·Y as a fine real image with the origin at index 0, and the norms of the references.
  void filter(const Spectrum& spectrum, const std::vector<float>& transfer,
              const std::vector<double>& noise_power);
  void turn(double psi);
  void correlate(int in_plane, std::vector<Hit>& hits);
  std::vector<Candidate> distinct(std::vector<Hit>& hits) const;

  const PoseLibrary* library_;
  int in_plane_count_;
  int coarse_size_;              ///< samples the turned image, pixels a side
  std::vector<double> offsets_;  ///< shifts tried along each axis, Å
  Fft2<float> fine_fft_, coarse_fft_;
  Image fine_, turned_;
  Spectrum fine_spectrum_, coarse_spectrum_;
  std::vector<Eigen::MatrixXf> shift_phases_;  ///< of every kx: (Re, Im of e^{2πi kx·x}) × offsets
  Eigen::VectorXf norm_;                       ///< 1/√(Σ w CTF² |T|²) of every reference
};

}  // namespace elastem
