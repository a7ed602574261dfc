#include "learning/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/pose.hpp"
#include "learning/augmentation.hpp"

namespace elastem {
namespace {

constexpr double distinct_degrees = 10, blur_degrees = 6;
/// Variance of a normal distribution of mean absolute deviation 1.
constexpr double normal_variance = std::numbers::pi / 2;
constexpr double least_mass = 0.005;
constexpr std::size_t most_ranked = 64, most_kept = 24;

/// A mixture blurred by `blur_degrees` about each axis: how much of it lies near an orientation counts, not
/// how sharply it peaks there.
std::vector<PoseComponent> blurred(std::vector<PoseComponent> mixture) {
  const double blur = blur_degrees * radians_per_degree;
  for (PoseComponent& m : mixture) m.concentration = 1 / (1 / m.concentration + 2 * blur * blur);
  return mixture;
}

/// Centres of a mixture by its density there, likeliest first. Only the components that are highest by
/// themselves are looked at.
std::vector<Eigen::Matrix3d> likeliest(const std::vector<PoseComponent>& mixture) {
  std::vector<double> peak;
  for (const PoseComponent& m : mixture)
    peak.push_back(std::log(m.weight) + log_peak_density(m.concentration));
  const auto by = [](const std::vector<double>& values) {
    return [&values](std::size_t a, std::size_t b) { return values[a] > values[b]; };
  };
  std::vector<std::size_t> order(mixture.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), by(peak));
  order.resize(std::min(order.size(), most_ranked));
  std::vector<double> density(mixture.size(), 0.0);
  for (const std::size_t i : order)
    for (std::size_t j = 0; j < mixture.size(); ++j) {
      const double trace = (mixture[i].rotation.transpose() * mixture[j].rotation).trace();
      density[i] += std::exp(peak[j] + mixture[j].concentration * (trace - 3));
    }
  std::stable_sort(order.begin(), order.end(), by(density));
  std::vector<Eigen::Matrix3d> kept;
  for (const std::size_t i : order) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Eigen::Matrix3d& other) {
      return rotation_distance(other, mixture[i].rotation) < distinct_degrees;
    });
    if (!known && kept.size() < most_kept) kept.push_back(mixture[i].rotation);
  }
  return kept;
}

/// Drops orientations about which hardly any of the mixture lies: each component counts for the nearest one.
void drop_unlikely(const std::vector<PoseComponent>& mixture, std::vector<Eigen::Matrix3d>& orientations) {
  std::vector<double> mass(orientations.size(), 0.0);
  for (const PoseComponent& m : mixture) {
    std::size_t nearest = 0;
    double largest = -2;  // of the trace, −1 … 3
    for (std::size_t i = 0; i < orientations.size(); ++i) {
      const double trace = (orientations[i].transpose() * m.rotation).trace();
      if (trace > largest) {
        largest = trace;
        nearest = i;
      }
    }
    mass[nearest] += m.weight;
  }
  std::size_t kept = 1;  // the likeliest stays
  for (std::size_t i = 1; i < orientations.size(); ++i)
    if (mass[i] >= least_mass) orientations[kept++] = orientations[i];
  orientations.resize(kept);
}

/// Root mean square angle about each of three axes between a mixture's orientations and one, in degrees: a
/// component of concentration κ has the variance 1/2κ about each.
double spread(const std::vector<PoseComponent>& mixture, const Eigen::Matrix3d& rotation) {
  double variance = 0;
  for (const PoseComponent& m : mixture) {
    const double angle = rotation_distance(m.rotation, rotation) * radians_per_degree;
    variance += m.weight * (angle * angle / 3 + 1 / (2 * m.concentration));
  }
  return std::sqrt(variance) * degrees_per_radian;
}

}  // namespace

Prediction predict_label(Network& network, const Image& input, const LabelScaling& scaling) {
  require(static_cast<std::size_t>(input.size()) == network.input_pixels(), "an input of another size");
  const auto symmetries = image_symmetries();
  const auto pixels = static_cast<std::size_t>(input.size());
  std::vector<float> batch(symmetries.size() * pixels);
  for (std::size_t i = 0; i < symmetries.size(); ++i) {
    const Image turned = transformed(input, symmetries[i]);
    std::copy_n(turned.data(), pixels, batch.data() + i * pixels);
  }
  const std::vector<float> outputs = network.predict(batch);
  const std::size_t columns = network.output_count();

  constexpr double share = 1.0 / 8;
  Prediction prediction;
  prediction.best.amplitudes.setZero(network.architecture().amplitudes);
  Eigen::ArrayXd amplitude_variance = Eigen::ArrayXd::Zero(network.architecture().amplitudes);
  double shift_variance = 0;
  std::vector<PoseComponent> mixture;
  for (std::size_t i = 0; i < symmetries.size(); ++i) {
    const Answer answer = decode_answer({outputs.data() + i * columns, columns}, scaling);
    for (const PoseComponent& m : answer.components) {
      const Label back =
          transformed({answer.amplitudes, m.rotation, answer.shift, {}}, inverse(symmetries[i]));
      mixture.push_back({back.rotation, share * m.weight, m.concentration});
    }
    prediction.best.amplitudes += share * answer.amplitudes;
    amplitude_variance += share * normal_variance * answer.amplitude_errors.array().square();
    shift_variance += share * normal_variance * answer.shift_errors.squaredNorm() / 2;
    prediction.best.shift +=
        share * transformed({answer.amplitudes, Eigen::Matrix3d::Identity(), answer.shift, {}},
                            inverse(symmetries[i]))
                    .shift;
  }
  prediction.orientations = likeliest(blurred(mixture));
  drop_unlikely(mixture, prediction.orientations);
  prediction.best.rotation = prediction.orientations.front();
  prediction.best.errors = {amplitude_variance.sqrt(), spread(mixture, prediction.best.rotation),
                            std::sqrt(shift_variance)};
  return prediction;
}

}  // namespace elastem
