#pragma once

#include <vector>

#include <Eigen/Core>

#include "alignment/observation.hpp"
#include "alignment/placement.hpp"
#include "alignment/pose_library.hpp"
#include "imaging/fft.hpp"
#include "imaging/image.hpp"

namespace elastem {

/// A start for the refinement and how well its neighbourhood explains the image: the drop of χ² is score².
struct Candidate {
  Placement placement;
  double score = 0;
};

/// Looks for the poses of one image after another in a library. Two steps:
///
/// 1. Every reference T at every in-plane angle ψ and shift u is correlated with the image Y,
///      c = Re Σ w·conj(CTF·T)·Y·e^{2πi k·u} / √(Σ w·CTF²·|T|²),  w = 1/E|N|²,
///    the second sum with the radial mean of w·CTF². The image, not the library, is turned in the plane
///    (bilinear, in a fourfold finer box). For each T and ψ the best shift counts.
/// 2. The neighbourhood of the best of these hits: with J the derivatives of T by amplitudes, rotation and
///    shift, the image is fitted with a·(T + J·δ), δ normal with the spread of the grids' cells:
///      drop of χ² = bᵀ(G + R)⁻¹b,  G = [T J]ᵀW[T J],  b = [T J]ᵀW·Y,  R = diag(0, 1/(a·cell)²),
///    so that a cell is judged by its best point, not by its centre.
///
/// Owns scratch memory: one per thread.
class PoseSearch {
 public:
  explicit PoseSearch(const PoseLibrary& library);

  /// The best distinct starts, best first. `image`: on any grid over the library's box that holds its band.
  std::vector<Candidate> search(const Observation& image);

 private:
  struct Hit {
    float score;
    int reference, in_plane, shift;
  };
  void filter(const Observation& image);
  void turn(int in_plane);
  void correlate(int in_plane, std::vector<Hit>& hits);
  std::vector<Hit> shortlist(std::vector<Hit>& hits) const;
  const Eigen::MatrixXf& gram(int reference);
  Candidate best_nearby(const Hit& hit);
  std::vector<Candidate> distinct(std::vector<Candidate>& all) const;
  Eigen::Vector2d offset(int shift) const;

  const PoseLibrary* library_;
  int in_plane_count_;
  double same_conformation_ = 0;  ///< Å: starts closer than this are of one
  int coarse_size_;               ///< samples the turned image, pixels a side
  std::vector<double> offsets_;   ///< shifts tried along each axis, Å
  Fft2<float> fine_fft_, coarse_fft_;
  Image fine_, turned_;
  Spectrum fine_spectrum_, coarse_spectrum_;
  Eigen::MatrixXf turned_terms_;               ///< 2·terms × in-plane angles: w·CTF·Y, turned
  std::vector<Eigen::MatrixXf> shift_phases_;  ///< of every column: (Re, Im of e^{2πi kx·x}) × offsets
  Eigen::ArrayXf frequency_x_, frequency_y_;   ///< 2πk of every term's two parts, 1/Å
  Eigen::VectorXf shell_weight_;               ///< radial mean of w·CTF²
  Eigen::ArrayXf term_weight_;                 ///< the same for every term's two parts
  Eigen::VectorXf norm_;                       ///< 1/√(Σ w CTF² |T|²) of every reference
  Eigen::VectorXf cell_;                       ///< spread of a cell along each parameter
  std::vector<int> gram_of_;  ///< of every reference: the place of its matrix, −1: none yet
  std::vector<Eigen::MatrixXf> grams_;
  Eigen::MatrixXf tangent_;
  Eigen::VectorXf shifted_;
};

}  // namespace elastem
