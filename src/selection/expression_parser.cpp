// By recursive descent: the errors of Boost.Spirit point at the rule that failed, not at the character, and a
// rule whose meaning depends on the other side of its comparison (q) needs code of its own there too.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "selection/expression.hpp"
#include "selection/expression_tokens.hpp"

namespace elastem {
namespace {

using Token = ExpressionToken;

constexpr int deepest = 200;  // parentheses within parentheses
constexpr std::size_t most_nodes = 10000;

const std::vector<std::string>& functions() {
  static const std::vector<std::string> names = {"abs", "sqrt", "min", "max", "q", "mean", "sd", "median"};
  return names;
}

enum class Type { number, condition, flag };  // a flag is both

// A part of the expression.
struct Part {
  std::size_t node = 0, at = 0;
  Type type = Type::number;
  bool varies = false;            // from particle to particle
  std::vector<std::size_t> open;  // quantiles that are of the other side of a comparison
};

class Parser {
 public:
  Parser(const std::string& text, const Expression::Meaning& meaning)
      : text_(text), meaning_(meaning), tokens_(expression_tokens(text)) {}

  Expression run(Expression::Kind kind) {
    if (now().kind == Token::Kind::end) refuse(0, "the expression is empty; write one such as q7 > 50");
    const Part whole = alternatives_of_conditions();
    if (is(")")) refuse(now().at, "this parenthesis closes none");
    if (now().kind != Token::Kind::end) refuse(now().at, "an operator is missing before this");
    const bool wants_number = kind == Expression::Kind::number;
    if (wants_number) {
      number(whole);
      closed(whole, "here");
    } else {
      condition(whole);
    }
    if (nodes_.size() != whole.node + 1)
      nodes_.push_back({wants_number ? Operation::greatest : Operation::both, whole.node, whole.node});
    order_aggregates();
    return {std::move(nodes_), std::move(names_), std::move(aggregates_)};
  }

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& sentence) const {
    refuse_expression(text_, at, sentence);
  }

  // Tokens.
  const Token& now() const { return tokens_[next_]; }
  bool is(std::string_view text) const {
    return now().kind != Token::Kind::number && now().kind != Token::Kind::end && now().text == text;
  }
  std::optional<Token> accept(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts)
      if (is(text)) return tokens_[next_++];
    return std::nullopt;
  }
  void expect(std::string_view text, const std::string& sentence) {
    if (!accept({text})) refuse(now().at, sentence);
  }

  // Nodes.
  std::size_t add(const ExpressionNode& node) {
    if (nodes_.size() == most_nodes)
      refuse(now().at, fmt::format("the expression is too long: more than {} parts up to here", most_nodes));
    nodes_.push_back(node);
    return nodes_.size() - 1;
  }
  Part combined(Operation operation, const Part& left, const Part& right, Type type) {
    Part both{add({operation, left.node, right.node}), left.at, type, left.varies || right.varies, left.open};
    both.open.insert(both.open.end(), right.open.begin(), right.open.end());
    return both;
  }

  // What a part has to be.
  void condition(const Part& part) const {
    if (part.type == Type::number)
      refuse(part.at, "this is a number, no condition; compare it, as in q7 > 50");
  }
  void number(const Part& part) const {
    if (part.type == Type::condition)
      refuse(part.at, "this is a condition, no number; join conditions with and, or, not");
  }
  void closed(const Part& part, const char* where) const {
    if (!part.open.empty())
      refuse(part.at, fmt::format("q with a share alone is of the other side of a comparison, and there is "
                                  "none {}; say of what, as in q(0.1, score)",
                                  where));
  }

  // Conditions, from the operator that binds least.
  Part alternatives_of_conditions() {
    if (++depth_ > deepest) refuse(now().at, "too many parentheses within each other");
    Part part = conjunction();
    while (accept({"or", "||"})) part = joined(part, Operation::either, conjunction());
    --depth_;
    return part;
  }
  Part conjunction() {
    Part part = negation();
    while (accept({"and", "&&"})) part = joined(part, Operation::both, negation());
    return part;
  }
  Part joined(const Part& left, Operation operation, const Part& right) {
    condition(left);
    condition(right);
    return combined(operation, left, right, Type::condition);
  }
  Part negation() {
    const auto word = accept({"not", "!"});
    if (!word) return comparison();
    if (++depth_ > deepest) refuse(word->at, "too many negations of each other");
    const Part part = negation();
    --depth_;
    condition(part);
    return {add({Operation::opposite, part.node, part.node}), word->at, Type::condition, part.varies, {}};
  }

