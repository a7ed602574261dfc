#pragma once

#include <vector>

#include "imaging/image.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"

namespace elastem {

/// What a network says of one image. It is asked eight times, for the image turned by quarters and mirrored,
/// as one batch of fixed size: the answer of an image therefore depends on nothing else, to the last bit.
struct Prediction {
  Label best;  ///< mean amplitudes and shift of the eight answers, and the likeliest orientation
  /// Orientations the image may have, likeliest first: centres of the components of all eight answers (turned
  /// back), ranked by the density of the mixture of them all, none within 10° of a likelier one. At most 24.
  std::vector<Eigen::Matrix3d> orientations;
};

/// `input`: 32², as InputMaker makes it.
Prediction predict_label(Network& network, const Image& input, const LabelScaling& scaling);

}  // namespace elastem
