#include "imaging/mode_fit.hpp"

#include <cmath>

#include "core/error.hpp"

namespace elastem {

ModeFitter::ModeFitter(const ElasticModel& model) : model_(&model) {
  const Eigen::Index modes = model.mode_count();
  Eigen::MatrixXd products(modes, modes);
  for (Eigen::Index k = 0; k < modes; ++k)
    for (Eigen::Index l = 0; l <= k; ++l) {
      const auto &one = model.modes[static_cast<std::size_t>(k)],
                 &other = model.modes[static_cast<std::size_t>(l)];
      products(k, l) = products(l, k) = one.values().cwiseProduct(other.values()).sum();
    }
  products_.compute(products);
}

ModeFit ModeFitter::operator()(const Eigen::Matrix3Xd& atoms) const {
  require(atoms.cols() == model_->atom_count(), "the atoms are those of the model");
  const Eigen::Matrix3Xd displacement = atoms - model_->positions;
  Eigen::VectorXd along(model_->mode_count());
  for (Eigen::Index k = 0; k < along.size(); ++k)
    along[k] = model_->modes[static_cast<std::size_t>(k)].values().cwiseProduct(displacement).sum();
  ModeFit fit;
  fit.amplitudes = products_.solve(along);
  const double left = (atoms - model_->deformed(fit.amplitudes)).squaredNorm();
  fit.rmsd = std::sqrt(left / static_cast<double>(model_->atom_count()));
  return fit;
}

ModeFit fit_modes(const ElasticModel& model, const Eigen::Matrix3Xd& atoms) {
  return ModeFitter(model)(atoms);
}

}  // namespace elastem
