#include "io/mode_file.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/star_text.hpp"

namespace elastem {

std::string text_place(const std::string& path, std::int64_t line) {
  return path + ":" + std::to_string(line);
}

void for_each_word(std::string_view line, const std::function<void(std::string_view)>& f) {
  constexpr std::string_view blanks = " \t\r\n";
  for (std::size_t at = line.find_first_not_of(blanks); at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    f(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
}

double number_of(std::string_view word, const std::string& place) {
  double value = 0;
  if (!parse_number(word, value))
    throw Error(place + ": \"" + std::string(word.substr(0, 40)) + "\" is not a number");
  return value;
}

}  // namespace elastem
