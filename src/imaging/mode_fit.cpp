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

Eigen::VectorXd ModeFitter::projected(const Eigen::Matrix3Xd& atoms) const {
  require(atoms.cols() == model_->atom_count(), "the atoms are those of the model");
  const Eigen::Matrix3Xd displacement = atoms - model_->positions;
  Eigen::VectorXd along(model_->mode_count());
  for (Eigen::Index k = 0; k < along.size(); ++k)
    along[k] = model_->modes[static_cast<std::size_t>(k)].values().cwiseProduct(displacement).sum();
  return products_.solve(along);
}

ModeFit ModeFitter::at(const Eigen::Matrix3Xd& atoms, const Eigen::VectorXd& amplitudes) const {
  const double left = (atoms - model_->deformed(amplitudes)).squaredNorm();
  return {amplitudes, std::sqrt(left / static_cast<double>(model_->atom_count()))};
}

ModeFit ModeFitter::operator()(const Eigen::Matrix3Xd& atoms) const {
  const Eigen::VectorXd linear = projected(atoms);
  return model_->curved() ? (*this)(atoms, linear) : at(atoms, linear);
}

ModeFit ModeFitter::operator()(const Eigen::Matrix3Xd& atoms, const Eigen::VectorXd& start) const {
  if (!model_->curved()) return (*this)(atoms);
  require(atoms.cols() == model_->atom_count(), "the atoms are those of the model");
  constexpr int most_steps = 50, most_halvings = 10;
  constexpr double standstill = 1e-11;  // Å RMSD, of a step
  const double atom_count = static_cast<double>(model_->atom_count());
  ModeFit fit = at(atoms, start);
  for (int i = 0; i < most_steps; ++i) {
    const Eigen::MatrixXd slopes = model_->slopes(fit.amplitudes);
    const Eigen::MatrixXd left = atoms - model_->deformed(fit.amplitudes);
    Eigen::VectorXd step = (slopes.transpose() * slopes).ldlt().solve(slopes.transpose() * left.reshaped());
    ModeFit next = at(atoms, fit.amplitudes + step);
    for (int half = 0; half < most_halvings && !(next.rmsd <= fit.rmsd); ++half) {
      step /= 2;
      next = at(atoms, fit.amplitudes + step);
    }
    if (!(next.rmsd <= fit.rmsd)) break;
    fit = next;
    if (step.norm() <= standstill * std::sqrt(atom_count)) break;
  }
  return fit;
}

ModeFit fit_modes(const ElasticModel& model, const Eigen::Matrix3Xd& atoms) {
  return ModeFitter(model)(atoms);
}

}  // namespace elastem
