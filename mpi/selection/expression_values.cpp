#include "mpi/selection/expression_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/comm/quantile.hpp"
#include "mpi/comm/row_answers.hpp"
#include "mpi/comm/sliced_sum.hpp"
#include "mpi/selection/landscape_rows.hpp"
#include "mpi/selection/saved_selection.hpp"
#include "mpi/storage/row_pass.hpp"
#include "options/selection_options.hpp"
#include "selection/particle_quantity.hpp"

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// What expressions name, of this rank's rows.
struct NamedValues {
  Range rows;
  std::size_t width = 0;
  std::vector<double> values;  // row-major: the first expression's names, the second's, …
  std::vector<std::uint8_t> done;
};

// What one of them names.
struct OwnNames {
  const NamedValues& all;
  std::size_t first = 0, count = 0;

  std::span<const double> of(std::size_t row) const {
    return std::span(all.values).subspan(row * all.width + first, count);
  }
};

NamedValues named_values(const Communicator& comm, const NamedTable& table,
                         const std::vector<Expression>& expressions, const QuantityContext& context,
                         const std::optional<LandscapeRows>& landscape, bool accept_mismatch) {
  std::vector<ParticleQuantity> quantities;
  for (const Expression& expression : expressions)
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

std::vector<double> aggregates_of(const Communicator& comm, const OwnNames& own, std::int64_t rows,
                                  const Expression& expression) {
  const NamedValues& named = own.all;
  std::vector<double> found(expression.aggregates().size(), unknown), scratch;
  for (std::size_t a = 0; a < found.size(); ++a) {
    const Aggregate& what = expression.aggregates()[a];
    std::vector<double> values(named.done.size(), unknown);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (named.done[i] != 0) values[i] = expression.value(what.of, own.of(i), found, scratch);
    found[a] = aggregate(comm, named, std::move(values), rows, what);
  }
  return found;
}

std::optional<LandscapeRows> landscape_of(const Communicator& comm, const ExpressionSource& source) {
  if (source.landscape.empty()) return std::nullopt;
  return LandscapeRows(comm, source.landscape, source.accept_mismatch);
}

Expression parsed(const std::string& text, const QuantityContext& context, const ExpressionSource& source) {
  try {
    return Expression::parse(
        text, [&](const std::string& name) { return ParticleQuantity(name, context).flag(); }, source.kind);
  } catch (const Error& error) {
    cli::refuse_option(source.option, error.what());
  }
}

}  // namespace

ExpressionValues expression_values(const Communicator& comm, const NamedTable& table,
                                   std::span<const std::string> texts, const ExpressionSource& source) {
  const auto landscape = landscape_of(comm, source);
  QuantityContext context{table.path, table.table.modes(), table.table.has_fits(), std::nullopt};
  if (landscape) context.landscape = landscape->columns();
  std::vector<Expression> expressions;
  for (const std::string& text : texts) expressions.push_back(parsed(text, context, source));
  const NamedValues named =
      named_values(comm, table, expressions, context, landscape, source.accept_mismatch);
  ExpressionValues found{named.rows, expressions.size(), {}};
  found.values.resize(named.done.size() * found.width);
  OwnNames own{named};
  for (std::size_t e = 0; e < expressions.size(); ++e, own.first += own.count) {
    own.count = expressions[e].names().size();
    const auto aggregates = aggregates_of(comm, own, table.table.size(), expressions[e]);
    std::vector<double> scratch;
    for (std::size_t i = 0; i < named.done.size(); ++i)
      found.values[i * found.width + e] =
          expressions[e].value(expressions[e].whole(), own.of(i), aggregates, scratch);
  }
  return found;
}

ExpressionValues at_matched(const Communicator& comm, const ExpressionValues& known, const RowMatch& match) {
  ExpressionValues found{match.rows, known.width, {}};
  found.values.assign(match.others.size() * known.width, unknown);
  std::vector<std::int64_t> asked;
  std::ranges::copy_if(match.others, std::back_inserter(asked),
                       [](auto row) { return row != RowMatch::none; });
  for (std::size_t e = 0; e < known.width; ++e) {
    const auto answers =
        answers_about<double>(comm, known.rows, asked, [&](std::int64_t row) { return known.of(row)[e]; });
    std::size_t next = 0;
    for (std::size_t i = 0; i < match.others.size(); ++i)
      if (match.others[i] != RowMatch::none) found.values[i * known.width + e] = answers[next++];
  }
  return found;
}

}  // namespace elastem
