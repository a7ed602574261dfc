#include "mpi/alignment/fit_warnings.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "modes/normal_modes.hpp"
#include "mpi/modes/modes_file.hpp"

namespace elastem {

void warn_of_local_modes(const Communicator& comm, const std::string& modes_file, const ElasticModel& model) {
  on_root(comm, [&] {
    std::vector<std::string> found;
    const Structure structure = read_modes_table(modes_file).structure;
    for (std::size_t k = 0; k < model.modes.size(); ++k) {
      const auto vector = model.modes[k].values();
      if (!(collectivity(vector.reshaped()) < least_collectivity)) continue;
      Eigen::Index farthest = 0;
      vector.colwise().squaredNorm().maxCoeff(&farthest);
      found.push_back(fmt::format("{} ({})", model.mode_numbers[k],
                                  atom_label(structure.atoms[static_cast<std::size_t>(farthest)])));
    }
    if (!found.empty())
      spdlog::warn(
          "modes that move a few atoms only (collectivity below {:g}), and which moves farthest: {}; choose "
          "collective ones with --modes (elastem inspect {} lists them)",
          least_collectivity, fmt::join(found, ", "), modes_file);
  });
}

void warn_of_strayed(const Communicator& comm, const cli::AlignOptions& o, const ParticleAligner& worker,
                     std::int64_t aligned) {
  const std::int64_t strayed = comm.sum(worker.strayed());
  if (2 * strayed <= aligned || aligned == 0) return;
  spdlog::warn(
      "{} of {} alignments ended more than {:g}° from the poses of {}: those poses seem to be of another "
      "frame "
      "than the structure. Fit the structure into the map that they come from (ChimeraX: fitmap), save it "
      "relative to that map, and make the modes of it; or leave --local out",
      strayed, aligned, local_reach * o.alignment.local_angle, o.source.path);
}

}  // namespace elastem
