#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/alignment/stored_motion.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/inspect/file_kind.hpp"
#include "mpi/commands/inspect/network_report.hpp"
#include "mpi/commands/inspect/particle_report.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/commands/inspect/structure_report.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/stored_provenance.hpp"
#include "options/inspect_options.hpp"

namespace elastem {

namespace {

constexpr std::int64_t block_rows = 1 << 14;

// Mean, spread and extremes of finite values in one pass (Welford).
struct Summary {
  std::int64_t count = 0;
  double mean = 0, squares = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void add(double value) {
    if (!std::isfinite(value)) return;
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double deviation() const { return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : 0; }
};

void say_list(const char* name, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) say("  {:<14}{}", i == 0 ? name : "", lines[i]);
}

void say_provenance(const Provenance& p) {
  say("provenance");
  say("  {:<14}{}", "command", p.command_line);
  say("  {:<14}{} (commit {})", "elastem", p.version, p.git_commit);
  say("  {:<14}{} to {}", "time", p.start, p.end.empty() ? "(not completed)" : p.end);
  if (!p.stages.empty()) say("  {:<14}{}", "stages", p.stages);
  say("  {:<14}{}, {} {}", "host", p.host, p.ranks, p.ranks == 1 ? "rank" : "ranks");
  say("  {:<14}{}", "seed", p.seed);
  say_list("inputs", p.inputs);
  say_list("options", p.options);
  say_list("libraries", p.libraries);
}

void inspect_modes(const std::string& path, const ModesFile& file, const Provenance& provenance) {
  say("{}: {} normal modes of {} atoms ({}), springs below {} Å, {} motion, {}", path,
      file.modes.numbers.size(), file.structure.size(), file.atoms, file.cutoff,
      file.curved ? "curved" : "linear", description(file.atom_model));
  say("  mode    eigenvalue  collectivity  score  enabled");
  for (Eigen::Index k = 0; k < file.modes.count(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    say("{:>6}  {:>12.7f}  {:>12.3f}  {:>5.3f}  {}", file.modes.numbers[i], file.modes.eigenvalues(k),
        file.modes.collectivity(k), file.modes.score(k), file.modes.enabled[i] ? "yes" : "no");
  }
  say_provenance(provenance);
}

// What a table's rows say together.
struct TableSummary {
  explicit TableSummary(std::size_t modes) : amplitudes(modes), errors(modes + 5) {}

  void add(const ParticleResult& row) {
    ++states.at(static_cast<std::size_t>(row.state));
    if (row.state == ParticleState::failed)
      ++reasons.at(std::min<std::size_t>(static_cast<std::size_t>(row.reason), 255));
    if (row.state != ParticleState::done) return;
    if (row.fit && row.fit->outlier) ++outliers;
    score.add(row.score);
    for (std::size_t k = 0; k < amplitudes.size(); ++k)
      amplitudes[k].add(row.amplitudes(static_cast<Eigen::Index>(k)));
    for (std::size_t k = 0; k < errors.size(); ++k)
      errors[k].add(row.standard_errors(static_cast<Eigen::Index>(k)));
    shifts[0].add(row.shift.x());
    shifts[1].add(row.shift.y());
  }

  std::array<std::int64_t, 3> states{};
  std::array<std::int64_t, 256> reasons{};
  std::int64_t outliers = 0;
  Summary score;
  std::vector<Summary> amplitudes, errors;
  std::array<Summary, 2> shifts;
};

void say_rows(const TableSummary& rows, const std::vector<int>& modes) {
  say("  {} done, {} failed, {} pending", rows.states[1], rows.states[2], rows.states[0]);
  for (std::size_t code = 0; code < rows.reasons.size(); ++code)
    if (rows.reasons[code] > 0)
      say("  failed: {} {}", rows.reasons[code],
          code < failure_names.size() ? failure_names[code] : fmt::format("reason {}", code));
  if (rows.states[1] == 0) return;
  if (rows.outliers > 0) say("  outliers: {} that the structure does not explain", rows.outliers);
  say("  score: mean {:.4f}, from {:.4f} to {:.4f}", rows.score.mean, rows.score.low, rows.score.high);
  say("  {:<12}{:>10}{:>12}{:>10}{:>10}{:>22}", "[Å]", "mean", "deviation", "lowest", "highest",
      "mean standard error");
  const auto line = [](const std::string& name, const Summary& value, const Summary& error) {
    say("  {:<12}{:>10.2f}{:>12.2f}{:>10.2f}{:>10.2f}{:>22.2f}", name, value.mean, value.deviation(),
        value.low, value.high, error.mean);
  };
  for (std::size_t k = 0; k < modes.size(); ++k)
    line("amplitude " + std::to_string(modes[k]), rows.amplitudes[k], rows.errors[k]);
  line("shift x", rows.shifts[0], rows.errors[modes.size() + 3]);
  line("shift y", rows.shifts[1], rows.errors[modes.size() + 4]);
  say("  mean standard errors of the rotations about image x, y and the view axis: {:.2f}, {:.2f}, {:.2f} "
      "degrees",
      rows.errors[modes.size()].mean, rows.errors[modes.size() + 1].mean, rows.errors[modes.size() + 2].mean);
}

// What report_motion logged.
void say_motion(const ResultTable& table) {
  const MotionSummary summary = load_motion(table);
  if (summary.modes.empty()) return;
  say("  which modes move, by the images alone:");
  for (const auto& line : motion_table(summary, table.modes(), load_atom_count(table), summary.modes.size()))
    say("  {}", line);
  say("  {}", motion_sentence(summary, table.modes()));
}

void say_prior(const ResultTable& table) {
  const auto learnt = table.read_prior();
  if (!learnt) return;
  say("  prior learnt from {} particles, {} points, {} iterations; broad normal distribution {:.1f} %, "
      "background {:.1f} %",
      learnt->learners, learnt->prior.points.cols(), learnt->iterations, 100 * learnt->prior.normal_share,
      100 * learnt->prior.background_share);
}

void say_fit(const std::string& path) {
  const auto file = hdf5::open_file(path, hdf5::Access::read);
  for (const auto& name : hdf5::names(file, "fit")) {
    const auto dataset = hdf5::open_dataset(file, "fit/" + name);
    const auto shape = hdf5::shape(dataset);
    say("  fit/{}: {} values [{}], {}", name, shape.empty() ? 1 : shape[0],
        hdf5::read_text_attribute(dataset, "units"), hdf5::read_text_attribute(dataset, "description"));
  }
}

void inspect_results(const std::string& path, const ResultTable& table) {
  say("{}: results of {} particles, {}", path, table.size(),
      table.modes().empty() ? "no modes" : "modes " + format_number_list(table.modes()));
  TableSummary rows(table.modes().size());
  for (std::int64_t first = 0; first < table.size(); first += block_rows)
    for (const auto& row :
         table.read(first, std::min(block_rows, table.size() - first), ResultTable::Details::brief))
      rows.add(row);
  say_rows(rows, table.modes());
  say_motion(table);
  say_prior(table);
  say_fit(path);
  say_provenance(table.provenance());
}

Provenance provenance_of(const std::string& path) {
  return read_provenance(hdf5::open_file(path, hdf5::Access::read));
}

}  // namespace

ExitCode inspect_command(const Invocation& invocation, const cli::InspectOptions& o) {
  const Communicator& comm = invocation.comm;
  const std::string& path = o.source.path;
  // Reading one file is work for one rank; the others wait.
  collectively(comm, [&] {
    if (!comm.root()) return;
    const Communicator alone = Communicator::self();
    switch (file_kind(path)) {
      case FileKind::modes:
        return inspect_modes(path, read_modes_table(path), provenance_of(path));
      case FileKind::results:
        return inspect_results(path, ResultTable::open(alone, path, ResultTable::Access::read));
      case FileKind::particles:
        return report_particles(o.source);
      case FileKind::images:
        return report_images(path);
      case FileKind::structure:
        return report_structure(path);
      case FileKind::network:
        return report_network(path);
    }
  });
  return done;
}

}  // namespace elastem
