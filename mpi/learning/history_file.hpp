#pragma once

#include <string>
#include <vector>

#include "learning/checkpoint.hpp"

namespace elastem {

/// Writes the history of a training beside its network: /history of the HDF5 file holds one data set per
/// column of EpochRecord, one row per epoch, with units; the picture shows losses, errors of the validation
/// particles and learning rate against the images seen. Both are written under temporary names and renamed,
/// so that a crash leaves the old or the new one. Nothing is written of an empty history. One rank only.
/// Throws Error when a file cannot be written.
void write_history(const std::string& network, const std::vector<EpochRecord>& history);

}  // namespace elastem
