#pragma once

#include <functional>

#include "imaging/image.hpp"
#include "learning/checkpoint.hpp"
#include "learning/network.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// Gives image number i of this rank's validation images and its label; false where it cannot be read.
using ValidationImages = std::function<bool(std::size_t i, Image& input, Label& label)>;

/// Predicts this rank's `count` validation images, and adds what all ranks found to the record and to the
/// errors: mean errors, root mean square errors, and how much too small the expected ones are. NaN and empty
/// when no rank has an image. Collective.
void validate(const Communicator& comm, Network& network, const LabelScaling& scaling,
              const ValidationImages& images, std::size_t count, EpochRecord& record,
              PredictionErrors& errors);

/// Degrees: from a start as near as this a refinement usually arrives.
inline constexpr double found_degrees = 20;

}  // namespace elastem
