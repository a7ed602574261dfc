#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "imaging/atom_model.hpp"
#include "modes/normal_modes.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "structure/structure.hpp"

namespace elastem {

/// What modes.h5 holds.
struct ModesFile {
  std::string path = "the modes file";  ///< where it was read from, for messages
  Structure structure;                  ///< centred on the centre of mass
  Eigen::Vector3d centre;               ///< Å, what was taken off the positions of the input
  NormalModes modes;
  bool curved = false;      ///< whether the file has rotations; as read
  Eigen::VectorXd weights;  ///< density of each atom, electrons: that of Gaussian ones
  AtomModel atom_model;     ///< their shape in images
  std::string atoms;        ///< "all", "ca" or "pseudoatoms"
  double cutoff = 8;        ///< Å
};

/// Writes modes that are spread over the ranks by nodes. `content.modes` is the same on every rank but for
/// its vectors and, where motion is curved, rotations, of which each rank gives the rows of the nodes
/// first_node … (none is fine too); everything else is rank 0's. /modes/vectors and /modes/rotations are
/// written in parallel, mode by mode, a chunk being one mode of at most
/// 131,072 nodes (3 MiB), so that no rank needs more than its rows. The file appears under its name when it
/// is complete. Collective. Throws Error when the file cannot be created or the disk is full.
void write_modes(const Communicator& comm, const std::string& path, const ModesFile& content,
                 std::int64_t first_node, const Provenance& provenance);

/// A modes file without its vectors and rotations (which have no rows): memory O(nodes + modes). Not
/// collective. Throws Error naming the file and what is missing or damaged in it.
ModesFile read_modes_table(const std::string& path);

/// "crc32 bytes" of what amplitudes depend on: mode numbers, eigenvalues, positions, weights and whether
/// motion is curved. The same for modes that the same command makes again. Not collective. Throws Error.
std::string modes_content(const std::string& path);

/// How a modes file came about. Not collective. Throws Error.
Provenance modes_provenance(const std::string& path);

/// CRC-32 of the vector and of the rotations of each mode; empty in files of older programs.
struct VectorChecksums {
  std::vector<std::uint32_t> vectors, rotations;
};

/// The vectors and rotations of a modes file, read one by one from a file that is opened once. Not
/// collective.
class ModeReader {
 public:
  /// Throws Error when the file holds no modes.
  explicit ModeReader(const std::string& path);

  /// The vector of mode `number`: 3N entries x1 y1 z1 x2 … Throws Error that names the modes that are there,
  /// and where the vector is not what was written.
  Eigen::VectorXd read(int number) const;
  /// The same into memory of 3N numbers.
  void read(int number, std::span<double> vector) const;

  /// Whether the file has rotations: motion is curved.
  bool curved() const { return rotations_.has_value(); }
  /// The rotations of mode `number`, 3N numbers likewise, radians per Å; of a file of curved motion.
  void read_rotation(int number, std::span<double> rotation) const;

 private:
  void read(hid_t dataset, const std::vector<std::uint32_t>& checksums, int number,
            std::span<double> vector) const;

  std::string path_;
  hdf5::Handle file_, vectors_;
  std::optional<hdf5::Handle> rotations_;
  std::vector<int> numbers_;
  VectorChecksums checksums_;
  std::size_t entries_ = 0;
};

/// For messages: mode `number` is not among those of the file at `path`, and what to do.
std::string no_such_mode(int number, const std::vector<int>& numbers, const std::string& path);

}  // namespace elastem
