#pragma once

#include <complex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "reconstruction/half_correlation.hpp"

namespace elastem {

/// Mean amplitudes per shell 0 … S/2 of a half volume; the sums to be added over ranks.
struct ShellAmplitudes {
  explicit ShellAmplitudes(int side);
  int side;
  std::vector<double> sums, counts;

  /// ln(⟨|F|⟩/S³) per shell; `no_amplitude` where that is 0.
  std::vector<double> logarithms() const;
  static constexpr double no_amplitude = -99;
};

void add_amplitudes(ShellAmplitudes& amplitudes, int first_plane,
                    std::span<const std::complex<double>> terms);

/// √(2·FSC/(1 + FSC)), by which a map of both halves correlates best with the true one (Rosenthal & Henderson
/// 2003); 0 from the first shell on where the correlation vanishes, and 1 in shell 0, the mean.
std::vector<double> correlation_weights(const std::vector<double>& correlation);

/// A straight line through a Guinier plot: ln amplitude = intercept + slope/d².
struct GuinierLine {
  double slope = 0, intercept = 0, correlation = 0;

  /// The B-factor in Å² that levels it: negative where amplitudes fall.
  double b_factor() const { return 4 * slope; }
};

/// By least squares over the shells from 10 Å to `resolution`. None when those are fewer than three.
std::optional<GuinierLine> guinier_line(const std::vector<double>& logarithms, ImageGrid grid,
                                        double resolution);

/// How a map was made from two half maps.
struct Postprocessing {
  ImageGrid grid;
  std::string first, second, mask;  ///< files; no mask: empty
  HalfCorrelation curves;
  double resolution = 0;            ///< Å, where the best of the curves falls below 0.143
  double b_factor = 0;              ///< Å², applied as exp(−B/(4d²)): negative sharpens
  bool given = false;               ///< by the user
  std::optional<GuinierLine> line;  ///< that it is of
  std::vector<double> original, weighted, sharpened;  ///< ln amplitude per shell of the mean of the halves

  bool sharpens() const { return b_factor != 0; }
};

/// What to apply to a map of which `original` and `curves` are known: fills in `resolution`, `weighted`,
/// `line` and, unless it is given, `b_factor`: the line's, but 0 where there is none or it would blur.
void choose_sharpening(Postprocessing& processing);

/// What a term at `radius` (cells of the S grid) in shell `shell` is multiplied by: correlation weight and
/// B-factor, and with `low_pass` a raised cosine two shells wide about the resolution.
class PostprocessFilter {
 public:
  explicit PostprocessFilter(const Postprocessing& processing);
  double sharpening(double radius, std::size_t shell) const;
  double low_pass(double radius) const;

 private:
  std::vector<double> weights_;
  double exponent_, limit_;
};

}  // namespace elastem