  Part comparison() {
    std::vector<Part> sides{sum()};
    std::vector<Operation> operations;
    if (const bool outside = is("not"); outside || is("in")) return membership(sides.front(), outside);
    while (const auto word = accept({"==", "!=", "<", "<=", ">", ">="})) {
      operations.push_back(operation_of(word->text));
      sides.push_back(sum());
    }
    if (operations.empty()) return sides.front();
    for (const Part& side : sides) number(side);
    for (std::size_t i = 0; i < sides.size(); ++i) bind(sides, i);
    for (Part& side : sides) side.open.clear();
    Part whole = combined(operations[0], sides[0], sides[1], Type::condition);
    for (std::size_t i = 1; i < operations.size(); ++i)
      whole = combined(Operation::both, whole,
                       combined(operations[i], sides[i], sides[i + 1], Type::condition), Type::condition);
    return whole;
  }
  static Operation operation_of(std::string_view text) {
    if (text == "==") return Operation::equal;
    if (text == "!=") return Operation::unequal;
    if (text == "<") return Operation::less;
    if (text == "<=") return Operation::at_most;
    return text == ">" ? Operation::more : Operation::at_least;
  }
  // Quantiles of side i are of the side next to it.
  void bind(const std::vector<Part>& sides, std::size_t i) {
    if (sides[i].open.empty()) return;
    std::vector<std::size_t> others;
    if (i > 0) others.push_back(i - 1);
    if (i + 1 < sides.size()) others.push_back(i + 1);
    std::erase_if(others, [&](std::size_t j) { return !sides[j].open.empty() || !sides[j].varies; });
    if (others.size() != 1)
      refuse(sides[i].at,
             fmt::format("q with a share alone is of the other side of its comparison, {}; say of "
                         "what, as in q(0.1, score)",
                         others.empty() ? "which is no quantity of a particle here"
                                        : "and here it stands between two"));
    for (const std::size_t aggregate : sides[i].open) aggregates_[aggregate].of = sides[others[0]].node;
  }

  // … in {1, 3-5}
  Part membership(const Part& part, bool outside) {
    const std::size_t at = now().at;
    if (outside) ++next_;
    expect("in", "not stands before a condition, or before in; is an operator missing?");
    number(part);
    closed(part, "here");
    expect("{", "a set in braces comes after in, as in state in {1, 3}");
    std::optional<Part> found;
    do {
      const double low = set_number();
      const std::size_t minus = now().at;
      const double high = accept({"-"}) ? set_number() : low;
      if (high < low) refuse(minus, fmt::format("this range runs backwards, from {} to {}", low, high));
      const Part one{add({Operation::within, part.node, part.node, low, high}),
                     part.at,
                     Type::condition,
                     part.varies,
                     {}};
      found = found ? combined(Operation::either, *found, one, Type::condition) : one;
    } while (accept({","}));
    expect("}", "here a comma or the } of the set is missing");
    if (!outside) return *found;
    return {add({Operation::opposite, found->node, found->node}), at, Type::condition, part.varies, {}};
  }
  double set_number() {
    const auto sign = accept({"-", "+"});
    if (now().kind != Token::Kind::number)
      refuse(now().at, "a set holds numbers and ranges such as {1, 3-5}");
    const double value = tokens_[next_++].number;
    return sign && sign->text == "-" ? -value : value;
  }

  // Numbers.
  Part calculation(const Part& left, Operation operation, const Part& right) {
    number(left);
    number(right);
    return combined(operation, left, right, Type::number);
  }
  Part sum() {
    Part part = product();
    while (const auto word = accept({"+", "-"}))
      part = calculation(part, word->text == "+" ? Operation::sum : Operation::difference, product());
    return part;
  }
  Part product() {
    Part part = signed_value();
    while (const auto word = accept({"*", "/"}))
      part = calculation(part, word->text == "*" ? Operation::product : Operation::quotient, signed_value());
    return part;
  }
  Part signed_value() {
    const auto word = accept({"-", "+"});
    if (!word) return value();
    if (++depth_ > deepest) refuse(word->at, "too many signs before each other");
    Part part = signed_value();
    --depth_;
    number(part);
    part.at = word->at;
    part.type = Type::number;
    if (word->text == "-") part.node = add({Operation::negated, part.node, part.node});
    return part;
  }
  Part value() {
    const Token token = now();
    if (token.kind == Token::Kind::end)
      refuse(token.at, "the expression ends where a name, a number or a parenthesis is to come");
    if (token.kind == Token::Kind::number) {
      ++next_;
      return {add({Operation::number, 0, 0, token.number, 0}), token.at, Type::number, false, {}};
    }
    if (accept({"("})) {
      Part part = alternatives_of_conditions();
      if (!accept({")"})) refuse(token.at, "this parenthesis is not closed");
      part.at = token.at;
      return part;
    }
    const bool word = is("and") || is("or") || is("not") || is("in");
    if (token.kind == Token::Kind::symbol || word)
      refuse(token.at, "here a name, a number or a parenthesis is to come");
    ++next_;
    return is("(") ? call(token) : name(token);
  }
  Part name(const Token& token) {
    Type type = Type::number;
    try {
      if (meaning_(token.text)) type = Type::flag;
    } catch (const Error& error) {
      refuse(token.at, error.what());
    }
    const auto place = static_cast<std::size_t>(std::ranges::find(names_, token.text) - names_.begin());
    if (place == names_.size()) names_.push_back(token.text);
    return {add({Operation::name, place, 0}), token.at, type, true, {}};
  }

