#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "landscape/landscape.hpp"
#include "modes/rigid_domains.hpp"
#include "report/molecule_frames.hpp"

namespace elastem {

/// The molecule that a landscape is of.
struct MovingMolecule {
  const Structure& structure;  ///< its places as `model` has them
  Eigen::Vector3d centre;      ///< Å, what was taken off the input's places: files have it again
  const ElasticModel& model;
};

/// What the principal motion, from the first frame of the trajectory to its last, does to the residues.
struct ResidueMotion {
  std::vector<double> displacements;  ///< Å, of each atom's residue: root mean square over its atoms
  std::vector<RigidDomain> domains;   ///< places in the input's frame
};

/// Of at least one frame. A pure function.
ResidueMotion residue_motion(const MovingMolecule& molecule, const std::vector<TrajectoryFrame>& frames);

/// A motion as a page shows it: the trajectory, or a path between states.
struct Movie {
  std::string name, file;
  MoleculeFrames frames;
};

struct MotionFiles {
  ResidueMotion motion;
  std::vector<Movie> movies;       ///< the trajectory, then the paths
  std::vector<std::string> files;  ///< names of all that was written
};

/// Writes into a folder, in the frame of the input structure: trajectory.pdb of the frames, states.pdb, and a
/// path_FROM_TO.pdb of each path, with the residues' displacements in place of B-factors; beside each
/// trajectory a script for ChimeraX (.cxc) and one for PyMOL (.pml) that play it there and back, coloured by
/// displacement; residues.csv and domains.csv. Where motion is curved bonds that it strains are restored.
/// Throws Error.
MotionFiles write_motion_files(const std::filesystem::path& folder, const MovingMolecule& molecule,
                               const Landscape& landscape);

/// "path_1_2" of a path between states, "chosen_path_1" of one that a user chose.
std::string path_name(const StatePath& path);

/// The paths as CSV: path, frame, free energy [kT] and its band, components [Å], amplitudes [Å] of the modes.
std::string paths_csv(const Landscape& landscape, const std::vector<int>& modes);

/// Residues as ranges of their numbers, e.g. "A 1-120,161-214; B 1-20".
std::string residue_ranges(const Structure& structure, const std::vector<std::size_t>& residues);

}  // namespace elastem
