#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/name_table.hpp"
#include "imaging/ctf.hpp"
#include "imaging/noise_spectrum.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"
#include "synthesis/optics.hpp"
#include "synthesis/orientation.hpp"
#include "synthesis/relation.hpp"

namespace elastem {

/// How the grey values of an image are scaled, signal and noise alike.
enum class Normalisation {
  image,       ///< mean 0 and variance 1 over the whole image
  background,  ///< mean 0 and variance 1 outside a circle about the image's centre
  none,
};

inline constexpr NamedValue<Normalisation> normalisation_names[] = {{Normalisation::image, "image"},
                                                                    {Normalisation::background, "background"},
                                                                    {Normalisation::none, "none"}};
constexpr NameTable<Normalisation> name_table(Normalisation) {
  return normalisation_names;
}

/// A conformation of Relation::structures.
struct KnownConformation {
  std::string name;                               ///< of its file and model
  std::shared_ptr<const Eigen::Matrix3Xd> atoms;  ///< Å, as those of the model, superposed on them
  Eigen::VectorXd amplitudes;                     ///< K, Å: what the modes tell of it
};

/// How the particles lie about the centres of their images.
enum class ShiftDistribution {
  uniform,   ///< in ±shift_px along x and y
  gaussian,  ///< of standard deviation shift_px along x and y, drawn anew until within half the image side
};

inline constexpr NamedValue<ShiftDistribution> shift_distribution_names[] = {
    {ShiftDistribution::uniform, "uniform"}, {ShiftDistribution::gaussian, "gaussian"}};
constexpr NameTable<ShiftDistribution> name_table(ShiftDistribution) {
  return shift_distribution_names;
}

/// What distinguishes one synthetic data set from another of the same model. The functions, where there are
/// any, are pure: they tell what a file has of a particle by its index.
struct Recipe {
  Relation relation = Relation::helix;
  std::optional<double> amplitude;  ///< A of the relation, Å; none: that of the model (read_recipe), else 0
  int grid_points = 6;              ///< of Relation::grid, per mode
  /// K values in Å of Relation::table.
  std::function<Eigen::VectorXd(std::uint64_t)> table;
  std::vector<KnownConformation> structures;  ///< of Relation::structures, all equally likely

  OrientationDistribution orientation;
  double shift_px = 5;
  ShiftDistribution shift = ShiftDistribution::uniform;
  Ctf ctf;                                   ///< of every particle, but for what `optics` draws
  std::optional<OpticsDistribution> optics;  ///< none: nothing is drawn
  /// The CTF from a file instead; the correction is still that of `ctf`.
  std::function<Ctf(std::uint64_t)> ctf_from_file;

  ImageGrid grid;                   ///< pixels a side and their size
  std::optional<double> snr = 0.1;  ///< none: no noise
  double noise_before_ctf = 0;      ///< share of the noise's variance that the CTF colours, in [0, 1]
  NoiseSpectrum noise;              ///< relative power per shell; empty: white
  Normalisation normalisation = Normalisation::image;
  double background_radius = 0;  ///< px, of Normalisation::background
  bool invert = false;           ///< dark on bright, as a camera records it
  double max_resolution = 0;     ///< Å: neither signal nor noise beyond it; 0: up to the corners
  bool bounds = true;            ///< the truth holds Cramér–Rao errors; otherwise they are 0
  std::uint64_t seed = 1;
};

/// The recipe of the reference experiment: a helix seen from all sides at 200 kV, Cs 2 mm and a defocus of
/// 5000 Å, in 64² pixels of 2.2 Å, SNR 0.1. Amplitude and grid points, which follow from the model and the
/// number of particles, are 0.
Recipe reference_experiment();

/// Throws Error, which names the option, for a recipe that cannot be made with this number of modes.
void require_possible(const Recipe& recipe, Eigen::Index mode_count);

/// The hidden truth of one particle.
struct Conformer {
  Eigen::VectorXd amplitudes;                     ///< K, Å
  std::shared_ptr<const Eigen::Matrix3Xd> atoms;  ///< Å, in place of X(amplitudes); null: X(amplitudes)
  std::string structure;                          ///< the name of the known conformation; else empty
  Pose pose;
  Ctf ctf;
};

/// The truth of particle `index`: a pure function of (recipe, mode_count, index). Conformation, orientation,
/// shift and optics have random numbers of their own: changing how one is distributed changes no other.
Conformer draw_conformer(const Recipe& recipe, Eigen::Index mode_count, std::uint64_t index);

}  // namespace elastem
