#pragma once

#include <cstdint>
#include <span>

#include "mpi/modes/modes_file.hpp"

namespace elastem {

/// CRC-32 (zlib) of the 3N numbers of a mode, little-endian.
std::uint32_t vector_checksum(std::span<const double> vector);

/// Those of modes that are spread over the ranks by nodes; on every rank. Collective.
VectorChecksums vector_checksums(const Communicator& comm, const NormalModes& modes);

/// Writes them beside the vectors, and at the root the checksum of all other fields and of provenance, but
/// for what is filled in when the file is complete.
void write_checksums(hid_t file, const ModesFile& content, const Provenance& provenance,
                     const VectorChecksums& checksums);

/// Those of a file with so many modes. Throws Error where there is another number.
VectorChecksums read_vector_checksums(hid_t file, std::size_t modes);

/// Throws Error unless the fields, as they were read, are those that were written (of files with a checksum),
/// finite, and of modes that have a number each.
void require_sound(hid_t file, const ModesFile& content);

}  // namespace elastem
