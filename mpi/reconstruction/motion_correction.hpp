#pragma once

#include <string>
#include <vector>

#include "imaging/elastic_model.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "reconstruction/central_slices.hpp"
#include "reconstruction/deformation_field.hpp"
#include "selection/row_shares.hpp"

namespace elastem {

/// What a motion-corrected map is made with.
struct MotionCorrection {
  const ElasticModel& model;      ///< of the modes that the result has amplitudes of
  const Eigen::VectorXd& place;   ///< amplitudes of the conformation that the map shows, Å
  const DeformationField& field;  ///< about that conformation
  const Regularisation& regularisation;
  double max_radius = 0;
  /// The rows whose amplitudes are taken for each particle's (shuffled_rows); null: its own.
  const RowMatch* amplitudes = nullptr;
};

/// One of the maps that particles have shares of.
struct OneMap {
  const RowShares& shares;  ///< of this rank's rows of the particle file
  std::size_t set = 0;
  double total = 0;  ///< what the particles' shares sum to
};

/// A match in which each particle of the map has the row of another one of the map, far away in the file:
/// σ(i) = (a·i + b) mod N, i counting the N particles that `poses` has of the map, a about 0.618 N. What is
/// made of those amplitudes has a motion like the particles', but not theirs. Other rows have none. The same
/// on any number of ranks. Collective.
RowMatch shuffled_rows(const Communicator& comm, const PoseSource& poses, const OneMap& map);

/// The mean amplitudes of the particles that `poses` has, each as much as it counts in the map. The same on
/// any number of ranks but for rounding. Collective.
Eigen::VectorXd mean_amplitudes(const Communicator& comm, const PoseSource& poses, const OneMap& map);

/// A conformation as an option says it, e.g. "7=120,8=-30" (assigned_values); `owner` has its modes.
struct PlaceOption {
  std::string name, text, owner;
};

/// Its amplitudes (K, Å), or their mean where nothing is said. Warns where hardly a particle of the map is
/// like that (far_from_particles). Collective. Throws Error.
Eigen::VectorXd chosen_place(const Communicator& comm, const PoseSource& poses, const OneMap& map,
                             const PlaceOption& option);

/// The Σ CTF² of a slab that images were inserted into, as slices. Every rank holds all of it. Collective.
CentralSlices shared_weights(const Communicator& comm, const FourierSlab& slab, double radius);

/// Deformed filtered back-projection: V(x) = Σ_i y_i(P·R_i·(x + u_i(x)) + s_i), y_i the image divided by what
/// all images weigh on its slice (FilteredImage), u_i the displacement of the voxels (DeformationField) from
/// the map's conformation to the particle's, and i the particles that `poses` has, each times its share of
/// the map. A particle of the map's own conformation counts as in an ordinary map. V in units of
/// FourierSlab's volume before the inverse transform is divided, without its envelope. The sums depend on the
/// number of ranks by rounding alone. Collective.
std::vector<double> back_projected(const Communicator& comm, const ParticleSet& set, const PoseSource& poses,
                                   const OneMap& map, const MotionCorrection& correction,
                                   const CentralSlices& weights, bool show_progress);

/// Puts back-projected values into an ordinary map in real space (SlabFft::backward done), softly: its own
/// values stay away from the molecule. Each rank its planes.
void put_in(const std::vector<double>& values, const DeformationField& field, ImageGrid grid, SlabFft& fft);

}  // namespace elastem
