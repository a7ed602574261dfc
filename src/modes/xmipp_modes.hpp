#pragma once

#include <string>

#include "modes/mode_file.hpp"
#include "modes/normal_modes.hpp"

namespace elastem {

/// The name of a mode's vector file beside modes.xmd, e.g. "modes/vec.7".
std::string mode_vector_name(int number);

/// Writes a vector file: one line "x y z" per atom, ten significant digits. Throws Error when it cannot.
void write_mode_vector(const std::string& path, const Eigen::VectorXd& vector);

/// Writes modes.xmd as ContinuousFlex and ProDy do: _enabled (1 or −1), _nmaCollectivity, _nmaModefile (as
/// seen from the file's own folder), _nmaScore, _nmaEigenval, _order_. The vectors are not used. Throws Error
/// when it cannot.
void write_xmipp_modes(const std::string& path, const NormalModes& modes);

/// The modes of an Xmipp table with a column _nmaModefile, for a structure of `nodes` atoms. A vector file is
/// looked for from the folder of the table and the folders above it (ContinuousFlex' paths begin at the
/// project), then from the working directory, then as modes/NAME beside the table. Throws Error when there is
/// no such column, a file is missing or has another number of lines, or a number cannot be read.
ModeSource open_xmipp_modes(const std::string& path, Eigen::Index nodes);

}  // namespace elastem
