#include "mpi/selection/selected_by_expression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/comm/quantile.hpp"
#include "mpi/comm/sliced_sum.hpp"
#include "mpi/selection/landscape_rows.hpp"
#include "mpi/selection/saved_selection.hpp"
#include "mpi/storage/row_pass.hpp"
#include "selection/expression.hpp"

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// What an expression names, of this rank's rows.
struct NamedValues {
  Range rows;
  std::size_t width = 0;
  std::vector<double> values;  // row-major
  std::vector<std::uint8_t> done;

  std::span<const double> of(std::size_t row) const { return std::span(values).subspan(row * width, width); }
};

NamedValues named_values(const Communicator& comm, const NamedTable& table, const Expression& expression,
                         const QuantityContext& context, const std::optional<LandscapeRows>& landscape,
                         bool accept_mismatch) {
  std::vector<ParticleQuantity> quantities;
  for (const std::string& name : expression.names()) quantities.emplace_back(name, context);
  NamedValues named{own_rows(comm, RowSlices{table.table.size()}), quantities.size(), {}, {}};
  RowMatch match;
  const bool joined = std::ranges::any_of(quantities, &ParticleQuantity::of_landscape);
  if (joined) match = landscape->match(comm, table, named.rows, accept_mismatch);
  named.values.reserve(static_cast<std::size_t>(named.rows.count) * named.width);
  for_each_block(comm, table.table, context.fits ? ResultTable::Details::brief : ResultTable::Details::none,
                 [&](std::int64_t first, std::vector<ParticleResult>& rows) {
                   std::vector<double> told;
                   if (joined) told = landscape->values(match.of({first, std::ssize(rows)}));
                   const std::size_t per_row = told.size() / rows.size();
                   for (std::size_t i = 0; i < rows.size(); ++i) {
                     const ParticleRow row{first + static_cast<std::int64_t>(i), rows[i],
                                           std::span(told).subspan(i * per_row, per_row)};
                     for (const ParticleQuantity& quantity : quantities)
                       named.values.push_back(quantity.value(row));
                     named.done.push_back(rows[i].state == ParticleState::done ? 1 : 0);
                   }
                 });
  return named;
}

// The mean of a function of the values, of `less` fewer than there are; the same bits on any number of ranks.
template <class Function>
double mean_of(const Communicator& comm, const NamedValues& named, const std::vector<double>& values,
               std::int64_t rows, std::int64_t less, Function function) {
  SlicedSum sum(rows);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isnan(values[i])) sum.add(named.rows.first + static_cast<std::int64_t>(i), function(values[i]));
  const std::int64_t count = sum.count(comm) - less;
  const double total = sum.sum(comm);
  return count > 0 ? total / static_cast<double>(count) : unknown;
}

// `values`: one per row of this rank, NaN where the particle does not count.
double aggregate(const Communicator& comm, const NamedValues& named, std::vector<double> values,
                 std::int64_t rows, const Aggregate& what) {
  if (what.statistic == Statistic::quantile) {
    std::erase_if(values, [](double value) { return std::isnan(value); });
    return quantile(comm, values, what.share);
  }
  const double mean = mean_of(comm, named, values, rows, 0, [](double value) { return value; });
  if (what.statistic == Statistic::mean) return mean;
  return std::sqrt(mean_of(comm, named, values, rows, 1,
                           [mean](double value) { return (value - mean) * (value - mean); }));
}

std::vector<double> aggregates_of(const Communicator& comm, const NamedValues& named, std::int64_t rows,
                                  const Expression& expression) {
  std::vector<double> found(expression.aggregates().size(), unknown), scratch;
  for (std::size_t a = 0; a < found.size(); ++a) {
    const Aggregate& what = expression.aggregates()[a];
    std::vector<double> values(named.done.size(), unknown);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (named.done[i] != 0) values[i] = expression.value(what.of, named.of(i), found, scratch);
    found[a] = aggregate(comm, named, std::move(values), rows, what);
  }
  return found;
}

std::optional<LandscapeRows> landscape_of(const Communicator& comm, const cli::SelectionOptions& options,
                                          bool accept_mismatch) {
  if (options.landscape.empty()) return std::nullopt;
  return LandscapeRows(comm, options.landscape, accept_mismatch);
}

Expression parsed(const std::string& text, const QuantityContext& context) {
  try {
    return Expression::parse(text,
                             [&](const std::string& name) { return ParticleQuantity(name, context).flag(); });
  } catch (const Error& error) {
    cli::refuse_option("selection", error.what());
  }
}

}  // namespace

std::vector<std::uint8_t> chosen_by_expression(const Communicator& comm, const NamedTable& table,
                                               const cli::SelectionOptions& options, bool accept_mismatch) {
  const auto landscape = landscape_of(comm, options, accept_mismatch);
  QuantityContext context{table.path, table.table.modes(), table.table.has_fits(), std::nullopt};
  if (landscape) context.landscape = landscape->columns();
  const Expression expression = parsed(options.text, context);
  const NamedValues named = named_values(comm, table, expression, context, landscape, accept_mismatch);
  const auto aggregates = aggregates_of(comm, named, table.table.size(), expression);
  std::vector<std::uint8_t> chosen;
  std::vector<double> scratch;
  std::int64_t without_value = 0;
  for (std::size_t i = 0; i < named.done.size(); ++i) {
    const double answer = expression.value(expression.whole(), named.of(i), aggregates, scratch);
    chosen.push_back(answer == 1 ? 1 : 0);
    without_value += std::isnan(answer) ? 1 : 0;
  }
  without_value = comm.sum(without_value);
  if (without_value > 0)
    spdlog::info(
        "{} particles are not selected because they have no value of what the expression names: they are "
        "not done, or the landscape does not tell",
        without_value);
  return chosen;
}

}  // namespace elastem
