#include "selection/expression_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {
namespace {

constexpr std::size_t longest = 1 << 16;  // bytes
constexpr std::size_t shown = 50;         // bytes on each side of what is wrong

// What stands for something else in other languages, and what is meant.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> other_words = {
    {{"≤", "write <="},
     {"≥", "write >="},
     {"≠", "write !="},
     {"−", "write a hyphen for minus"},
     {"–", "write a hyphen for minus"},
     {"=", "write == to compare"},
     {"&", "write and"},
     {"|", "write or"},
     {"[", "write {1, 3} for a set, parentheses for the rest"},
     {"]", "write {1, 3} for a set, parentheses for the rest"},
     {"%", "write a share, 0.1 for ten percent"},
     {"^", "write a product, q7*q7"},
     {"\"", "values are numbers, without quotation marks"}}};

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// A character of UTF-8, of at most four bytes.
std::string_view character_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && end < at + 4 && continues_character(text[end])) ++end;
  return text.substr(at, end - at);
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  std::vector<ExpressionToken> run() {
    if (text_.size() > longest) throw Error(fmt::format("the expression has more than {} bytes", longest));
    while (true) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      if (at_ == text_.size()) break;
      if (digit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && digit(text_[at_ + 1])))
        number();
      else if (letter(text_[at_]))
        name();
      else
        symbol();
    }
    add(ExpressionToken::Kind::end, 0);
    return std::move(tokens_);
  }

 private:
  ExpressionToken& add(ExpressionToken::Kind kind, std::size_t length) {
    tokens_.push_back({kind, text_.substr(at_, length), at_, 0});
    at_ += length;
    return tokens_.back();
  }

  void number() {
    double value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (failure != std::errc{}) refuse_expression(text_, at_, "this number is too large or too small");
    add(ExpressionToken::Kind::number, static_cast<std::size_t>(end - begin)).number = value;
    if (at_ < text_.size() && (letter(text_[at_]) || text_[at_] == '.'))
      refuse_expression(text_, at_, "a number goes on with what is no digit; is an operator missing?");
  }

  void name() {
    std::size_t end = at_;
    while (end < text_.size() && (letter(text_[end]) || digit(text_[end]))) ++end;
    std::string& text = add(ExpressionToken::Kind::name, end - at_).text;
    std::string small = text;
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (small == "and" || small == "or" || small == "not" || small == "in") text = small;
  }

  void symbol() {
    const std::string_view rest = std::string_view(text_).substr(at_);
    for (const std::string_view two : {"==", "!=", "<=", ">=", "&&", "||"})
      if (rest.starts_with(two)) {
        add(ExpressionToken::Kind::symbol, 2);
        return;
      }
    if (std::string_view("<>+-*/(){},!").find(rest.front()) != std::string_view::npos) {
      add(ExpressionToken::Kind::symbol, 1);
      return;
    }
    for (const auto& [word, hint] : other_words)
      if (rest.starts_with(word))
        refuse_expression(text_, at_, fmt::format("{} means nothing here; {}", word, hint));
    const std::string_view character = character_at(text_, at_);
    const bool printable =
        character.size() > 1 || std::isprint(static_cast<unsigned char>(rest.front())) != 0;
    refuse_expression(text_, at_,
                      fmt::format("{} means nothing here", printable ? std::string(character) : "this byte"));
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::vector<ExpressionToken> tokens_;
};

}  // namespace

std::vector<ExpressionToken> expression_tokens(const std::string& expression) {
  return Reader(expression).run();
}

void refuse_expression(const std::string& expression, std::size_t at, const std::string& sentence) {
  std::size_t first = at > shown ? at - shown : 0, end = std::min(expression.size(), at + shown);
  while (first > 0 && continues_character(expression[first])) --first;
  while (end < expression.size() && continues_character(expression[end])) ++end;
  std::string line = (first > 0 ? "…" : "") + expression.substr(first, end - first);
  for (char& c : line)
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = ' ';
  const auto before = std::count_if(expression.begin() + static_cast<std::ptrdiff_t>(first),
                                    expression.begin() + static_cast<std::ptrdiff_t>(at),
                                    [](char c) { return !continues_character(c); });
  const std::string space(static_cast<std::size_t>(before) + (first > 0 ? 1 : 0), ' ');
  throw Error(fmt::format("{}\n  {}{}\n  {}^", sentence, line, end < expression.size() ? "…" : "", space));
}

}  // namespace elastem
