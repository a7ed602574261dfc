#include "mpi/modes/mode_report.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/new_file.hpp"
#include "core/number_list.hpp"
#include "imaging/elastic_model.hpp"
#include "modes/mode_quality.hpp"
#include "mpi/modes/modes_file.hpp"
#include "report/mode_page.hpp"
#include "structure/atom_match.hpp"
#include "structure/pdb_writer.hpp"
#include "structure/structure_file.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ModesOptions;

constexpr int frames = 20;  // of an animation, one period

// All chains: which of them belongs to the structure is for the matching to find.
Structure read_target(const ModesOptions& o) {
  StructureFile file = read_structure(o.report.target, {o.selection.nodes, {}, 0, o.selection.ligands});
  return std::move(file.structure);
}

// By default the first three that are enabled.
std::vector<int> animated_modes(const ModesOptions& o, const NormalModes& modes) {
  constexpr std::size_t few = 3;
  std::vector<int> chosen;
  if (!o.report.animate.empty()) {
    chosen = parse_number_list(o.report.animate, "option --animate");
    for (const int number : chosen)
      if (std::ranges::find(modes.numbers, number) == modes.numbers.end())
        throw Error("option --animate: " + no_such_mode(number, modes.numbers, o.output));
  } else {
    for (std::size_t k = 0; k < modes.numbers.size() && chosen.size() < few; ++k)
      if (modes.enabled[k]) chosen.push_back(modes.numbers[k]);
  }
  return chosen;
}

std::string animation_name(int number) {
  return fmt::format("mode{:02d}.pdb", number);
}

double animation_amplitude(const ModesOptions& o, const Structure& structure) {
  return o.report.animation_rmsd * std::sqrt(static_cast<double>(structure.size()));
}

// One period from the structure to one end, back, to the other end and back, where the input file has it.
void write_animation(const ModesOptions& o, const ModesFile& file, const ModeReader& reader, int number) {
  const double amplitude = animation_amplitude(o, file.structure);
  const auto by_node = [&](const Eigen::VectorXd& vector) {
    return vector.reshaped(3, file.structure.size());
  };
  ElasticModel model;
  model.positions = file.structure.positions;
  Eigen::VectorXd vector = reader.read(number);
  model.modes.emplace_back(by_node(vector));
  if (reader.curved()) {
    reader.read_rotation(number, {vector.data(), static_cast<std::size_t>(vector.size())});
    model.rotations.emplace_back(by_node(vector));
  }
  PdbWriter writer((fs::path(o.report.folder) / animation_name(number)).string(), file.structure,
                   {fmt::format("NORMAL MODE {}, ONE PERIOD OF {} MODELS", number, frames),
                    fmt::format("AMPLITUDE Q = {:.3f} ANGSTROM, WHICH IS {:.3f} ANGSTROM RMSD AT THE ENDS",
                                amplitude, o.report.animation_rmsd)});
  for (int frame = 0; frame < frames; ++frame) {
    const double phase = 2 * std::numbers::pi * frame / frames;
    const Eigen::VectorXd q = Eigen::VectorXd::Constant(1, amplitude * std::sin(phase));
    writer.add_model(model.deformed(q).colwise() + file.centre);
  }
  writer.close();
}

// The change to the target and its overlaps, still to be filled mode by mode.
TargetOverlaps begin_overlaps(const ModesOptions& o, const ModesFile& file, ObservedChange& change) {
  change = observed_change(file.structure, read_target(o));
  TargetOverlaps target;
  target.path = o.report.target;
  target.matched = static_cast<std::int64_t>(change.nodes.size());
  target.match_remark = change.match_remark;
  target.rmsd = change.rmsd;
  target.overlaps.resize(file.modes.count());
  return target;
}

