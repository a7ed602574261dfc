#pragma once

#include "mpi/run/provenance.hpp"
#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

/// Writes the group /provenance into a file that one rank is making.
void write_provenance(hid_t file, const Provenance& provenance);

/// Reads it back; throws Error when a part is missing.
Provenance read_provenance(hid_t file);

/// Sets /provenance/end to now and /provenance/stages to the beginning of a text that says where the time
/// went, in place.
void write_end(hid_t file, const std::string& stages = {});

/// Stores Provenance::images in a file that has room for it. Not collective.
void write_images(hid_t file, const std::string& images);

}  // namespace elastem
