#pragma once

#include <array>

#include "imaging/image.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"

namespace elastem {

/// What a network says of one image. It is asked eight times, for the image turned by quarters and mirrored,
/// as one batch of fixed size: the answer of an image therefore depends on nothing else, to the last bit.
struct Prediction {
  Label mean;                 ///< means of the eight; of the rotations the chordal mean
  std::array<Label, 8> each;  ///< turned back: as many hypotheses where the image is ambiguous
};

/// `input`: 32², as InputMaker makes it.
Prediction predict_label(Network& network, const Image& input, const LabelScaling& scaling);

}  // namespace elastem
