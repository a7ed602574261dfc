#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "imaging/projection.hpp"
#include "maps/mrc_header.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/reconstruction/slab_fft.hpp"

namespace elastem {

/// Writes the map that an oversampled volume holds: the middle S³ voxels of the M³ of `fft` (M = 2S, in real
/// space, the origin at index 0, not yet divided by M³), divided by the envelope of trilinear insertion and,
/// with `mask_radius` > 0 (Å), by a soft sphere outside which the map is 0. `origin`: where the first
/// voxel stands for other programs (ORIGIN), Å. Every rank writes the sections it owns. The file gets its
/// name when it is complete, and its folder is made. Collective; throws Error when it cannot be written.
void write_map(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
               SlabFft& fft, const std::array<double, 3>& origin = {});

/// The same with the shells 0 … S/2 of the map multiplied by a filter, and what lies beyond by its last,
/// before it is masked. Collective.
void write_filtered_map(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
                        SlabFft& fft, const std::vector<double>& filter,
                        const std::array<double, 3>& origin = {});

/// Writes a map of this grid as it stands in real space, index 0 its first voxel: the opposite of
/// transformed_map. As write_map in all else. Collective.
void write_volume(const Communicator& comm, const std::string& path, ImageGrid grid, double mask_radius,
                  SlabFft& fft, const std::array<double, 3>& origin);

/// Writes a map of this grid of which every rank has the sections of its equal share, S² voxels each. As
/// write_map in all else. Collective.
void write_sections(const Communicator& comm, const std::string& path, ImageGrid grid,
                    std::span<const float> voxels, const std::array<double, 3>& origin);

/// The transform of a map of this grid, index 0 its first voxel. Collective. Throws Error as
/// correlation_of_maps.
SlabFft transformed_map(const Communicator& comm, const std::string& path, ImageGrid grid);

/// Throws Error, naming `path` and both boxes, unless the map has S³ voxels of this grid. Any rank.
void require_same_box(const std::string& path, const MrcHeader& header, ImageGrid grid);

/// Fourier shell correlation of two maps of this grid, shells 0 … S/2; the same on every rank. Collective;
/// throws Error for a map that cannot be read or has another box.
std::vector<double> correlation_of_maps(const Communicator& comm, const std::string& first,
                                        const std::string& second, ImageGrid grid);

}  // namespace elastem
