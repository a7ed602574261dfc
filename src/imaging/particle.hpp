#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <Eigen/Core>

#include "imaging/ctf.hpp"
#include "imaging/pose.hpp"

namespace elastem {

/// A particle as a particle file describes it; the pixels stay in the stack.
struct Particle {
  std::string stack;       ///< path as written in the file
  std::int64_t slice = 0;  ///< from 0 within the stack
  int size = 0;            ///< pixels a side
  double pixel_size = 0;   ///< Å
  Ctf ctf;
  Pose pose;
  bool has_pose = false;
  bool flipped =
      false;  ///< the file gives the pose of the image's mirror image (Xmipp's _flip); `pose` is the image's
  bool enabled = true;  ///< false: the particle file leaves it out (Xmipp's _enabled −1)
};

enum class ParticleState : std::uint8_t { pending = 0, done = 1, failed = 2 };

/// Why a particle failed.
enum class FailureReason : std::uint8_t {
  none = 0,
  unreadable = 1,     ///< the stack has no such slice or cannot be read
  wrong_size = 2,     ///< another box than the particle file says
  not_finite = 3,     ///< NaN or infinite pixels
  constant = 4,       ///< all pixels equal
  not_converged = 5,  ///< no pose gave a finite, positive fit
  disabled = 6,       ///< the particle file leaves it out
};
/// The texts of FailureReason, in the order of its codes.
inline constexpr std::array<const char*, 7> failure_names = {
    "none", "unreadable", "wrong size", "not finite", "constant", "not converged", "disabled"};

/// What an alignment knows of a particle beyond its row of results.
struct FitDetails {
  /// K+5 square: the covariance of what the image alone says of the parameters, in the order and the units of
  /// ParticleResult::standard_errors.
  Eigen::MatrixXd covariance;
  Eigen::VectorXd amplitudes;  ///< K, Å: what the image alone says, before any learnt prior
  double chi2 = 0;             ///< χ² over its degrees of freedom, for the noise of the data set
  double defocus_change = 0;   ///< Å, added to both defoci
  /// ln of the integral of likelihood and prior over all parameters but for the prior's normalisation; in
  /// memory only.
  double log_evidence = 0;
  bool outlier = false;  ///< the structure does not explain the image
};

/// One row of a result table. Units Å and degrees; see docs/files.md.
struct ParticleResult {
  std::string image;           ///< the key of the particle's image, "INDEX@STACK" (see particle_key)
  Eigen::VectorXd amplitudes;  ///< K
  Eigen::Vector3d euler_angles = Eigen::Vector3d::Zero();  ///< rot, tilt, psi
  Eigen::Vector2d shift = Eigen::Vector2d::Zero();         ///< x, y
  Eigen::VectorXd standard_errors;  ///< K+5: amplitudes, rotations about image x, y and the view axis as left
                                    ///< increments, shifts
  double score = 0;                 ///< normalised cross-correlation
  ParticleState state = ParticleState::pending;
  FailureReason reason = FailureReason::none;
  std::optional<FitDetails> fit;  ///< of an alignment

  Pose pose() const { return {euler_angles[0], euler_angles[1], euler_angles[2], shift}; }
};

/// The CTF of a particle with the defocus that its result refined.
inline Ctf refined_ctf(Ctf ctf, const ParticleResult& result) {
  if (!result.fit) return ctf;
  ctf.defocus_u += result.fit->defocus_change;
  ctf.defocus_v += result.fit->defocus_change;
  return ctf;
}

}  // namespace elastem
