#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "core/name_table.hpp"
#include "core/random.hpp"

namespace elastem {

/// How the conformations of a synthetic data set are distributed. The last two come from files.
enum class Relation { helix, linear, clusters, grid, random, half_circle, table, structures };

inline constexpr NamedValue<Relation> relation_names[] = {
    {Relation::helix, "helix"}, {Relation::linear, "linear"},        {Relation::clusters, "clusters"},
    {Relation::grid, "grid"},   {Relation::random, "random"},        {Relation::half_circle, "half-circle"},
    {Relation::table, "table"}, {Relation::structures, "structures"}};
constexpr NameTable<Relation> name_table(Relation) {
  return relation_names;
}

/// Throws Error when the relation has no meaning for this number of modes: a helix winds through three, a
/// half circle lies in two, the others need one.
void require_modes_for(Relation relation, Eigen::Index mode_count);

/// The amplitudes at parameter r in [0, 1] of a relation that is a curve, in Å:
///   helix        q = (−A·r, A·sin πr, A·cos πr), the reference experiment
///   linear       q = A·(2r − 1)·(1, …, 1)/√K: along the diagonal of the modes from −A to A
///   half_circle  q = A·(cos πr, sin πr, 0, …)
Eigen::VectorXd curve_point(Relation relation, double amplitude, Eigen::Index mode_count, double r);

/// Number of clusters of Relation::clusters, all equally likely.
inline constexpr int cluster_count = 3;
/// Their standard deviation along each mode, in units of the amplitude.
inline constexpr double cluster_spread = 0.1;
/// Centre of a cluster in Å: A·(cos 2πj/3, sin 2πj/3, 0, …), or A·(j − 1) when there is one mode.
Eigen::VectorXd cluster_centre(int cluster, double amplitude, Eigen::Index mode_count);

/// Point `index` mod g^K of the lattice with g = `points` ≥ 2 points per mode from −A to A, in Å:
/// q_k = A·(2·j_k/(g − 1) − 1), j_k the digits of the index in base g, the first mode's the last.
Eigen::VectorXd lattice_point(std::uint64_t index, int points, double amplitude, Eigen::Index mode_count);
/// The largest g ≥ 2 with g^K ≤ n, so that n particles visit all of the lattice; 2 where there is none.
int lattice_points_for(std::int64_t n, Eigen::Index mode_count);

/// One conformation of a relation that is drawn: r uniform in [0, 1) on a curve; for clusters a cluster, then
/// one normal deviate per mode; for `random` uniform in [−A, A) in each mode by itself.
Eigen::VectorXd draw_amplitudes(Relation relation, double amplitude, Eigen::Index mode_count, Random& random);

}  // namespace elastem
