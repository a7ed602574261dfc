#pragma once

#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// A length or an angle of the molecule that a user asks for:
///   distance(S1, S2)     between the centres of two selections of atoms (selected_atoms), Å
///   angle(S1, S2, S3)    at the centre of S2, degrees
///   rmsd(FILE)           of the atoms that the model has in common with a structure, after superposition, Å
class MotionCoordinate {
 public:
  /// Throws Error: not understood, no such atoms or file. `model` is of the atoms of `structure`.
  MotionCoordinate(const std::string& text, const Structure& structure, const ElasticModel& model);

  /// As the user wrote it.
  const std::string& text() const { return text_; }
  /// "Å" or "degrees".
  std::string unit() const { return kind_ == Kind::angle ? "degrees" : "Å"; }

  /// The value at amplitudes with their covariance, and its standard error to first order.
  struct Estimate {
    double value = 0, error = 0;
  };
  Estimate at(const Eigen::VectorXd& amplitudes, const Eigen::MatrixXd& covariance) const;

 private:
  enum class Kind { distance, angle, rmsd };
  void parse(const Structure& structure, const ElasticModel& model);
  double value_of(const Eigen::Matrix3Xd& atoms, Eigen::Matrix3Xd& gradient) const;
  Eigen::Vector3d centre_of(const Eigen::Matrix3Xd& atoms, std::size_t group) const;
  double of_centres(const Eigen::Matrix3Xd& centres) const;

  std::string text_;
  Kind kind_ = Kind::distance;
  ElasticModel atoms_;                               ///< the atoms that count
  std::vector<std::vector<Eigen::Index>> groups_{};  ///< of them
  Eigen::Matrix3Xd target_;                          ///< of rmsd
};

}  // namespace elastem
