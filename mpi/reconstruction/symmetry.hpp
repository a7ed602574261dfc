#pragma once

#include "mpi/comm/communicator.hpp"
#include "mpi/reconstruction/slab_fft.hpp"
#include "reconstruction/fourier_slab.hpp"
#include "reconstruction/point_group.hpp"

namespace elastem {

/// Adds to a Fourier volume, into which images were inserted, its copies turned by the rotations of a group:
/// the same as inserting each image once per rotation, but that terms are brought to the grid twice. The cost
/// is that of the volume's terms times the group's order, whatever the number of images. Each rank sends its
/// terms to the owners of the planes they touch, and holds half of its slab a second time. Collective.
void symmetrise(const Communicator& comm, const SlabFft& fft, const PointGroup& group, FourierSlab& slab);

/// In real space (SlabFft::backward done), takes off what bringing the turned copies to the grid has
/// multiplied the map by. Each rank its planes.
void undo_smoothing(const PointGroup& group, SlabFft& fft);

}  // namespace elastem
