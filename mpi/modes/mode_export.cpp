#include "mpi/modes/mode_export.hpp"

#include <filesystem>
#include <span>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/new_file.hpp"
#include "core/suggestion.hpp"
#include "modes/nmd_file.hpp"
#include "modes/xmipp_modes.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "structure/pdb_writer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ExportOptions;

bool for_xmipp(const ExportOptions& o) {
  const std::string extension = fs::path(o.output).extension().string();
  if (extension != ".nmd" && extension != ".xmd")
    throw Error("option --output: " + o.output + suggestion(extension, {".nmd", ".xmd"}) +
                "; modes are written as .nmd (NMWiz, ProDy) or .xmd (Xmipp)");
  for (const auto& [name, value] :
       {std::pair("particles", &o.source.path), std::pair("datadir", &o.source.datadir)})
    if (!value->empty())
      throw Error("option --" + std::string(name) + ": means nothing for the normal modes in " + o.input);
  if (o.source.negative_defocus) throw Error("option --negative-defocus: means nothing for normal modes");
  return extension == ".xmd";
}

// What comes beside the table.
std::vector<std::string> xmipp_files(const ExportOptions& o, const ModesFile& file) {
  const fs::path folder = fs::path(o.output).parent_path();
  std::vector<std::string> files = {(folder / "atoms.pdb").string()};
  for (const int number : file.modes.numbers) files.push_back((folder / mode_vector_name(number)).string());
  return files;
}

void write_nmd(const ExportOptions& o, const ModesFile& file) {
  const ModeReader reader(o.input);
  NmdWriter writer(o.output, file.structure);
  for (Eigen::Index k = 0; k < file.modes.count(); ++k) {
    const int number = file.modes.numbers[static_cast<std::size_t>(k)];
    writer.add(number, file.modes.eigenvalues(k), reader.read(number));
  }
  writer.close();
}

// The table last, so that whoever finds it finds the rest. Collective.
void write_xmipp(const Communicator& comm, const ExportOptions& o, const ModesFile& file) {
  const fs::path folder = fs::path(o.output).parent_path();
  on_root(comm, [&] {
    make_folders(folder / "modes");
    PdbWriter writer((folder / "atoms.pdb").string(), file.structure);
    writer.add_model(file.structure.positions);
    writer.close();
  });
  collectively(comm, [&] {
    const ModeReader reader(o.input);
    const auto share = equal_share(comm, static_cast<std::int64_t>(file.modes.numbers.size()));
    for (const int number :
         std::span(file.modes.numbers)
             .subspan(static_cast<std::size_t>(share.first), static_cast<std::size_t>(share.count)))
      write_mode_vector((folder / mode_vector_name(number)).string(), reader.read(number));
  });
  on_root(comm, [&] { write_xmipp_modes(o.output, file.modes); });
}

}  // namespace

void export_modes(const Invocation& invocation, const ExportOptions& o) {
  const Communicator& comm = invocation.comm;
  const bool xmipp = for_xmipp(o);
  ModesFile file = collectively_get(comm, [&] { return read_modes_table(o.input); });
  file.structure.positions.colwise() += file.centre;  // where the input file had them
  if (xmipp) check_beside(comm, invocation.options, "output", xmipp_files(o, file));
  if (o.common.dry_run) {
    spdlog::info("dry run: {} modes of {} atoms would go to {}", file.modes.count(), file.structure.size(),
                 o.output);
    return;
  }
  on_root(comm, [&] { make_folders(fs::path(o.output).parent_path()); });
  if (xmipp)
    write_xmipp(comm, o, file);
  else
    on_root(comm, [&] { write_nmd(o, file); });
  spdlog::info("{}: {} modes of {} atoms", o.output, file.modes.count(), file.structure.size());
}

}  // namespace elastem
