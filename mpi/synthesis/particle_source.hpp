#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "imaging/ctf.hpp"
#include "mpi/comm/communicator.hpp"

namespace elastem {

/// rot, tilt, psi (degrees) of particle i from a particle file: row i modulo its rows, read in blocks where
/// it is needed. Rank 0 goes over the rows that the first `count` particles take. Collective; throws Error
/// for a broken row, and for one without angles.
std::function<Eigen::Vector3d(std::uint64_t)> open_angles(const Communicator& comm, const std::string& path,
                                                          std::int64_t count);

/// The same for the CTF. Of each combination of voltage, spherical aberration and amplitude contrast among
/// those rows, in the order of the file, `strongest` has the CTF of the largest |defocus_u|.
struct CtfSource {
  std::function<Ctf(std::uint64_t)> ctf;
  std::vector<Ctf> strongest;
};
CtfSource open_ctfs(const Communicator& comm, const std::string& path, std::int64_t count);

/// Whether two CTFs agree in what particles of one optics group share.
bool same_optics(const Ctf& a, const Ctf& b);

}  // namespace elastem
