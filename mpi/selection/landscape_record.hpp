#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mpi/run/provenance.hpp"

namespace elastem {

/// What landscape.json in the folder of a landscape says of it: which particles its particles.csv tells of,
/// and which files the program made there. It is the last file that a run writes and the first that the next
/// one removes: a folder without it is not whole.
struct LandscapeRecord {
  std::string result;               ///< the table of results, as the user named it
  std::int64_t rows = 0;            ///< of it, hence of particles.csv
  std::vector<std::string> images;  ///< fingerprints of its stacks, as provenance has them (stacks_of)
  std::string rows_fingerprint;     ///< of particles.csv
  std::vector<std::string> files;   ///< names in the folder
};

/// The fingerprints of the images in a provenance: "stack", and where there are more of them "stacks".
std::vector<std::string> stacks_of(const Provenance& provenance);

/// Where particles.csv and landscape.json of a landscape stand.
std::string landscape_rows_path(const std::string& folder);
std::string landscape_record_path(const std::string& folder);

/// Writes it, with the fingerprint of particles.csv as it is now. Throws Error.
void write_landscape_record(const std::string& folder, LandscapeRecord record);

/// Reads it; none where there is no such file. Throws Error for one that is damaged.
std::optional<LandscapeRecord> read_landscape_record(const std::string& folder);

/// Whether `elastem landscape` gives a file such a name.
bool is_landscape_file(const std::string& name);

/// The files in a folder that a landscape made there: those of its record that are still there, or, of
/// versions that wrote none, those with such names where index.html is the page of a landscape.
std::vector<std::string> files_of_landscape(const std::string& folder);

}  // namespace elastem
