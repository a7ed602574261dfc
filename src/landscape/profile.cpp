#include "landscape/profile.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "landscape/blur.hpp"
#include "landscape/grid_deconvolution.hpp"

namespace elastem {

namespace {

constexpr double smoothing = 0.35;  // of the errors
constexpr double wrong_width = 3;   // of the spread of the values
constexpr double band_share = 0.9;  // of the replicates
constexpr double widest_band = 2;   // kT
constexpr std::int64_t few = 64;    // counts from which Poisson is taken for normal

double normal_density(double away, double sd) {
  return std::exp(-0.5 * away * away / (sd * sd)) / (sd * std::sqrt(2 * M_PI));
}

// Poisson of this mean: by products of uniform numbers (Knuth), or rounded normal ones.
double poisson(Random& random, std::int64_t mean) {
  const auto expected = static_cast<double>(mean);
  if (mean >= few) return std::max(0.0, std::round(expected + std::sqrt(expected) * random.normal()));
  const double limit = std::exp(-expected);
  double product = random.uniform();
  int drawn = 0;
  for (; product > limit; ++drawn) product *= random.uniform();
  return drawn;
}

GridDeconvolution deconvolution_of(const NoisyHistogram& histogram) {
  const GridAxis axis = histogram.axis();
  const NoisyHistogram::Moments moments = histogram.moments();
  constexpr int values = NoisyHistogram::value_bins;
  const double value_step = axis.step(values), cell = axis.step(Profile::bins);
  Eigen::MatrixXf likelihoods(values * NoisyHistogram::error_bins, Profile::bins);
  Eigen::VectorXf wrong(likelihoods.rows());
  for (int e = 0; e < NoisyHistogram::error_bins; ++e) {
    const double error = std::hypot(histogram.error(e), cell / std::sqrt(12.0));
    const double broad = std::hypot(histogram.error(e), wrong_width * moments.sd);
    for (int v = 0; v < values; ++v) {
      const double value = axis.low + (v + 0.5) * value_step;
      const Eigen::Index entry = e * values + v;
      wrong[entry] = static_cast<float>(normal_density(value - moments.mean, broad));
      for (int b = 0; b < Profile::bins; ++b)
        likelihoods(entry, b) =
            static_cast<float>(normal_density(value - axis.low - (b + 0.5) * cell, error));
    }
  }
  return {std::move(likelihoods), std::move(wrong)};
}

// The bounds of the middle `band_share` of each row.
void find_band(const Eigen::ArrayXXd& replicates, Profile& profile) {
  const Eigen::Index rows = replicates.rows(), count = replicates.cols();
  profile.low.resize(rows);
  profile.high.resize(rows);
  const auto cut = static_cast<std::size_t>(std::floor((1 - band_share) / 2 * static_cast<double>(count)));
  for (Eigen::Index b = 0; b < rows; ++b) {
    std::vector<double> values(replicates.row(b).begin(), replicates.row(b).end());
    std::ranges::sort(values);
    profile.low[b] = values[cut];
    profile.high[b] = values[values.size() - 1 - cut];
  }
}

// `drawn_entries(r)`: the entries of a replicate.
template <class Drawn>
Profile profile_with_band(const NoisyHistogram& histogram, Eigen::Index replicates, double within,
                          const Drawn& drawn_entries) {
  const GridDeconvolution deconvolution = deconvolution_of(histogram);
  const Eigen::VectorXf counts = histogram.entries(-1);
  require(counts.sum() > 0, "a profile is of some values");
  Profile profile;
  profile.axis = histogram.axis();
  profile.error = histogram.moments().error;
  profile.iterations = deconvolution.held_out_iterations(histogram.entries(0), histogram.entries(1), within);
  const double cell = profile.axis.step(Profile::bins), sigma = std::max(smoothing * profile.error, cell / 2);
  const Eigen::MatrixXd kernel = blur_kernel(Profile::bins, sigma / cell);
  const auto density = [&](const Eigen::VectorXf& entries) -> Eigen::ArrayXd {  // per Å
    const Eigen::VectorXd weights = deconvolution.weights(entries, profile.iterations).cast<double>();
    return (kernel.transpose() * weights).array() / cell;
  };
  profile.density = density(counts);
  if (replicates == 0) return profile;
  Eigen::ArrayXXd drawn(Profile::bins, replicates);
  for (Eigen::Index r = 0; r < replicates; ++r) drawn.col(r) = density(drawn_entries(r));
  find_band(drawn, profile);
  return profile;
}

}  // namespace

NoisyHistogram::NoisyHistogram(GridAxis axis, double least_error, double largest_error, double unit)
    : axis_(axis),
      least_error_(least_error),
      largest_error_(std::max(largest_error, least_error * 1.001)),
      unit_(unit),
      counts_(std::size_t{2} * error_bins * value_bins, 0) {
  require(axis.high > axis.low && least_error > 0, "a range of values, and errors above 0");
}

double NoisyHistogram::error(int bin) const {
  const double step = std::log(largest_error_ / least_error_) / error_bins;
  return least_error_ * std::exp((bin + 0.5) * step);
}

void NoisyHistogram::add(double value, double error, int half, double weight) {
  const double place = std::log(error / least_error_) / std::log(largest_error_ / least_error_) * error_bins;
  const auto e = static_cast<std::size_t>(std::clamp(place, 0.0, error_bins - 1.0));
  const double position = (value - axis_.low) / axis_.step(value_bins);
  const auto v = static_cast<std::size_t>(std::clamp(position, 0.0, value_bins - 1.0));
  counts_[(static_cast<std::size_t>(half) * error_bins + e) * value_bins + v] += std::llround(weight / unit_);
}

Eigen::VectorXf NoisyHistogram::entries(int half) const {
  constexpr Eigen::Index size = Eigen::Index{error_bins} * value_bins;
  Eigen::VectorXf sum = Eigen::VectorXf::Zero(size);
  for (int h = 0; h < 2; ++h)
    for (Eigen::Index i = 0; i < size && (half < 0 || half == h); ++i)
      sum[i] += static_cast<float>(counts_[static_cast<std::size_t>(h * size + i)]);
  return static_cast<float>(unit_) * sum;
}

NoisyHistogram::Moments NoisyHistogram::moments() const {
  const Eigen::VectorXd counts = entries(-1).cast<double>();
  double sum = 0, squares = 0, errors = 0;
  for (Eigen::Index i = 0; i < counts.size(); ++i) {
    const double value = axis_.low + (static_cast<double>(i % value_bins) + 0.5) * axis_.step(value_bins);
    sum += counts[i] * value;
    squares += counts[i] * value * value;
    errors += counts[i] * std::pow(error(static_cast<int>(i / value_bins)), 2);
  }
  const double total = std::max(counts.sum(), 1.0), mean = sum / total;
  return {mean, std::sqrt(std::max(squares / total - mean * mean, 0.0)), std::sqrt(errors / total)};
}

Profile deconvolved_profile(const NoisyHistogram& histogram, int replicates, std::uint64_t seed,
                            double within) {
  return profile_with_band(histogram, replicates, within, [&](Eigen::Index r) {
    Random random(seed, Stream::sampling, static_cast<std::uint64_t>(r));
    Eigen::VectorXf entries = histogram.entries(-1);
    for (float& n : entries)
      if (n > 0) n = static_cast<float>(poisson(random, static_cast<std::int64_t>(n)));
    return entries;
  });
}

Profile deconvolved_profile(const NoisyHistogram& histogram, std::span<const NoisyHistogram> drawn,
                            double within) {
  return profile_with_band(histogram, std::ssize(drawn), within,
                           [&](Eigen::Index r) { return drawn[static_cast<std::size_t>(r)].entries(-1); });
}

EnergyProfile energy_profile(const Profile& profile, double ceiling) {
  const double greatest = profile.density.maxCoeff();
  const auto energy = [&](const Eigen::ArrayXd& density) -> Eigen::ArrayXd {
    return (-(density / greatest).max(1e-300).log()).min(ceiling);
  };
  EnergyProfile answer{energy(profile.density), {}, {}, std::vector<bool>(Profile::bins, true)};
  if (profile.low.size() == 0) return answer;
  answer.low = energy(profile.high);
  answer.high = energy(profile.low);
  for (std::size_t b = 0; b < answer.resolved.size(); ++b) {
    const auto at = static_cast<Eigen::Index>(b);
    answer.resolved[b] = answer.high[at] - answer.low[at] <= widest_band && answer.energy[at] < ceiling;
  }
  return answer;
}

}  // namespace elastem
