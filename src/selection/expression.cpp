#include "selection/expression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double answer(bool known, bool yes) {
  return !known ? unknown : yes ? 1.0 : 0.0;
}

double compared(Operation operation, double a, double b) {
  const bool known = !std::isnan(a) && !std::isnan(b);
  switch (operation) {
    case Operation::equal:
      return answer(known, a == b);
    case Operation::unequal:
      return answer(known, a != b);
    case Operation::less:
      return answer(known, a < b);
    case Operation::at_most:
      return answer(known, a <= b);
    case Operation::more:
      return answer(known, a > b);
    default:
      return answer(known, a >= b);
  }
}

// Of two conditions, of which `decisive` settles the answer whatever the other is.
double joined(double a, double b, double decisive) {
  if (a == decisive || b == decisive) return decisive;
  return std::isnan(a) || std::isnan(b) ? unknown : 1 - decisive;
}

double calculated(const ExpressionNode& node, double a, double b) {
  switch (node.operation) {
    case Operation::number:
      return node.low;
    case Operation::negated:
      return -a;
    case Operation::sum:
      return a + b;
    case Operation::difference:
      return a - b;
    case Operation::product:
      return a * b;
    case Operation::quotient:
      return a / b;
    case Operation::magnitude:
      return std::abs(a);
    case Operation::root:
      return std::sqrt(a);
    case Operation::least:
      return std::isnan(a) || std::isnan(b) ? unknown : std::min(a, b);
    case Operation::greatest:
      return std::isnan(a) || std::isnan(b) ? unknown : std::max(a, b);
    case Operation::within:
      return answer(!std::isnan(a), a >= node.low && a <= node.high);
    case Operation::both:
      return joined(a, b, 0);
    case Operation::either:
      return joined(a, b, 1);
    case Operation::opposite:
      return 1 - a;
    default:
      return compared(node.operation, a, b);
  }
}

}  // namespace

Expression::Expression(std::vector<ExpressionNode> nodes, std::vector<std::string> names,
                       std::vector<Aggregate> aggregates)
    : nodes_(std::move(nodes)), names_(std::move(names)), aggregates_(std::move(aggregates)) {
  require(!nodes_.empty(), "an expression that says something");
}

double Expression::value(std::size_t node, std::span<const double> names, std::span<const double> aggregates,
                         std::vector<double>& scratch) const {
  require(names.size() == names_.size() && aggregates.size() == aggregates_.size() && node < nodes_.size(),
          "a value per name and per aggregate");
  scratch.resize(nodes_.size());
  for (std::size_t i = 0; i <= node; ++i) {
    const ExpressionNode& one = nodes_[i];
    if (one.operation == Operation::name)
      scratch[i] = names[one.left];
    else if (one.operation == Operation::aggregate)
      scratch[i] = aggregates[one.left];
    else
      scratch[i] = calculated(one, scratch[one.left], scratch[one.right]);
  }
  return scratch[node];
}

}  // namespace elastem
