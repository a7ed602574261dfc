#include <cstdio>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/landscape/table_landscape.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/result_table.hpp"
#include "options/landscape_options.hpp"
#include "report/landscape_page.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

void write_report(const Invocation& invocation, const cli::LandscapeOptions& o, const ElasticModel& model,
                  Landscape landscape) {
  LandscapeReport report;
  report.result_path = o.input;
  report.modes_path = o.modes_file;
  report.command_line = invocation.command_line;
  report.version = program_version();
  report.date = utc_time();
  report.mode_numbers = model.mode_numbers;
  report.atom_count = model.atom_count();
  report.landscape = std::move(landscape);
  write_landscape_report(o.output, std::move(report), read_modes_table(o.modes_file).structure, model);
}

// The model of the table's modes; the Error names both files. Collective.
ElasticModel model_of(const Communicator& comm, const cli::LandscapeOptions& o, const ResultTable& table) {
  try {
    return read_model(comm, o.modes_file, format_number_list(table.modes()), {});
  } catch (const Error& error) {
    throw Error(o.input + " holds amplitudes of modes " + format_number_list(table.modes()) +
                ", which do not come from " + o.modes_file + ": " + error.what());
  }
}

}  // namespace

int landscape_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_landscape_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const std::string page = (fs::path(options->output) / "index.html").string();
  decide_output(comm, page, false, options->common.overwrite);
  ResultTable table = ResultTable::open(comm, options->input, ResultTable::Access::read);
  const ElasticModel model = model_of(comm, *options, table);
  if (options->common.dry_run) {
    spdlog::info("dry run: {} particles of modes {} would become {}; nothing was written", table.size(),
                 format_number_list(table.modes()), page);
    table.close();
    return 0;
  }
  const Landscape landscape =
      landscape_of(comm, table, {.frames = options->frames, .seed = options->common.seed});
  table.close();
  collectively(comm, [&] {
    if (comm.root()) write_report(invocation, *options, model, landscape);
  });
  spdlog::info("{} particles; the first component explains {:.1f} % of the variance", landscape.done,
               100 * landscape.components.share(0));
  spdlog::info("{} models in {}", landscape.frames.size(),
               (fs::path(options->output) / "trajectory.pdb").string());
  spdlog::info("open {} in a browser", page);
  return 0;
}

}  // namespace elastem
