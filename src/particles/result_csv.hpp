#pragma once

#include <string>

#include "imaging/particle.hpp"
#include "particles/particle_export.hpp"

namespace elastem {

/// A text as it stands in CSV: quoted where it holds what means something there.
std::string csv_text(const std::string& text);

/// The first line of results as CSV, a line per particle: image (particle_key), state, reason, amplitude_7 …
/// and amplitude_error_7 … (Å), rot, tilt, psi and rotation_error_x, _y, _view (degrees), shift_x, shift_y
/// and shift_error_x, _y (Å, of the particle's centre from the image's), score, and of fits chi2, outlier,
/// defocus_change (Å); last defocus_u and defocus_v (Å, with the change).
std::string result_csv_head(const ResultColumns& columns);

/// The line of a particle; without a result all but image, state, reason and defocus is empty.
std::string result_csv_row(const ResultColumns& columns, const Particle& particle,
                           const ParticleResult& result);

}  // namespace elastem
