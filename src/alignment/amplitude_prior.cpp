#include "alignment/amplitude_prior.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Cholesky>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"

namespace elastem {

namespace {

constexpr double nu = AmplitudePrior::tail;

/// 1, x, and the products x_a·x_b, a ≤ b, of every column x of `points`: a row per point. Quadratic forms of
/// all points are then one matrix–vector product, and so are their moments.
Eigen::MatrixXd products(const Eigen::MatrixXd& points) {
  const Eigen::Index k = points.rows();
  Eigen::MatrixXd table(points.cols(), 1 + k + k * (k + 1) / 2);
  table.col(0).setOnes();
  Eigen::Index column = 1 + k;
  for (Eigen::Index a = 0; a < k; ++a) {
    table.col(1 + a) = points.row(a);
    for (Eigen::Index b = a; b < k; ++b) table.col(column++) = points.row(a).cwiseProduct(points.row(b));
  }
  return table;
}

/// x^(−half/2) of values of at least 1.
Eigen::ArrayXd inverse_half_power(const Eigen::ArrayXd& x, int half) {
  const Eigen::ArrayXd inverse = x.inverse();
  Eigen::ArrayXd power = half % 2 == 1 ? inverse.sqrt().eval() : Eigen::ArrayXd::Ones(x.size());
  Eigen::ArrayXd square = inverse;
  for (int n = half / 2; n > 0; n /= 2) {
    if (n % 2 == 1) power *= square;
    square *= square;
  }
  return power;
}

/// log of t_ν's density where d² = 0, for a scale matrix of this determinant.
double log_peak(Eigen::Index modes, double log_determinant) {
  const auto k = static_cast<double>(modes);
  return std::lgamma((nu + k) / 2) - std::lgamma(nu / 2) - 0.5 * k * std::log(nu * std::numbers::pi) -
         0.5 * log_determinant;
}

double log_share(double share) {
  return share > 0 ? std::log(share) : -std::numeric_limits<double>::infinity();
}

}  // namespace

PriorEvidence::PriorEvidence(const AmplitudePrior& prior)
    : prior_(&prior),
      products_(products(prior.points.colwise() - prior.mean)),
      shares_(prior.points.cols(), 4) {}

void PriorEvidence::prepare(Part& part, const Eigen::MatrixXd& width) const {
  const Eigen::Index k = prior_->modes();
  const Eigen::LLT<Eigen::MatrixXd> llt(estimate_.covariance + width);
  require(llt.info() == Eigen::Success, "a usable estimate");
  const double log_determinant = 2 * llt.matrixLLT().diagonal().array().log().sum();
  part.precision = llt.solve(Eigen::MatrixXd::Identity(k, k));
  part.gain = width * part.precision;
  part.left = width - part.gain * width;
  part.log_density = log_peak(k, log_determinant);
}

/// Where the estimate lies in a part about the prior's mean.
void PriorEvidence::place(Part& part, const Eigen::MatrixXd& width) {
  prepare(part, width);
  const Eigen::VectorXd away = estimate_.amplitudes - prior_->mean;
  part.distance = away.dot(part.precision * away);
  part.log_density -= 0.5 * (nu + static_cast<double>(away.size())) * std::log1p(part.distance / nu);
}

/// The coefficients of (q − m)ᵀ·P·(q − m) in the products of m's coordinates.
Eigen::VectorXd PriorEvidence::form(const Eigen::MatrixXd& precision) const {
  const Eigen::Index k = prior_->modes();
  const Eigen::VectorXd away = estimate_.amplitudes - prior_->mean, weighed = precision * away;
  Eigen::VectorXd coefficients(products_.cols());
  coefficients[0] = away.dot(weighed);
  coefficients.segment(1, k) = -2 * weighed;
  Eigen::Index column = 1 + k;
  for (Eigen::Index a = 0; a < k; ++a)
    for (Eigen::Index b = a; b < k; ++b) coefficients[column++] = (a == b ? 1 : 2) * precision(a, b);
  return coefficients;
}

/// Of every point at every width, relative to a density of exp(highest).
void PriorEvidence::fill_shares(Eigen::Index left_out, double highest) {
  const double all = 1 - prior_->normal_share - prior_->background_share;
  const int half_power = AmplitudePrior::tail + static_cast<int>(prior_->modes());
  for (std::size_t h = 0; h < widths_.size(); ++h) {
    const auto column = static_cast<Eigen::Index>(h);
    const double scale = all * prior_->width_shares[column] * std::exp(widths_[h].log_density - highest);
    if (!(scale > 0)) {
      shares_.col(column).setZero();
      continue;
    }
    const Eigen::ArrayXd distances = (products_ * form(widths_[h].precision)).array().max(0);
    shares_.col(column) =
        scale * prior_->weights.array() * inverse_half_power(1 + distances / nu, half_power);
  }
  if (left_out >= 0) shares_.row(left_out).setZero();
}

void PriorEvidence::weigh(const AmplitudeEstimate& estimate, Eigen::Index left_out) {
  estimate_ = estimate;
  for (std::size_t h = 0; h < widths_.size(); ++h) {
    const double width = AmplitudePrior::widths[h];
    prepare(widths_[h], width * width * prior_->error);
  }
  place(normal_, prior_->covariance);
  place(background_, prior_->background);
  const double normal = log_share(prior_->normal_share) + normal_.log_density;
  const double background = log_share(prior_->background_share) + background_.log_density;
  double highest = std::max(normal, background);
  if (prior_->points.cols() > 0)
    for (const auto& part : widths_) highest = std::max(highest, part.log_density);
  fill_shares(left_out, highest);
  normal_.share = std::exp(normal - highest);
  background_.share = std::exp(background - highest);
  const double total = shares_.sum() + normal_.share + background_.share;
  shares_ /= total;
  normal_.share /= total;
  background_.share /= total;
  log_likelihood_ = highest + std::log(total);
}

Eigen::VectorXd PriorEvidence::answer_mean() const {
  const Eigen::VectorXd away = estimate_.amplitudes - prior_->mean;
  Eigen::VectorXd offset = Eigen::VectorXd::Zero(away.size());
  // A part at m takes the estimate q to m + A·(q − m): an offset of (1 − A)·(m − q).
  const auto add = [&](const Part& part, double share, const Eigen::VectorXd& pull) {
    if (share > 0) offset += pull - part.gain * pull;
  };
  for (std::size_t h = 0; h < widths_.size(); ++h) {
    const auto shares = shares_.col(static_cast<Eigen::Index>(h));
    const double share = shares.sum();
    if (share > 0)
      add(widths_[h], share, products_.middleCols(1, away.size()).transpose() * shares - share * away);
  }
  for (const Part* part : {&normal_, &background_}) add(*part, part->share, -part->share * away);
  return estimate_.amplitudes + offset;
}

AmplitudeEstimate PriorEvidence::answer() const {
  const Eigen::Index k = prior_->modes();
  const Eigen::VectorXd away = estimate_.amplitudes - prior_->mean;
  Eigen::VectorXd offset = Eigen::VectorXd::Zero(k);
  Eigen::MatrixXd second = Eigen::MatrixXd::Zero(k, k);
  // `pull` and `spread`: Σ share·(m − q) and Σ share·(m − q)(m − q)ᵀ; `left`: Σ share·E[1/τ], E[1/τ] =
  // (ν+d²)/(ν+K−2).
  const auto add = [&](const Part& part, double left, const Eigen::VectorXd& pull,
                       const Eigen::MatrixXd& spread) {
    const Eigen::MatrixXd kept = Eigen::MatrixXd::Identity(k, k) - part.gain;
    offset += kept * pull;
    second += kept * spread * kept.transpose() + left * part.left;
  };
  const double left_over = nu + static_cast<double>(k) - 2;
  for (std::size_t h = 0; h < widths_.size(); ++h) {
    const Eigen::VectorXd moments =
        products_.transpose() * shares_.col(static_cast<Eigen::Index>(h));  // shares of 0 too
    if (moments.size() == 0 || !(moments[0] > 0)) continue;
    const Eigen::VectorXd first = moments.segment(1, k), pull = first - moments[0] * away;
    Eigen::MatrixXd spread(k, k);
    Eigen::Index column = 1 + k;
    for (Eigen::Index a = 0; a < k; ++a)
      for (Eigen::Index b = a; b < k; ++b) spread(a, b) = spread(b, a) = moments[column++];
    spread -= first * away.transpose() + away * first.transpose() - moments[0] * away * away.transpose();
    const double distances = std::max(0.0, moments.dot(form(widths_[h].precision)));
    add(widths_[h], (nu * moments[0] + distances) / left_over, pull, spread);
  }
  for (const Part* part : {&normal_, &background_}) {
    add(*part, part->share * (nu + part->distance) / left_over, -part->share * away,
        part->share * away * away.transpose());
  }
  return {estimate_.amplitudes + offset, second - offset * offset.transpose()};
}

PriorEvidence::NormalTerms PriorEvidence::normal_terms() const {
  const Eigen::VectorXd away = estimate_.amplitudes - prior_->mean;
  const auto k = static_cast<double>(away.size());
  return {(nu + k) / (nu + normal_.distance), normal_.gain * away, normal_.left};
}

bool usable(const AmplitudeEstimate& estimate) {
  if (!estimate.amplitudes.allFinite() || !estimate.covariance.allFinite()) return false;
  const Eigen::LLT<Eigen::MatrixXd> llt(estimate.covariance);
  return llt.info() == Eigen::Success && llt.rcond() > std::numeric_limits<float>::epsilon();
}

AmplitudeEstimate amplitudes_alone(const FitDetails& fit) {
  const Eigen::Index k = fit.amplitudes.size();
  return {fit.amplitudes, fit.covariance.topLeftCorner(k, k)};
}

ParticleResult moved_by_prior(const ParticleResult& row, const AmplitudeEstimate& answer) {
  require(row.fit.has_value(), "the details of the fit");
  const Eigen::Index k = row.amplitudes.size();
  const Eigen::MatrixXd& joint = row.fit->covariance;
  const AmplitudeEstimate alone = amplitudes_alone(*row.fit);
  // G = C_:q·C_qq⁻¹; its first K rows are the identity.
  Eigen::MatrixXd gain = alone.covariance.llt().solve(joint.topRows(k)).transpose();
  gain.topRows(k).setIdentity();
  const Eigen::VectorXd step = gain * (answer.amplitudes - alone.amplitudes);
  const Eigen::MatrixXd after = joint + gain * (answer.covariance - alone.covariance) * gain.transpose();

  ParticleResult moved = row;
  moved.amplitudes = answer.amplitudes;
  const Eigen::Vector3d turn = step.segment<3>(k) * radians_per_degree;
  moved.euler_angles = euler_angles(rotation_increment(turn) * rotation_matrix(row.pose()));
  moved.shift = row.shift + step.tail<2>();
  moved.standard_errors = after.diagonal().cwiseMax(0).cwiseSqrt();
  return moved;
}

}  // namespace elastem
