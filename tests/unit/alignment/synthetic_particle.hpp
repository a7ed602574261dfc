#pragma once

#include <cmath>
#include <vector>

#include "alignment/refinement.hpp"
#include "core/random.hpp"
#include "core/units.hpp"
#include "imaging/ctf.hpp"
#include "imaging/fft.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"

namespace elastem {

inline constexpr ImageGrid test_grid{48, 2.6};

/// An irregular molecule of `atoms` beads with smooth modes (bending, twisting, breathing) of unit norm, the
/// same for every test: a bent chain, so that no two views are alike.
inline ElasticModel bent_chain(Eigen::Index atoms = 120) {
  ElasticModel model;
  model.positions.resize(3, atoms);
  for (Eigen::Index a = 0; a < atoms; ++a) {
    const double t = static_cast<double>(a) / static_cast<double>(atoms);
    model.positions.col(a) << 28 * std::cos(5 * t) + 6 * std::sin(31 * t),
        22 * std::sin(7 * t) * t + 5 * std::cos(23 * t), 30 * (t - 0.5) + 8 * std::sin(17 * t);
  }
  model.positions.colwise() -= model.positions.rowwise().mean().eval();
  model.weights = Eigen::VectorXd::LinSpaced(atoms, 40, 70);
  model.kinds = {{{1.0, 2.5}}};
  const auto add_mode = [&](auto&& displacement) {
    Eigen::Matrix3Xd mode(3, atoms);
    for (Eigen::Index a = 0; a < atoms; ++a)
      mode.col(a) = displacement(Eigen::Vector3d(model.positions.col(a)) / 30);
    model.modes.push_back(mode / mode.norm());
    model.mode_numbers.push_back(7 + static_cast<int>(model.modes.size()) - 1);
  };
  add_mode([](const Eigen::Vector3d& x) { return Eigen::Vector3d(x[2] * x[2], 0, 0); });
  add_mode([](const Eigen::Vector3d& x) { return Eigen::Vector3d(0, x[0] * x[2], x[0] * x[1]); });
  return model;
}

/// 200 Å along each mode.
inline NormalPrior wide_prior(const ElasticModel& model) {
  return {Eigen::VectorXd::Zero(model.mode_count()),
          200.0 * 200 * Eigen::MatrixXd::Identity(model.mode_count(), model.mode_count())};
}

inline Ctf test_ctf() {
  Ctf ctf;
  ctf.defocus_u = 5200, ctf.defocus_v = 4900, ctf.defocus_angle = 20;
  ctf.voltage_kv = 200, ctf.cs_mm = 2, ctf.amplitude_contrast = 0.1;
  return ctf;
}

inline Placement random_placement(std::uint64_t index, double amplitude, double shift) {
  Random random(77, Stream::orientation, index);
  Placement placement;
  placement.amplitudes.resize(2);
  for (auto& amplitude_of_mode : placement.amplitudes)
    amplitude_of_mode = random.uniform(-amplitude, amplitude);
  placement.rotation =
      rotation_matrix(random.uniform(-180, 180), std::acos(random.uniform(-1, 1)) * degrees_per_radian,
                      random.uniform(-180, 180));
  placement.shift = {random.uniform(-shift, shift), random.uniform(-shift, shift)};
  return placement;
}

/// CTF(projection) plus white noise of the standard deviation `noise`.
inline Image particle_image(const ElasticModel& model, const Placement& at, const Ctf& ctf, double noise,
                            std::uint64_t index) {
  const int size = test_grid.size;
  Image image;
  Projector<float>(model, test_grid).project(at.amplitudes, at.rotation, at.shift, image);
  Fft2<float> fft(size);
  Spectrum spectrum;
  fft.forward(image, spectrum);
  const auto transfer = ctf_half_grid(ctf, size, test_grid.pixel_size);
  for (Eigen::Index t = 0; t < spectrum.size(); ++t)
    spectrum.data()[t] *= transfer[static_cast<std::size_t>(t)];
  fft.backward(spectrum, image);
  Random random(78, Stream::noise, index);
  for (auto& pixel : image.reshaped()) pixel += static_cast<float>(noise * random.normal());
  return image;
}

}  // namespace elastem
