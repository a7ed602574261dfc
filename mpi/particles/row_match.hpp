#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mpi/comm/communicator.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

/// The rows of a particle file or of a table with the keys of their images (particle_key).
struct KeyedRows {
  std::string path;  ///< for messages
  std::int64_t size = 0;
  bool keyed = true;  ///< tables of version 0.1.0 have no keys
  /// Keys of rows first … first+count−1, "" of a row that was not written yet. Any rank, independent.
  std::function<std::vector<std::string>(std::int64_t first, std::int64_t count)> keys;
};

/// Which rows of a second file show the images of a first one's rows.
struct RowMatch {
  static constexpr std::int64_t none = -1;

  Range rows;                                          ///< of the first file: this rank's part
  std::vector<std::int64_t> others;                    ///< the second file's row of each, or `none`
  bool in_order = false;                               ///< row i is row i, for all rows of the first file
  std::int64_t matched = 0;                            ///< rows of the first file that have one, of all ranks
  std::int64_t missing = 0;                            ///< those that have none
  std::int64_t unselected = 0;                         ///< those that have one which is not wanted: `none`
  std::int64_t unused = 0;                             ///< rows of the second file that match none
  std::vector<std::string> missing_keys, unused_keys;  ///< of the first few, as their own file names them
  std::string stack;  ///< what the first file calls the stack of the second's first row; empty: it has none

  /// The second file's rows of `block`, which lies within `rows`.
  std::span<const std::int64_t> of(Range block) const;
};

/// Matches rows by their keys; stacks that the files name from different folders are brought together by
/// matched_stacks. Where several rows of the first file show one image, the k-th of them gets the k-th row of
/// that image in the second, or its only one. Equal order is found by looking at the keys once; else the
/// keys' 128-bit hashes meet on one rank each, with O(rows/ranks) memory. `part`: the rows of the first file
/// that this rank wants to know of; the parts of the ranks are consecutive and together all rows. Without
/// keys rows match by their order when there are equally many. Collective. Throws Error, naming both files:
/// no image in common, stacks that cannot be told apart, no keys and another number of rows. With
/// `accept_mismatch` files of equally many rows match by order where they have no image in common.
RowMatch match_rows(const Communicator& comm, const KeyedRows& first, Range part, const KeyedRows& second,
                    bool accept_mismatch = false);

}  // namespace elastem
