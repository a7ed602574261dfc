#include "learning/prediction.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "learning/augmentation.hpp"
#include "learning/network_input.hpp"

namespace elastem {

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

  Prediction prediction;
  prediction.mean.amplitudes.setZero(network.architecture().amplitudes);
  std::array<Eigen::Matrix3d, 8> rotations;
  for (std::size_t i = 0; i < symmetries.size(); ++i) {
    const Label answer = decode_label({outputs.data() + i * columns, columns}, scaling);
    prediction.each[i] = transformed(answer, inverse(symmetries[i]));
    prediction.mean.amplitudes += prediction.each[i].amplitudes / static_cast<double>(symmetries.size());
    prediction.mean.shift += prediction.each[i].shift / static_cast<double>(symmetries.size());
    rotations[i] = prediction.each[i].rotation;
  }
  prediction.mean.rotation = mean_rotation(rotations);
  return prediction;
}

}  // namespace elastem
