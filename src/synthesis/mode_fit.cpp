#include "synthesis/mode_fit.hpp"

#include <cmath>

#include <Eigen/Cholesky>

#include "core/error.hpp"

namespace elastem {

ModeFit fit_modes(const ElasticModel& model, const Eigen::Matrix3Xd& atoms) {
  require(atoms.cols() == model.atom_count(), "the atoms are those of the model");
  Eigen::MatrixXd modes(3 * model.atom_count(), model.mode_count());
  for (Eigen::Index k = 0; k < model.mode_count(); ++k)
    modes.col(k) = model.modes[static_cast<std::size_t>(k)].values().reshaped();
  const Eigen::VectorXd displacement = (atoms - model.positions).reshaped();
  ModeFit fit;
  fit.amplitudes = (modes.transpose() * modes).ldlt().solve(modes.transpose() * displacement);
  const double left = (displacement - modes * fit.amplitudes).squaredNorm();
  fit.rmsd = std::sqrt(left / static_cast<double>(model.atom_count()));
  return fit;
}

}  // namespace elastem
