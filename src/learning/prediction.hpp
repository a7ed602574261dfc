#pragma once

#include <vector>

#include "imaging/image.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"

namespace elastem {

/// What a network says of one image. It is asked eight times, for the image turned by quarters and mirrored,
/// as one batch of fixed size: the answer of an image therefore depends on nothing else, to the last bit.
struct Prediction {
  /// Mean amplitudes and shift of the eight answers, the likeliest orientation, and the standard errors that
  /// the answers expect of themselves (of a normal distribution of the mean absolute error they give).
  Label best;
  /// Orientations the image may have, likeliest first: centres of the components of all eight answers (turned
  /// back), ranked by the density of the mixture of them all, none within 10° of a likelier one, nor
  /// with less than 0.5 % of it near. At most 24.
  std::vector<Eigen::Matrix3d> orientations;
};

/// `input`: as InputMaker makes it for the network's input size.
Prediction predict_label(Network& network, const Image& input, const LabelScaling& scaling);

}  // namespace elastem
