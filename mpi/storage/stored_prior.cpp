#include "mpi/storage/stored_prior.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace elastem {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void overwrite_all(hid_t file, const char* name, const double* values) {
  const auto dataset = hdf5::open_dataset(file, std::string("prior/") + name);
  hdf5::check(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
              std::string("cannot write prior/") + name);
}

void overwrite(hid_t file, const char* name, double value) {
  overwrite_all(file, name, &value);
}

double value(hid_t file, const char* name) {
  return hdf5::read_value<double>(file, std::string("prior/") + name);
}

// Throws Error unless there are `count` finite values.
Eigen::VectorXd vector(hid_t file, const char* name, Eigen::Index count) {
  const auto values = hdf5::read_values<double>(file, std::string("prior/") + name);
  if (static_cast<Eigen::Index>(values.size()) != count ||
      !std::ranges::all_of(values, [](double each) { return std::isfinite(each); }))
    throw Error(fmt::format("the learnt prior is damaged: /prior/{} does not hold {} numbers", name, count));
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

}  // namespace

void create_stored_prior(hid_t file, std::size_t modes) {
  const std::uint64_t k = modes, most = most_prior_points;
  const auto group = hdf5::make_group(file, "prior");
  const auto make = [&](const char* name, const std::vector<std::uint64_t>& shape, const char* units,
                        const char* description) {
    hdf5::make_dataset(group, name, H5T_IEEE_F64LE, shape, {units, description});
  };
  make("points", {most, k}, "Å", "amplitudes of the points, a row each; rows from point_count on are empty");
  make("weights", {most}, "1", "weights of the points, sum 1");
  make("widths", {AmplitudePrior::widths.size()}, "1", "widths about the points, of an estimate's error");
  make("width_shares", {AmplitudePrior::widths.size()}, "1", "shares of the widths, sum 1");
  make("error", {k, k}, "Å²", "typical covariance of an estimate: width² times it spreads about a point");
  make("mean", {k}, "Å", "of the normal distribution and of the background");
  make("covariance", {k, k}, "Å²", "of the normal distribution");
  make("background", {k, k}, "Å²", "covariance of the background");
  make("normal_share", {1}, "1", "share of the normal distribution");
  make("background_share", {1}, "1", "share of the background; the points have the rest");
  make("point_count", {1}, "1", "number of points");
  make("iterations", {1}, "1", "of expectation-maximisation; 0: no points, a normal distribution");
  make("log_likelihood", {1}, "1", "of all learners, each without its own point");
  make("held_out", {1}, "1", "log-likelihood of each half under the prior learnt from the other");
  make("learners", {1}, "1", "number of particles it was learnt from; 0: none was learnt");
}

bool has_stored_prior(hid_t file) {
  return hdf5::exists(file, "prior/points");
}

void write_stored_prior(hid_t file, const LearntPrior& learnt) {
  const AmplitudePrior& prior = learnt.prior;
  const Eigen::Index count = prior.points.cols();
  require(count <= most_prior_points, "as many points as there is room for");
  overwrite(file, "learners", 0);
  RowMajor points = RowMajor::Zero(most_prior_points, prior.modes());
  points.topRows(count) = prior.points.transpose();
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(most_prior_points);
  weights.head(count) = prior.weights;
  const RowMajor error = prior.error, covariance = prior.covariance, background = prior.background;
  overwrite_all(file, "points", points.data());
  overwrite_all(file, "weights", weights.data());
  overwrite_all(file, "widths", AmplitudePrior::widths.data());
  overwrite_all(file, "width_shares", prior.width_shares.data());
  overwrite_all(file, "error", error.data());
  overwrite_all(file, "mean", prior.mean.data());
  overwrite_all(file, "covariance", covariance.data());
  overwrite_all(file, "background", background.data());
  overwrite(file, "normal_share", prior.normal_share);
  overwrite(file, "background_share", prior.background_share);
  overwrite(file, "point_count", static_cast<double>(count));
  overwrite(file, "iterations", learnt.iterations);
  overwrite(file, "log_likelihood", learnt.log_likelihood);
  overwrite(file, "held_out", learnt.held_out);
  overwrite(file, "learners", static_cast<double>(learnt.learners));
}

std::optional<LearntPrior> read_stored_prior(hid_t file, std::size_t modes) {
  if (!has_stored_prior(file) || !(value(file, "learners") > 0)) return std::nullopt;
  LearntPrior learnt;
  AmplitudePrior& prior = learnt.prior;
  const auto k = static_cast<Eigen::Index>(modes);
  const Eigen::Index most = most_prior_points;
  const auto count = static_cast<Eigen::Index>(
      std::llround(std::clamp(value(file, "point_count"), 0.0, static_cast<double>(most))));
  prior.mean = vector(file, "mean", k);
  prior.points = vector(file, "points", k * most).reshaped(k, most).leftCols(count);
  prior.weights = vector(file, "weights", most).head(count);
  prior.width_shares = vector(file, "width_shares", 4);
  prior.error = vector(file, "error", k * k).reshaped(k, k);
  prior.covariance = vector(file, "covariance", k * k).reshaped(k, k);
  prior.background = vector(file, "background", k * k).reshaped(k, k);
  prior.normal_share = value(file, "normal_share");
  prior.background_share = value(file, "background_share");
  learnt.iterations = static_cast<int>(value(file, "iterations"));
  learnt.log_likelihood = value(file, "log_likelihood");
  learnt.held_out = value(file, "held_out");
  learnt.learners = std::llround(value(file, "learners"));
  return learnt;
}

}  // namespace elastem
