#pragma once

#include <span>
#include <vector>

namespace elastem {

/// How a Fourier volume of side 2S is divided by its weights W = Σ CTF², so that the gain stays bounded where
/// the CTF vanishes: V = Σ CTF·Y · gain(r, W).
class Regularisation {
 public:
  /// gain = 1/(W + share·ρ(r)), ρ(r) = images/(8·max(r, 1)) the weight that images without a CTF would give
  /// at radius r (an image holds ¼ term per cell of its plane): 0.001 bounds the gain where |CTF| falls below
  /// 0.03.
  Regularisation(double share, double images) : share_(share * images) {}
  /// Wiener's, of what the halves of the data agree to: 1/(W + W̄/SSNR) as RELION has it, W̄ the mean weight of
  /// a shell of the S grid and SSNR = 2·FSC/(1 − FSC) that of all data, FSC between what that of nothing
  /// scatters by, 1/√(2πs²), and 0.999. In two parts: gain weighs the terms of a shell against each other and
  /// leaves their noise at the level of 1/W̄, `filter` takes down the shell of the finished map. At once, the
  /// noise of the stronger shells would leak into the weaker ones where the volume is cut to the box.
  Regularisation(const std::vector<double>& correlation, std::vector<double> mean_weights);

  /// At a radius in cells of the 2S grid; 0 where nothing is known.
  double gain(double radius, double weight) const;

  /// SSNR/(1 + SSNR) of the shells 0 … S/2; empty: none to apply.
  const std::vector<double>& filter() const { return filter_; }

 private:
  double share_ = 0;
  std::vector<double> means_, added_, filter_;  ///< of the shells of the S grid; empty: a share of ρ
};

/// Sums of the weights of a Fourier volume over the shells 0 … S/2 of the S grid, to be added over ranks.
struct WeightSums {
  explicit WeightSums(int size);
  std::vector<double> weights, terms;

  std::vector<double> means() const;
};

/// Adds whole planes from z = `first` on of the half volume of side 2S.
void add_weights(WeightSums& sums, int side, int first, std::span<const double> weights);

}  // namespace elastem
