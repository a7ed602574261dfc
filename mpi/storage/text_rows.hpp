#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "mpi/comm/communicator.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

/// Writes a text file of a head and n rows, such as a STAR file, without gathering the rows anywhere: each
/// rank makes the text of an equal share of the rows in blocks, once to learn how long it is and once to
/// write it in its place. `text_of` gives the text of a few consecutive rows with their line ends, the same
/// whenever it is asked; it does not communicate. The file is a NewFile meanwhile. Collective; throws Error
/// when it cannot be written.
void write_text_rows(const Communicator& comm, const std::string& path, const std::string& head,
                     std::int64_t n, const std::function<std::string(Range)>& text_of);

}  // namespace elastem
