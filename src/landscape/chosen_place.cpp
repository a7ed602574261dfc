#include "landscape/chosen_place.hpp"

#include <algorithm>
#include <charconv>

#include <Eigen/Cholesky>
#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/star_text.hpp"

namespace elastem {
namespace {

constexpr const char* form =
    "give two conformations with a colon between them, each the row of a particle, as 12, or amplitudes in "
    "Å, "
    "as q7=-50,q8=10";

ChosenPlace parsed(std::string_view text) {
  ChosenPlace place{std::string(trimmed(text)), 0, {}};
  const std::string& word = place.text;
  if (word.empty()) throw Error(form);
  if (word.find('=') == std::string::npos) {
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), place.row);
    if (fault != std::errc() || end != word.data() + word.size() || place.row < 1)
      throw Error(fmt::format("\"{}\" is no row of a particle, from 1, and no amplitudes: {}", word, form));
    return place;
  }
  std::string numbers = word;  // "q7=" as "7="
  std::erase_if(numbers, [](char c) { return c == 'q' || c == ' '; });
  try {
    place.amplitudes = parse_assignments(numbers, "--path");
  } catch (const Error&) {
    throw Error(fmt::format("\"{}\" are no amplitudes: {}", word, form));
  }
  return place;
}

}  // namespace

std::pair<ChosenPlace, ChosenPlace> parse_ends(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || text.find(':', colon + 1) != std::string::npos)
    throw Error(fmt::format("\"{}\" is no way: {}", text, form));
  return {parsed(std::string_view(text).substr(0, colon)), parsed(std::string_view(text).substr(colon + 1))};
}

std::string name_of(const ChosenPlace& place) {
  return place.row > 0 ? fmt::format("row {}", place.row) : place.text;
}

void require_modes(const ChosenPlace& place, const std::vector<int>& modes) {
  for (const auto& [mode, value] : place.amplitudes)
    if (std::ranges::find(modes, mode) == modes.end())
      throw Error(fmt::format("\"{}\": the result has no mode {}: its modes are {}", place.text, mode,
                              format_number_list(modes)));
}

Eigen::VectorXd amplitudes_of(const ChosenPlace& place, const std::vector<int>& modes,
                              const PrincipalComponents& components) {
  constexpr double ridge = 1e-9;  // of the largest variance
  require_modes(place, modes);
  const auto given = static_cast<Eigen::Index>(place.amplitudes.size()), k = components.mean.size();
  Eigen::MatrixXd picked = Eigen::MatrixXd::Zero(given, k);
  Eigen::VectorXd away(given);
  for (Eigen::Index i = 0; i < given; ++i) {
    const auto& [mode, value] = place.amplitudes[static_cast<std::size_t>(i)];
    const Eigen::Index at = std::ranges::find(modes, mode) - modes.begin();
    picked(i, at) = 1;
    away[i] = value - components.mean[at];
  }
  const Eigen::VectorXd least =
      components.variances.cwiseMax(ridge * std::max(components.variances.maxCoeff(), 1e-12));
  const Eigen::MatrixXd covariance = components.axes * least.asDiagonal() * components.axes.transpose();
  const Eigen::MatrixXd of_given = picked * covariance * picked.transpose();
  return components.mean + covariance * picked.transpose() * of_given.ldlt().solve(away);
}

}  // namespace elastem
