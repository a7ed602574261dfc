#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "alignment/residual.hpp"
#include "imaging/noise_spectrum.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/particles/particle_set.hpp"

namespace elastem {

/// The radial noise spectrum of the images of one grid of a set, from what lies outside the circle of 0.45
/// box sides about the centre in up to 1024 particles spread over the first `count`: the mean over them in
/// blocks of fixed particles, summed in a fixed order, so that it does not depend on the number of ranks; a
/// millionth of the images' power at least. See raise_to_floor. None when no particle can be read.
/// Collective.
std::optional<NoiseSpectrum> background_noise(const Communicator& comm, const ParticleSet& set,
                                              std::int64_t count, std::size_t grid);

/// The same for each grid of `used`; white where none of a grid's particles can be read. Throws Error when no
/// particle of any grid can.
PerGrid<NoiseSpectrum> background_noises(const Communicator& comm, const ParticleSet& set,
                                         const std::vector<bool>& used, std::int64_t count);

/// The rows whose residuals refine the noise of one grid: of its particles among the first `count` an eighth,
/// but at least 16 and at most 128, spread evenly.
std::vector<std::int64_t> residual_sample(const ParticleSet& set, std::int64_t count, std::size_t grid);

/// What alignments leave of the images of a sample of one grid, of `shells` shells: `residual_of` aligns its
/// particle 0, 1, … and gives its residual, or nothing for one that fails. They are dealt out to the ranks;
/// every rank gets all, in the order of the sample. Collective.
std::vector<Residual> sample_residuals(
    const Communicator& comm, std::size_t shells, std::size_t particles,
    const std::function<std::optional<Residual>(std::size_t particle)>& residual_of);

}  // namespace elastem
