#include "learning/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "imaging/pose.hpp"
#include "learning/augmentation.hpp"
#include "learning/network_input.hpp"

namespace elastem {
namespace {

constexpr double distinct_degrees = 10;
constexpr std::size_t most_ranked = 64, most_kept = 24;

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

}  // namespace

Prediction predict_label(Network& network, const Image& input, const LabelScaling& scaling) {
  require(input.rows() == network_input_size && input.cols() == network_input_size, "an input is 32x32");
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
  std::vector<PoseComponent> mixture;
  for (std::size_t i = 0; i < symmetries.size(); ++i) {
    const Answer answer = decode_answer({outputs.data() + i * columns, columns}, scaling);
    for (const PoseComponent& m : answer.components) {
      const Label back = transformed({answer.amplitudes, m.rotation, answer.shift}, inverse(symmetries[i]));
      mixture.push_back({back.rotation, share * m.weight, m.concentration});
    }
    prediction.best.amplitudes += share * answer.amplitudes;
    prediction.best.shift +=
        share *
        transformed({answer.amplitudes, Eigen::Matrix3d::Identity(), answer.shift}, inverse(symmetries[i]))
            .shift;
  }
  prediction.orientations = likeliest(mixture);
  prediction.best.rotation = prediction.orientations.front();
  return prediction;
}

}  // namespace elastem
