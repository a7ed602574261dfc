#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mpi/comm/communicator.hpp"

namespace elastem {

/// A number that rows of one image share (64 bits of FNV-1a of its key), never 0; 0 for no key.
std::uint64_t image_number(std::string_view key);

/// Which rows of a set are copies of an image that another row has, as symmetry expansion makes them.
struct ImageCopies {
  std::vector<std::uint8_t> first;  ///< of this rank's rows: 1 where no earlier row is of its image
  std::int64_t copies = 0;          ///< rows of all ranks that are not the first of their image
};

/// `images`: image_number of this rank's rows, those of lower ranks come before; each 0 is of its own.
/// Collective.
ImageCopies image_copies(const Communicator& comm, std::span<const std::uint64_t> images);

}  // namespace elastem
