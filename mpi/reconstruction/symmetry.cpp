#include "mpi/reconstruction/symmetry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "mpi/reconstruction/image_insertion.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

constexpr std::size_t batch_terms = 1 << 18;  // that are sent together

// A term of a half volume as a sample, x ≥ 0.
struct Term {
  std::int16_t x, y, z;
  float weight;
  std::complex<float> value;
};

// The terms of this rank that hold something, one of each pair of Friedel mates.
std::vector<Term> terms_of(const FourierSlab& slab) {
  std::vector<Term> terms;
  const int side = slab.side();
  for_each_term(side, slab.first(), slab.weights().size(), [&](std::size_t i, int x, int y, int z) {
    const bool mate = x == 0 && (z < 0 || (z == 0 && y < 0));
    // The outermost planes stand for both signs, and lie beyond what is kept.
    const bool outermost = 2 * x == side || 2 * y == side || 2 * z == side;
    if (mate || outermost || !(slab.weights()[i] > 0)) return;
    terms.push_back({static_cast<std::int16_t>(x), static_cast<std::int16_t>(y), static_cast<std::int16_t>(z),
                     static_cast<float>(slab.weights()[i]), std::complex<float>(slab.values()[i])});
  });
  return terms;
}

// A term at its turned place, with its mate where that is needed to interpolate up to x = 0.
void append_turned(const Term& term, const Eigen::Matrix3d& rotation, int side,
                   std::vector<FourierSample>& samples) {
  const Eigen::Vector3d place = rotation * Eigen::Vector3d(term.x, term.y, term.z);
  if (place.cwiseAbs().maxCoeff() >= side / 2 - 1) return;  // beyond the sphere that is kept
  FourierSample sample, mate;
  sample.x = static_cast<float>(place.x());
  sample.y = static_cast<float>(place.y());
  sample.z = static_cast<float>(place.z());
  sample.value = term.value;
  sample.weight = term.weight;
  mate = sample;
  mate.x = -sample.x;
  mate.y = -sample.y;
  mate.z = -sample.z;
  mate.value = std::conj(sample.value);
  if (sample.x < 0) std::swap(sample, mate);
  samples.push_back(sample);
  if (sample.x < 1 && (term.x != 0 || term.y != 0 || term.z != 0)) samples.push_back(mate);
}

// Bit a is set where the rotation takes the grid to whole places along axis a.
int exact_axes(const Eigen::Matrix3d& rotation) {
  int axes = 0;
  for (int a = 0; a < 3; ++a)
    if (rotation.row(a) == rotation.row(a).array().round().matrix()) axes |= 1 << a;
  return axes;
}

}  // namespace

void symmetrise(const Communicator& comm, const SlabFft& fft, const PointGroup& group, FourierSlab& slab) {
  if (group.order() == 1) return;
  require(fft.side() < 1 << 15, "places of 16 bits");
  std::vector<Term> terms;
  collectively(comm, [&] { terms = terms_of(slab); });
  const std::size_t most = comm.max(terms.size());
  std::vector<FourierSample> samples;
  for (const Eigen::Matrix3d& rotation : group.rotations) {
    if (rotation == Eigen::Matrix3d::Identity()) continue;
    for (std::size_t first = 0; first < most; first += batch_terms) {
      samples.clear();
      for (std::size_t i = first; i < std::min(first + batch_terms, terms.size()); ++i)
        append_turned(terms[i], rotation, fft.side(), samples);
      slab.insert(comm.size() == 1 ? samples : samples_of_own_planes(comm, fft, samples));
    }
  }
}

void undo_smoothing(const PointGroup& group, SlabFft& fft) {
  if (group.order() == 1) return;
  std::array<double, 8> shares{};
  for (const Eigen::Matrix3d& rotation : group.rotations)
    shares[static_cast<std::size_t>(exact_axes(rotation))] += 1.0 / group.order();
  const int side = fft.side();
  std::vector<double> along;  // the envelope along one axis
  for (int i = 0; i < side; ++i)
    along.push_back(trilinear_envelope(i <= side / 2 ? i : i - side, 0, 0, side));
  const auto at = [&](int i) { return along[static_cast<std::size_t>((i + side) % side)]; };
  for (int plane = 0; plane < fft.plane_count(); ++plane)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        const std::array<double, 3> envelope{at(x), at(y), at(fft.first_plane() + plane)};
        double smoothing = 0;
        for (std::size_t axes = 0; axes < shares.size(); ++axes) {
          double share = shares[axes];
          for (std::size_t a = 0; a < 3; ++a)
            if ((axes >> a & 1) == 0) share *= envelope[a];
          smoothing += share;
        }
        fft.voxel(plane, y, x) /= smoothing;
      }
}

}  // namespace elastem
