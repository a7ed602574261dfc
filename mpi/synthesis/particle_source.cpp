#include "mpi/synthesis/particle_source.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/synthesis/row_source.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

namespace {

constexpr std::size_t most_groups = 1000;

// A particle file on every rank; rank 0 calls `look(particle, number of its row from 1)` for the first
// `count`.
std::shared_ptr<const ParticleFile> open_rows(
    const Communicator& comm, const std::string& path, std::int64_t count,
    const std::function<void(const Particle&, std::int64_t)>& look) {
  auto file = std::make_shared<const ParticleFile>(open_particle_file(comm, {.path = path}));
  collectively(comm, [&] {
    if (file->size() == 0) throw Error(path + ": holds no particles");
    if (!comm.root()) return;
    constexpr std::int64_t block = 1024;
    const std::int64_t end = std::min(count, file->size());
    for (std::int64_t first = 0; first < end; first += block) {
      std::int64_t row = first;
      for (const Particle& particle : file->read(first, std::min(block, end - first))) look(particle, ++row);
    }
  });
  return file;
}

template <class Row, class Take>
std::function<Row(std::uint64_t)> rows_of(const std::shared_ptr<const ParticleFile>& file, Take take) {
  return row_source<Row>(file->size(), [file, take](std::int64_t first, std::int64_t count) {
    std::vector<Row> rows;
    for (const Particle& particle : file->read(first, count)) rows.push_back(take(particle));
    return rows;
  });
}

}  // namespace

bool same_optics(const Ctf& a, const Ctf& b) {
  return a.voltage_kv == b.voltage_kv && a.cs_mm == b.cs_mm && a.amplitude_contrast == b.amplitude_contrast;
}

std::function<Eigen::Vector3d(std::uint64_t)> open_angles(const Communicator& comm, const std::string& path,
                                                          std::int64_t count) {
  const auto file = open_rows(comm, path, count, [&](const Particle& particle, std::int64_t row) {
    if (!particle.has_pose)
      throw Error(fmt::format(
          "--views {}: particle {} has no angles (rot, tilt and psi); give a particle file that has "
          "them",
          path, row));
  });
  return rows_of<Eigen::Vector3d>(file, [](const Particle& particle) {
    return Eigen::Vector3d(particle.pose.rot, particle.pose.tilt, particle.pose.psi);
  });
}

CtfSource open_ctfs(const Communicator& comm, const std::string& path, std::int64_t count) {
  std::vector<Ctf> strongest;
  const auto file = open_rows(comm, path, count, [&](const Particle& particle, std::int64_t row) {
    const std::string where = fmt::format("--defocus {}: particle {}", path, row);
    if (!particle.ctf.enabled) throw Error(where + " has no defocus; give a particle file that has CTFs");
    const auto found =
        std::ranges::find_if(strongest, [&](const Ctf& other) { return same_optics(other, particle.ctf); });
    if (found != strongest.end()) {
      if (std::abs(particle.ctf.defocus_u) > std::abs(found->defocus_u)) *found = particle.ctf;
      return;
    }
    if (strongest.size() == most_groups)
      throw Error(fmt::format(
          "{} has the {}th combination of voltage, spherical aberration and amplitude contrast: these "
          "are the microscope's and should be few",
          where, most_groups + 1));
    strongest.push_back(particle.ctf);
  });
  comm.broadcast(strongest);
  return {rows_of<Ctf>(file, [](const Particle& particle) { return particle.ctf; }), strongest};
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): std::function owns its target

}  // namespace elastem
