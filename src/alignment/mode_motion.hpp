#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/row_slices.hpp"
#include "imaging/particle.hpp"

namespace elastem {

/// Whether a mode moves; the codes are those of /fit/mode_verdict.
enum class MotionVerdict {
  not_seen = -1,  ///< the images say less of the mode than the prior with which they were fitted
  does_not_move = 0,
  moves = 1,
};

/// What all particles say of one mode. Å as an amplitude: the RMSD is that over √N, N atoms.
struct ModeMotion {
  double mean = 0;    ///< of the estimates q_k
  double spread = 0;  ///< their standard deviation
  double error = 0;   ///< root of the mean of their variances C_kk
  double motion = 0;  ///< √max(0, V), V the variance of the truth: what errors do not explain of the spread
  double motion_error = 0;  ///< √(max(0, V) + s) − √max(0, V), s the standard error of V: s/2√V where V ≫ s
  MotionVerdict verdict = MotionVerdict::not_seen;
};

struct MotionSummary {
  std::int64_t particles = 0;
  std::vector<ModeMotion> modes;  ///< empty where particles are too few
};

/// How far each mode moves: the variance V about their mean μ of the true amplitudes of a mode, from the
/// estimates q_i that images alone give and their variances C_i, in a few passes over the particles.
///
/// Counted from the mean of the prior N(m, D) with which it was made, an estimate is q = s·(truth + e·error),
/// s = 1 − C/D, e² = C/s: it has the mean sμ and the variance v = s²V + sC. So V is where
///   Σ min(r_i², c²v_i)/b = Σ v_i, r_i = q_i − s_iμ,
/// that is V = Σ (min(r², c²v)/b − sC)/Σ s². Without the limit (c = ∞, b = 1) and for equal C_i this is what
/// learnt_normal has. No particle counts as further off than c = 2.5 of its own standard deviations, however
/// far its fit went astray (Huber's proposal 2); b = E[min(z², c²)] = 0.978 keeps normal distributions right.
/// Distributions without long tails (a path, uniform, two states of similar populations) hardly change; what
/// few particles do counts less, so that `spread` may be much more than V and the errors. The standard error
/// of V is that of the mean of these terms, from their sample variance, over the share of them, 1 − c²f/b,
/// that the limit does not tie to V (f: the share of particles beyond it).
///
/// A mode moves where V > (e/2)² + 3.3 standard errors, e² = Σ sC/Σ s² the mean error's variance before the
/// prior. 3.3 is 99.9 % of a normal distribution. The quarter is for error bars that are too small, by which
/// any rigid molecule would move if only there were images enough: it allows for pulls of 1.12 (those of
/// images whose pose was found are 1.0 to 1.1), or for an eighth of the poses wrong: measured on rigid sets,
/// particles of wrong poses have V of 1 to 2 e². They lie hardly beyond 2.5 standard deviations, so that
/// the limit alone does not help against them. It is taken off V rather than C being made larger, which would
/// change the figures of modes that do move. What is allowed for and what is random add up, as both may be
/// there at once.
///
/// A mode of which the mean C is more than D/2 is not seen: mostly the prior speaks.
class MotionTally {
 public:
  /// Of a table of `slices.rows` rows. m: `prior_mean`, K in Å; √D: `prior_widths`, infinite where there was
  /// no prior.
  MotionTally(RowSlices slices, Eigen::VectorXd prior_mean, const Eigen::VectorXd& prior_widths);

  /// A particle, in each pass the same ones; one whose amplitudes or variances are not finite and positive
  /// is left out. Rows in ascending order are fastest.
  void add(std::int64_t row, const FitDetails& fit);
  /// What is to be added element by element over ranks before `another_pass`. As each slice is one rank's,
  /// the sums have the same bits on any number of ranks.
  std::span<double> sums() { return sums_; }
  /// Ends a pass: whether another one is needed, for which the sums begin at 0.
  bool another_pass();
  /// After the last pass. Without modes for fewer than 20 particles.
  MotionSummary summary() const;

 private:
  struct Estimate {
    double mean = 0, variance = 0, variance_error = 0;     // μ, V, its standard error
    double raw_mean = 0, raw_variance = 0, raw_error = 0;  // of q, and the mean C
    double noise = 0;                                      // Σ sC/Σ s²
  };
  std::vector<double> totals() const;
  bool update(Estimate& estimate, std::span<const double> terms) const;

  RowSlices slices_;
  Eigen::VectorXd prior_mean_, prior_variances_;
  std::vector<Estimate> estimates_;
  std::vector<double> sums_;  // of each slice: particles, then the terms of each mode
  double particles_ = 0;
  int passes_ = 0, slice_ = 0;
};

/// A heading and at most `most` lines, one per mode; where modes are more, the last line counts the rest. As
/// RMSD in Å for `atoms` atoms, as amplitudes where `atoms` is 0. `numbers`: of the modes; most > 0.
std::vector<std::string> motion_table(const MotionSummary& summary, const std::vector<int>& numbers,
                                      double atoms, std::size_t most);

/// The standard deviation (Å) of a motion that would be called one in 95 of 100 sets.
double least_seen(const ModeMotion& mode);

/// E.g. "modes 7,8 move; 9 does not; nothing is seen of 15,16", or "no mode moves: the molecule looks
/// rigid (a motion of 4.1 Å or more would have been seen)", with atoms > 0 as RMSD; where that is more than
/// an image's error it says that particles are too few to call the molecule rigid.
std::string motion_sentence(const MotionSummary& summary, const std::vector<int>& numbers, double atoms);

}  // namespace elastem
