#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <Eigen/Core>

#include "imaging/ctf.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"
#include "synthesis/relation.hpp"

namespace elastem {

/// How the grey values of an image are scaled, signal and noise alike.
enum class Normalisation {
  image,       ///< mean 0 and variance 1 over the whole image
  background,  ///< mean 0 and variance 1 outside a circle about the image's centre
  none,
};

/// What distinguishes one synthetic data set from another of the same model.
struct Recipe {
  Relation relation = Relation::helix;
  double amplitude = 0;             ///< A of the relation, Å
  ImageGrid grid;                   ///< pixels a side and their size
  std::optional<double> snr = 0.1;  ///< none: no noise
  double noise_before_ctf = 0;      ///< share of the noise's variance that the CTF colours, in [0, 1]
  NoiseSpectrum noise;              ///< relative power a shell; empty: white
  Normalisation normalisation = Normalisation::image;
  double background_radius = 0;  ///< px, of Normalisation::background
  bool invert = false;           ///< dark on bright, as a camera records it
  double max_resolution = 0;     ///< Å: neither signal nor noise beyond it; 0: up to the corners
  bool psi_uniform = true;       ///< otherwise psi is 0
  double shift_px = 5;           ///< shifts are uniform in ±shift_px along x and y
  Ctf ctf;                       ///< of every particle
  std::uint64_t seed = 1;
};

/// Throws Error, which names the option, for a recipe that cannot be made with this number of modes.
void require_possible(const Recipe& recipe, Eigen::Index mode_count);

/// The hidden truth of one particle.
struct Conformer {
  Eigen::VectorXd amplitudes;                     ///< K, Å
  std::shared_ptr<const Eigen::Matrix3Xd> atoms;  ///< Å, in place of X(amplitudes); null: X(amplitudes)
  Pose pose;
  Ctf ctf;
};

/// The truth of particle `index`: a pure function of (recipe, mode_count, index). The direction of view is
/// uniform on the sphere (rot uniform, cos tilt uniform), psi and the shifts are uniform or 0.
Conformer draw_conformer(const Recipe& recipe, Eigen::Index mode_count, std::uint64_t index);

}  // namespace elastem
