#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace elastem {

/// A word of an expression and where it stands.
struct ExpressionToken {
  enum class Kind : std::uint8_t { number, name, symbol, end };

  Kind kind = Kind::end;
  std::string text;    ///< "and", "or", "not" and "in" in small letters, however they are written
  std::size_t at = 0;  ///< byte of the expression
  double number = 0;
};

/// The words of an expression and an end. Throws Error (refuse_expression).
std::vector<ExpressionToken> expression_tokens(const std::string& expression);

/// Throws Error: the sentence, then the expression and a caret below its byte `at`, in two lines.
[[noreturn]] void refuse_expression(const std::string& expression, std::size_t at,
                                    const std::string& sentence);

}  // namespace elastem
