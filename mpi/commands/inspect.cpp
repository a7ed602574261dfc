#include "mpi/commands/commands.hpp"
#include "mpi/commands/inspect/comparison_report.hpp"
#include "mpi/commands/inspect/file_kind.hpp"
#include "mpi/commands/inspect/network_report.hpp"
#include "mpi/commands/inspect/particle_report.hpp"
#include "mpi/commands/inspect/result_report.hpp"
#include "mpi/commands/inspect/row_report.hpp"
#include "mpi/commands/inspect/say.hpp"
#include "mpi/commands/inspect/structure_report.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/stored_provenance.hpp"
#include "options/inspect_options.hpp"

namespace elastem {

namespace {

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

Provenance provenance_of(const std::string& path) {
  return read_provenance(hdf5::open_file(path, hdf5::Access::read));
}

}  // namespace

ExitCode inspect_command(const Invocation& invocation, const cli::InspectOptions& o) {
  const Communicator& comm = invocation.comm;
  const std::string& path = o.source.path;
  if (!o.against.empty()) {
    report_comparison(comm, o);
    return done;
  }
  if (o.of_table()) {
    report_rows(comm, o);
    return done;
  }
  // Reading one file is work for one rank; the others wait.
  collectively(comm, [&] {
    if (!comm.root()) return;
    const Communicator alone = Communicator::self();
    switch (file_kind(path)) {
      case FileKind::modes:
        return inspect_modes(path, read_modes_table(path), provenance_of(path));
      case FileKind::results:
        return report_results(path, ResultTable::open(alone, path, ResultTable::Access::read));
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