// One pass over the modes, a vector at a time.
ModePage judge(const ModesOptions& o, const ModesFile& file, const std::vector<int>& animated) {
  ModePage page;
  page.structure = file.structure;
  page.modes = file.modes;
  page.animation_rmsd = o.report.animation_rmsd;
  page.fluctuations = Eigen::VectorXd::Zero(file.structure.size());
  const Eigen::VectorXd masses = o.mass_weighted ? of_atoms(file.structure, &Atom::mass) : Eigen::VectorXd();
  const ModeReader reader(o.output);
  ObservedChange change;
  if (!o.report.target.empty()) page.target = begin_overlaps(o, file, change);
  for (Eigen::Index k = 0; k < file.modes.count(); ++k) {
    const int number = file.modes.numbers[static_cast<std::size_t>(k)];
    const Eigen::VectorXd vector = reader.read(number);
    add_fluctuation(vector, file.modes.eigenvalues(k), masses, page.fluctuations);
    if (page.target) page.target->overlaps(k) = mode_overlap(vector, change.displacement, change.nodes);
    if (std::ranges::find(animated, number) == animated.end()) continue;
    const double amplitude = animation_amplitude(o, file.structure);
    page.animated.push_back({number, amplitude, animation_name(number), shift_profile(vector, amplitude)});
  }
  if (page.target) page.target->cumulative = cumulative_overlap(page.target->overlaps);
  page.b_factor_correlation = correlation(page.fluctuations, of_atoms(file.structure, &Atom::b_factor));
  return page;
}

void describe(const ModePage& page) {
  if (page.b_factor_correlation)
    spdlog::info("fluctuations of these modes and B-factors correlate by {:.3f}", *page.b_factor_correlation);
  else
    spdlog::info("the B-factors are the same everywhere: nothing correlates with them");
  if (!page.target) return;
  const TargetOverlaps& target = *page.target;
  const double share = static_cast<double>(target.matched) / static_cast<double>(page.structure.size());
  spdlog::info("{}: {} of {} atoms in common ({:.1f} %){}, {:.2f} Å RMSD after superposition", target.path,
               target.matched, page.structure.size(), 100 * share, target.match_remark, target.rmsd);
  if (share < 0.5)
    spdlog::warn(
        "less than half of the atoms are in common, so the overlaps are those of a small part: is {} another "
        "conformation of the same molecule, and read with the right --atoms and --chain?",
        target.path);
  spdlog::info("  mode  overlap  cumulative: √Σ overlap²  Σ overlap²");
  for (Eigen::Index k = 0; k < target.overlaps.size(); ++k)
    spdlog::info("{:6d} {:8.3f} {:24.3f} {:11.3f}", page.modes.numbers[static_cast<std::size_t>(k)],
                 target.overlaps(k), target.cumulative(k), target.cumulative(k) * target.cumulative(k));
}

void write_page(const Invocation& invocation, const ModesOptions& o, ModePage& page) {
  const fs::path folder = o.report.folder;
  page.structure_path = o.input.empty() ? o.map.file : o.input;
  page.modes_path = o.output;
  page.command_line = invocation.command_line;
  page.version = program_version();
  page.date = utc_time();
  page.plots = write_mode_plots(folder.string(), page);
  write_text_file(folder / "modes.csv", modes_csv(page));
  write_text_file(folder / "nodes.csv", nodes_csv(page));
  write_text_file(folder / "index.html", modes_html(page));
}

std::string page_path(const ModesOptions& o) {
  return (fs::path(o.report.folder) / "index.html").string();
}

}  // namespace

void prepare_mode_report(const Communicator& comm, const ModesOptions& o) {
  on_root(comm, [&] {
    if (!o.report.target.empty()) read_target(o);
  });
}

void check_mode_report(const Communicator& comm, const ModesOptions& o, const Structure& structure) {
  on_root(comm, [&] {
    if (!o.report.target.empty()) observed_change(structure, read_target(o));
  });
}

void check_animated_modes(const Communicator& comm, const ModesOptions& o, const NormalModes& modes) {
  on_root(comm, [&] {
    if (!o.report.folder.empty()) animated_modes(o, modes);
  });
}

void report_modes(const Invocation& invocation, const ModesOptions& o) {
  if (o.report.folder.empty() && o.report.target.empty()) return;
  const Communicator& comm = invocation.comm;
  const ModesFile file = collectively_get(comm, [&] { return read_modes_table(o.output); });
  std::vector<int> animated;
  collectively(comm, [&] {
    if (o.report.folder.empty()) return;
    if (comm.root()) make_folders(o.report.folder);
    animated = animated_modes(o, file.modes);
  });
  collectively(comm, [&] {
    const ModeReader reader(o.output);
    for (std::size_t i = 0; i < animated.size(); ++i)
      if (static_cast<int>(i) % comm.size() == comm.rank()) write_animation(o, file, reader, animated[i]);
  });
  on_root(comm, [&] {
    ModePage page = judge(o, file, animated);
    describe(page);
    if (!o.report.folder.empty()) write_page(invocation, o, page);
  });
  if (!o.report.folder.empty()) spdlog::info("open {} in a browser", page_path(o));
}

}  // namespace elastem
