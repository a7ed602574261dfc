#pragma once

#include <string>
#include <vector>

#include "alignment/misfit.hpp"
#include "imaging/noise_spectrum.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/storage/result_table.hpp"

namespace elastem {

/// The noise of the grids of a set as data sets of a table: "noise_spectrum" of the first grid,
/// "noise_spectrum_2" and so on of the others.
std::vector<StoredVector> stored_noise(const ParticleSet& set, const PerGrid<NoiseSpectrum>& noise);

/// Reads them back for the grids that are used. Collective. Throws Error that names the table at `path` where
/// one is missing.
PerGrid<NoiseSpectrum> load_noise(const ResultTable& table, const std::string& path,
                                  const std::vector<bool>& used);

/// The misfits of the grids likewise: "misfit", "misfit_2" and so on, the side of the box, the share and
/// then the factors.
std::vector<StoredVector> stored_misfits(const PerGrid<Misfit>& misfits);

/// Reads them back; 1 everywhere where none is stored. Collective.
PerGrid<Misfit> load_misfits(const ResultTable& table, const std::vector<bool>& used);

/// Misfit::share, the mean over the grids; 0 where none is stored. Collective.
double load_misfit_share(const ResultTable& table);

}  // namespace elastem
