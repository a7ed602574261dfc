#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace elastem {

/// What a node of an expression does with the values of the nodes before it.
enum class Operation : std::uint8_t {
  number,
  name,
  aggregate,
  negated,
  sum,
  difference,
  product,
  quotient,
  magnitude,
  root,
  least,
  greatest,
  equal,
  unequal,
  less,
  at_most,
  more,
  at_least,
  within,
  both,
  either,
  opposite
};

struct ExpressionNode {
  Operation operation = Operation::number;
  std::size_t left = 0, right = 0;  ///< nodes; of a name or an aggregate, `left` is its place
  double low = 0, high = 0;         ///< of a number `low`; of `within`, both
};

/// What all particles say together: the mean, the standard deviation (of n − 1) or the quantile of a share.
enum class Statistic : std::uint8_t { mean, deviation, quantile };

struct Aggregate {
  Statistic statistic = Statistic::mean;
  double share = 0;    ///< of a quantile
  std::size_t of = 0;  ///< the node that it is of
};

/// A condition on a particle's quantities, such as `q7 > 50 and score > q(0.1)`, or a number made of them,
/// ready to be asked of many particles. A value that is not known is NaN; what follows from it is not known
/// either, unless the rest decides: `x and y` is no where x is no, `x or y` is yes where x is yes. The
/// language: docs/selection.md.
class Expression {
 public:
  /// Whether a name is a condition by itself, 1 or 0, such as `done`; throws Error with a sentence for a name
  /// that there is not.
  using Meaning = std::function<bool(const std::string& name)>;

  /// What an expression is to be: a condition, or a number such as `q7 - q8`.
  enum class Kind : std::uint8_t { condition, number };

  /// Throws Error: a sentence, and in two lines the expression and a caret below what is wrong.
  static Expression parse(const std::string& text, const Meaning& meaning, Kind kind = Kind::condition);

  /// What `parse` makes it of: nodes whose operands come before them, the last one being the whole.
  Expression(std::vector<ExpressionNode> nodes, std::vector<std::string> names,
             std::vector<Aggregate> aggregates);

  /// The names that it uses, in the order in which `value` wants them.
  const std::vector<std::string>& names() const { return names_; }
  /// Its aggregates; each needs those before it at most.
  const std::vector<Aggregate>& aggregates() const { return aggregates_; }
  /// The node that is the whole.
  std::size_t whole() const { return nodes_.size() - 1; }

  /// The value of a node for one particle's `names` and all particles' `aggregates`, of which those are NaN
  /// that are not known yet; of a condition 1 or 0, or NaN where it is not known. `scratch` is for reuse.
  double value(std::size_t node, std::span<const double> names, std::span<const double> aggregates,
               std::vector<double>& scratch) const;

 private:
  std::vector<ExpressionNode> nodes_;
  std::vector<std::string> names_;
  std::vector<Aggregate> aggregates_;
};

}  // namespace elastem
