#include "mpi/modes/mode_import.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "modes/mode_quality.hpp"
#include "modes/nmd_file.hpp"
#include "modes/xmipp_modes.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/modes/modes_file.hpp"

namespace elastem {

namespace {

ModeSource open_modes_h5(const std::string& path, const Structure& structure) {
  const ModesFile file = read_modes_table(path);
  require_same_positions(file.structure.positions, structure, path);
  const auto reader = std::make_shared<const ModeReader>(path);
  return [path, reader, modes = file.modes, next = std::size_t{0}]() mutable -> std::optional<ImportedMode> {
    if (next == modes.numbers.size()) return std::nullopt;
    const std::size_t k = next++;
    const int number = modes.numbers[k];
    return ImportedMode{number, modes.eigenvalues(static_cast<Eigen::Index>(k)), modes.enabled[k] != 0,
                        reader->read(number), fmt::format("{}, mode {}", path, number)};
  };
}

ModeSource open_modes(const std::string& path, const Structure& structure) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".nmd") return open_nmd(path, structure);
  if (extension == ".xmd") return open_xmipp_modes(path, structure.size());
  if (extension == ".h5") return open_modes_h5(path, structure);
  throw Error("option --import: " + path + suggestion(extension, {".nmd", ".xmd", ".h5"}) +
              "; modes are read from .h5 (elastem), .xmd (Xmipp) and .nmd (NMWiz, ProDy) files");
}

// What the ranks share of a mode besides its vector.
struct Head {
  double eigenvalue = 0;
  int number = 0;
  bool enabled = false;
  bool there = false;
};

// The next elastic mode. Rank 0.
Head next_mode(const ModeSource& source, const Structure& structure, const ImportedNetwork& network,
               Eigen::VectorXd& vector) {
  while (auto mode = source()) {
    constexpr double mostly = 0.5, noticeable = 0.05;
    const double rigid = rigid_share(mode->vector, structure.positions);
    if (rigid > mostly) continue;
    if (rigid > noticeable)
      spdlog::warn(
          "{}: {:.0f} % of the mode moves the structure as a whole; are these the modes of this structure, "
          "in this orientation?",
          mode->place, 100 * rigid);
    vector = std::move(mode->vector);
    const double eigenvalue =
        mode->eigenvalue ? *mode->eigenvalue
                         : rayleigh_quotient(vector, structure.positions, network.cutoff, network.masses);
    if (!(eigenvalue > 0))
      throw Error(
          fmt::format("{}: the file does not tell the eigenvalue, and the mode costs no energy at a cut-off "
                      "of {:g} Å; use a "
                      "larger --cutoff",
                      mode->place, network.cutoff));
    return {eigenvalue, mode->number, mode->enabled, true};
  }
  return {};
}

// 7, 8, … unless the file counts that way, perhaps with gaps.
std::vector<int> mode_numbers(const std::vector<Head>& heads) {
  const bool ascending =
      std::ranges::adjacent_find(heads, std::ranges::greater_equal{}, &Head::number) == heads.end();
  std::vector<int> numbers;
  for (std::size_t k = 0; k < heads.size(); ++k)
    numbers.push_back(ascending && heads.front().number >= first_elastic_mode
                          ? heads[k].number
                          : first_elastic_mode + static_cast<int>(k));
  return numbers;
}

}  // namespace

ElasticModes import_modes(const Communicator& comm, const std::string& path, const Structure& structure,
                          const ImportedNetwork& network) {
  const Eigen::Index nodes = from_root(comm, [&] { return structure.size(); });
  const auto [first, count] = equal_share(comm, nodes);
  ModeSource source;
  on_root(comm, [&] { source = open_modes(path, structure); });
  std::vector<Head> heads;
  std::vector<Eigen::VectorXd> columns;
  Eigen::VectorXd vector(3 * nodes);
  while (true) {
    const Head head = from_root(comm, [&] { return next_mode(source, structure, network, vector); });
    if (!head.there) break;
    comm.broadcast(vector);
    heads.push_back(head);
    columns.emplace_back(vector.segment(3 * first, 3 * count));
  }
  if (heads.empty()) throw Error(path + ": has no elastic mode: all move the structure as a rigid body");
  Eigen::MatrixXd rows(3 * count, static_cast<Eigen::Index>(columns.size()));
  Eigen::VectorXd eigenvalues(rows.cols());
  for (Eigen::Index k = 0; k < rows.cols(); ++k) {
    rows.col(k) = columns[static_cast<std::size_t>(k)];
    eigenvalues(k) = heads[static_cast<std::size_t>(k)].eigenvalue;
  }
  columns.clear();
  ElasticModes result;
  result.modes = judged_modes(comm, eigenvalues, std::move(rows));
  result.modes.numbers = mode_numbers(heads);
  for (std::size_t k = 0; k < heads.size(); ++k)
    if (!heads[k].enabled) result.modes.enabled[k] = 0;
  result.first_node = first;
  result.method = "import from " + path;
  result.orthogonality = orthogonality(comm, result.modes.vectors);
  return result;
}

}  // namespace elastem
