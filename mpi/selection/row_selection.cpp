#include "mpi/selection/row_selection.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "mpi/comm/row_answers.hpp"
#include "mpi/selection/expression_values.hpp"
#include "mpi/selection/landscape_record.hpp"
#include "mpi/selection/saved_selection.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {
namespace {

std::vector<std::uint8_t> chosen_by_expression(const Communicator& comm, const NamedTable& table,
                                               const cli::SelectionOptions& options, bool accept_mismatch) {
  const ExpressionValues answers = expression_values(
      comm, table, std::span(&options.text, 1),
      {.option = "selection", .landscape = options.landscape, .accept_mismatch = accept_mismatch});
  std::vector<std::uint8_t> chosen;
  std::int64_t without_value = 0;
  for (const double answer : answers.values) {
    chosen.push_back(answer == 1 ? 1 : 0);
    without_value += std::isnan(answer) ? 1 : 0;
  }
  without_value = comm.sum(without_value);
  if (without_value > 0)
    spdlog::info(
        "{} without a value of what the expression names {} not selected: not done, or the landscape does "
        "not tell",
        counted(without_value, "particle"), verb(without_value, "is", "are"));
  return chosen;
}

RowSelection reported(const RowSelection& selection, const std::string& path, const std::string& text) {
  if (selection.selected() == 0)
    cli::refuse_option("selection", fmt::format("none of the {} particles of {} is selected by: {}",
                                                selection.all(), path, text));
  spdlog::info("{} of {} of {} {} selected", selection.selected(), counted(selection.all(), "particle"), path,
               verb(selection.selected(), "is", "are"));
  return selection;
}

}  // namespace

RowSelection::RowSelection(const Communicator& comm, Range rows, const std::vector<std::uint8_t>& chosen)
    : rows_(rows) {
  require(std::ssize(chosen) == rows.count, "an answer per row");
  const auto own =
      static_cast<std::int64_t>(std::ranges::count_if(chosen, [](auto yes) { return yes != 0; }));
  selected_ = comm.sum(own);
  all_ = comm.sum(rows.count);
  std::int64_t next = comm.sum_below(own);
  places_.reserve(chosen.size());
  for (const std::uint8_t yes : chosen) places_.push_back(yes != 0 ? next++ : -1);
}

std::optional<RowSelection> selected_rows(const Communicator& comm, const NamedTable& table,
                                          const cli::SelectionOptions& options, bool accept_mismatch) {
  if (options.text.empty()) return std::nullopt;
  const Range rows = own_rows(comm, RowSlices{table.table.size()});
  const std::vector<std::uint8_t> chosen = names_saved_selection(options.text)
                                               ? in_saved_selection(comm, keyed_rows(table), rows, options)
                                               : chosen_by_expression(comm, table, options, accept_mismatch);
  return reported(RowSelection(comm, rows, chosen), table.path, options.text);
}

std::optional<RowSelection> selected_rows(const Communicator& comm, const ParticleFile& file,
                                          const cli::SelectionOptions& options) {
  if (options.text.empty()) return std::nullopt;
  if (!names_saved_selection(options.text))
    cli::refuse_option("selection",
                       fmt::format("an expression is of a result's particles, but {} is a particle file; "
                                   "give a result, or a file of keys",
                                   file.path()));
  const Range rows = equal_share(comm, file.size());
  return reported(RowSelection(comm, rows, in_saved_selection(comm, keyed_rows(file), rows, options)),
                  file.path(), options.text);
}

void keep_selected(const Communicator& comm, const std::optional<RowSelection>& selection, RowMatch& match) {
  if (!selection) return;
  std::vector<std::int64_t> asked;
  std::ranges::copy_if(match.others, std::back_inserter(asked),
                       [](auto row) { return row != RowMatch::none; });
  const auto chosen =
      answers_about<std::uint8_t>(comm, selection->rows(), asked,
                                  [&](std::int64_t row) -> std::uint8_t { return selection->holds(row); });
  std::int64_t left_out = 0;
  std::size_t next = 0;
  for (std::int64_t& other : match.others)
    if (other != RowMatch::none && chosen[next++] == 0) {
      other = RowMatch::none;
      ++left_out;
    }
  match.unselected = comm.sum(left_out);
  match.matched -= match.unselected;
  match.in_order = match.in_order && match.unselected == 0;
}

std::vector<InputFile> selection_files(const cli::SelectionOptions& options) {
  std::vector<InputFile> files;
  if (names_saved_selection(options.text)) files.push_back({"selection", options.text});
  if (!options.landscape.empty()) files.push_back({"landscape", landscape_rows_path(options.landscape)});
  return files;
}

}  // namespace elastem
