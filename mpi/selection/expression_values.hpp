#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "mpi/particles/result_match.hpp"
#include "selection/expression.hpp"

namespace elastem {

/// What expressions say of a rank's rows.
struct ExpressionValues {
  Range rows;
  std::size_t width = 0;       ///< how many expressions
  std::vector<double> values;  ///< rows × width; of a condition 1 or 0; NaN: not known

  std::span<const double> of(std::int64_t row) const {
    return std::span(values).subspan(static_cast<std::size_t>(row - rows.first) * width, width);
  }
};

/// Where expressions come from.
struct ExpressionSource {
  std::string option;     ///< whose they are, for messages
  std::string landscape;  ///< the folder whose states and components they mean; empty: none
  Expression::Kind kind = Expression::Kind::condition;
  bool accept_mismatch = false;  ///< of the landscape
};

/// Of this rank's own_rows of a table; what expressions name of all particles is of those that are done, the
/// same on any number of ranks. Collective. Throws Error that names the option and points at what is wrong.
ExpressionValues expression_values(const Communicator& comm, const NamedTable& table,
                                   std::span<const std::string> texts, const ExpressionSource& source);

/// The same for the rows that a match brings together with the table's; NaN where it has none. Collective.
ExpressionValues at_matched(const Communicator& comm, const ExpressionValues& known, const RowMatch& match);

}  // namespace elastem