  // Functions.
  Part call(const Token& token) {
    ++next_;
    if (std::ranges::find(functions(), token.text) == functions().end())
      refuse(token.at, fmt::format("there is no function {}", unknown_name(token.text, functions())));
    const bool first_is_share = token.text == "q";
    const double share = first_is_share ? quantile_share() : 0.5;
    std::vector<Part> arguments;
    if (!first_is_share || accept({","})) {
      do arguments.push_back(sum());
      while (accept({","}));
    }
    if (!accept({")"})) refuse(now().at, fmt::format("here a comma or the ) of {} is missing", token.text));
    for (const Part& argument : arguments) number(argument);
    const bool several = token.text == "min" || token.text == "max";
    if (several ? arguments.size() < 2
                : arguments.size() + (first_is_share ? 1 : 0) > (first_is_share ? 2 : 1))
      refuse(token.at, several ? fmt::format("{} takes two numbers or more", token.text)
                               : fmt::format("{} takes {}", token.text,
                                             first_is_share ? "a share and one number" : "one number"));
    if (several) return extreme(token, arguments);
    if (token.text == "abs" || token.text == "sqrt") {
      Part part = arguments.front();
      part.node = add({token.text == "abs" ? Operation::magnitude : Operation::root, part.node, part.node});
      part.at = token.at;
      part.type = Type::number;
      return part;
    }
    return aggregate(token, share, arguments);
  }
  double quantile_share() {
    const Token& token = now();
    if (token.kind != Token::Kind::number || token.number > 1)
      refuse(token.at, "q takes a share of the particles, 0 to 1, as in score > q(0.1)");
    ++next_;
    return token.number;
  }
  Part extreme(const Token& token, const std::vector<Part>& arguments) {
    Part part = arguments.front();
    for (std::size_t i = 1; i < arguments.size(); ++i)
      part = combined(token.text == "min" ? Operation::least : Operation::greatest, part, arguments[i],
                      Type::number);
    part.at = token.at;
    return part;
  }
  Part aggregate(const Token& token, double share, const std::vector<Part>& arguments) {
    const Statistic statistic = token.text == "mean" ? Statistic::mean
                                : token.text == "sd" ? Statistic::deviation
                                                     : Statistic::quantile;
    const std::size_t place = aggregates_.size();
    aggregates_.push_back({statistic, share, 0});
    Part part{add({Operation::aggregate, place, 0}), token.at, Type::number, false, {}};
    if (arguments.empty()) {
      part.open = {place};
      return part;
    }
    closed(arguments.front(), "here");
    if (!arguments.front().varies)
      refuse(arguments.front().at,
             fmt::format("{} is of a quantity of particles, such as score", token.text));
    aggregates_[place].of = arguments.front().node;
    return part;
  }

  // An aggregate within another is of an earlier node.
  void order_aggregates() {
    std::vector<std::size_t> order(aggregates_.size()), place(aggregates_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return aggregates_[i].of; });
    std::vector<Aggregate> ordered;
    for (const std::size_t i : order) {
      place[i] = ordered.size();
      ordered.push_back(aggregates_[i]);
    }
    for (ExpressionNode& node : nodes_)
      if (node.operation == Operation::aggregate) node.left = place[node.left];
    aggregates_ = std::move(ordered);
  }

  const std::string& text_;
  const Expression::Meaning& meaning_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
  std::vector<ExpressionNode> nodes_;
  std::vector<std::string> names_;
  std::vector<Aggregate> aggregates_;
};

}  // namespace

Expression Expression::parse(const std::string& text, const Meaning& meaning, Kind kind) {
  return Parser(text, meaning).run(kind);
}

}  // namespace elastem
