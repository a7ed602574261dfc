#include "imaging/twist.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace elastem {

namespace {

/// Terms of a series in −θ² whose n-th coefficient is at most 1/(2n+2)!, such that what is left out at θ = π
/// is below rounding: π²ⁿ/(2n+2)! is 4·10⁻¹⁰ for n = 9, 3·10⁻¹⁹ for n = 14.
template <class Real>
constexpr std::size_t terms = sizeof(Real) == sizeof(float) ? 9 : 14;

/// 1/(2n + first)! of b and c; for their slopes, 2·d/dθ² of the series, −2(n+1)/(2(n+1) + first)!.
template <class Real, int first, int slope>
constexpr std::array<Real, terms<Real>> series() {
  std::array<Real, terms<Real>> coefficients{};
  for (std::size_t n = 0; n < coefficients.size(); ++n) {
    const std::size_t power = n + slope;
    long double factorial = 1;
    for (std::size_t i = 2; i <= 2 * power + first; ++i) factorial *= static_cast<long double>(i);
    coefficients[n] =
        static_cast<Real>((slope == 1 ? -2.0L * static_cast<long double>(power) : 1.0L) / factorial);
  }
  return coefficients;
}

/// Σ_n coefficient_n·(−t)ⁿ.
template <class Values, std::size_t count, class Real>
Values power_series(const Values& t, const std::array<Real, count>& coefficients) {
  Values sum = Values::Constant(t.size(), coefficients.back());
  for (std::size_t n = count - 1; n-- > 0;) sum = coefficients[n] - t * sum;
  return sum;
}

template <class Vectors>
auto dot(const Vectors& a, const Vectors& b) {
  return a.col(0) * b.col(0) + a.col(1) * b.col(1) + a.col(2) * b.col(2);
}

template <class Vectors>
void cross(const Vectors& a, const Vectors& b, Vectors& result) {
  result.resize(a.rows(), 3);
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    result.col(i) = a.col(j) * b.col(k) - a.col(k) * b.col(j);
  }
}

/// A constant vector with one per atom: r × a.
template <class Real, class Vectors>
void cross(const Eigen::Matrix<Real, 3, 1>& r, const Vectors& a, Vectors& result) {
  result.resize(a.rows(), 3);
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    result.col(i) = r[j] * a.col(k) - r[k] * a.col(j);
  }
}

}  // namespace

template <class Real>
void TwistFactors<Real>::compute(const Values& squared_angles) {
  static constexpr auto b_series = series<Real, 2, 0>(), c_series = series<Real, 3, 0>(),
                        b_slope_series = series<Real, 2, 1>(), c_slope_series = series<Real, 3, 1>();
  b = power_series(squared_angles, b_series);
  c = power_series(squared_angles, c_series);
  b_slope = power_series(squared_angles, b_slope_series);
  c_slope = power_series(squared_angles, c_slope_series);
  constexpr Real largest = static_cast<Real>(std::numbers::pi * std::numbers::pi);
  for (Eigen::Index i = 0; i < squared_angles.size(); ++i) {
    const Real t = squared_angles[i];
    if (t <= largest) continue;
    const Real angle = std::sqrt(t), sine = std::sin(angle), cosine = std::cos(angle);
    b[i] = (1 - cosine) / t;
    c[i] = (angle - sine) / (angle * t);
    b_slope[i] = (sine / angle - 2 * b[i]) / t;
    c_slope[i] = (b[i] - 3 * c[i]) / t;
  }
}

template <class Real>
void Twists<Real>::update() {
  factors_.compute(dot(turn, turn));
  cross(turn, shift, once_);
  cross(turn, once_, twice_);
}

template <class Real>
typename Twists<Real>::Vectors Twists<Real>::displacement() const {
  return shift + once_.colwise() * factors_.b + twice_.colwise() * factors_.c;
}

/// r·[W]×v = (r × W)·v turns the rows of J; M = −b[u]× + c((W·u) + W uᵀ − 2u Wᵀ) + (b'/θ)(W × u)Wᵀ +
/// (c'/θ)(W × (W × u))Wᵀ.
template <class Real>
void Twists<Real>::slopes(const Eigen::Matrix<Real, 3, 1>& r, Slopes& result) const {
  const auto& [b, c, b_slope, c_slope] = factors_;
  const auto along_r = [&](const Vectors& a) { return r[0] * a.col(0) + r[1] * a.col(1) + r[2] * a.col(2); };
  Vectors first, second;
  cross(r, turn, first);
  cross(first, turn, second);
  result.along = first.colwise() * b + second.colwise() * c;
  for (int i = 0; i < 3; ++i) result.along.col(i) += r[i];
  cross(r, shift, first);
  const Values along_turn = b_slope * along_r(once_) + c_slope * along_r(twice_) - 2 * c * along_r(shift);
  const Values along_shift = c * along_r(turn), straight = c * dot(turn, shift);
  result.about = turn.colwise() * along_turn + shift.colwise() * along_shift - first.colwise() * b;
  for (int i = 0; i < 3; ++i) result.about.col(i) += r[i] * straight;
}

template struct TwistFactors<float>;
template struct TwistFactors<double>;
template class Twists<float>;
template class Twists<double>;

}  // namespace elastem
