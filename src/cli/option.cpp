#include "cli/option.hpp"

#include <cmath>

#include <spdlog/fmt/fmt.h>

namespace elastem::cli {

bool Bounds::hold(double value) const {
  return !(at_least && value < *at_least) && !(above && value <= *above) && !(at_most && value > *at_most) &&
         !(below && value >= *below);
}

bool Bounds::possible(double value) const {
  const double size = std::abs(value);
  return !(largest && size > *largest) && !(smallest && size > 0 && size < *smallest);
}

std::string Bounds::impossible() const {
  if (smallest) return fmt::format("out of all proportion: give {:g} to {:g}", *smallest, *largest);
  return fmt::format("out of all proportion: give at most {:g}", *largest);
}

std::string Bounds::text() const {
  if (at_least && at_most) return fmt::format("a value between {:g} and {:g}", *at_least, *at_most);
  if (at_least && !below) return fmt::format("{:g} or more", *at_least);
  std::string text = "a value ";
  if (at_least) text += fmt::format("of at least {:g} and ", *at_least);
  if (above) text += fmt::format("above {:g}{}", *above, at_most || below ? " and " : "");
  if (at_most) text += fmt::format("at most {:g}", *at_most);
  if (below) text += fmt::format("below {:g}", *below);
  return text;
}

void refuse_option(const std::string& name, const std::string& reason) {
  throw Error("option --" + name + ": " + reason);
}

}  // namespace elastem::cli
