#include "selection/particle_quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "core/suggestion.hpp"

namespace elastem {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

using Value = double (*)(const ParticleRow&, std::size_t);

template <class Number>
double yes(Number answer) {
  return answer ? 1.0 : 0.0;
}
double angle(const ParticleRow& row, std::size_t place) {
  return row.result.euler_angles[static_cast<Eigen::Index>(place)];
}
double shift(const ParticleRow& row, std::size_t place) {
  return row.result.shift[static_cast<Eigen::Index>(place)];
}
double amplitude(const ParticleRow& row, std::size_t place) {
  return row.result.amplitudes[static_cast<Eigen::Index>(place)];
}
double error(const ParticleRow& row, std::size_t place) {
  return row.result.standard_errors[static_cast<Eigen::Index>(place)];
}
// Errors of the pose, which stand behind those of the amplitudes.
double pose_error(const ParticleRow& row, std::size_t place) {
  return error(row, static_cast<std::size_t>(row.result.amplitudes.size()) + place);
}
double amplitude_alone(const ParticleRow& row, std::size_t place) {
  return row.result.fit ? row.result.fit->amplitudes[static_cast<Eigen::Index>(place)] : unknown;
}
template <double FitDetails::*member>
double of_fit(const ParticleRow& row, std::size_t) {
  return row.result.fit ? (*row.result.fit).*member : unknown;
}
template <ParticleState state>
double has_state(const ParticleRow& row, std::size_t) {
  return yes(row.result.state == state);
}
double of_landscape(const ParticleRow& row, std::size_t place) {
  return place < row.landscape.size() ? row.landscape[place] : unknown;
}
// Of `states` states, whose probabilities begin at place 1.
double greatest_probability(const ParticleRow& row, std::size_t states) {
  if (row.landscape.size() <= states) return unknown;
  double greatest = row.landscape[1];
  for (const double p : row.landscape.subspan(1, states)) greatest = p > greatest ? p : greatest;
  return greatest;
}

enum class When { done, always, fitted };

struct Fixed {
  std::string_view name;
  Value value;
  std::size_t place = 0;
  When when = When::done;
  bool flag = false;
};
constexpr std::array fixed_quantities = {
    Fixed{"row", [](const ParticleRow& row, std::size_t) { return static_cast<double>(row.row + 1); }, 0,
          When::always},
    Fixed{"done", has_state<ParticleState::done>, 0, When::always, true},
    Fixed{"failed", has_state<ParticleState::failed>, 0, When::always, true},
    Fixed{"pending", has_state<ParticleState::pending>, 0, When::always, true},
    Fixed{"rot", angle, 0},
    Fixed{"tilt", angle, 1},
    Fixed{"psi", angle, 2},
    Fixed{"shift_x", shift, 0},
    Fixed{"shift_y", shift, 1},
    Fixed{"rotation_error_x", pose_error, 0},
    Fixed{"rotation_error_y", pose_error, 1},
    Fixed{"rotation_error_view", pose_error, 2},
    Fixed{"shift_error_x", pose_error, 3},
    Fixed{"shift_error_y", pose_error, 4},
    Fixed{"score", [](const ParticleRow& row, std::size_t) { return row.result.score; }},
    Fixed{"outlier",
          [](const ParticleRow& row, std::size_t) { return yes(row.result.fit && row.result.fit->outlier); },
          0, When::done, true},
    Fixed{"chi2", of_fit<&FitDetails::chi2>, 0, When::fitted},
    Fixed{"defocus_change", of_fit<&FitDetails::defocus_change>, 0, When::fitted}};

struct OfMode {
  std::string_view name;
  Value value;
  When when = When::done;
};
constexpr std::array of_modes = {OfMode{"q", amplitude}, OfMode{"amplitude_", amplitude},
                                 OfMode{"error", error}, OfMode{"amplitude_error_", error},
                                 OfMode{"alone", amplitude_alone, When::fitted}};

// The number behind `head` in a name such as q7.
std::optional<int> number_behind(std::string_view name, std::string_view head) {
  if (!name.starts_with(head)) return std::nullopt;
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, failure] = std::from_chars(name.data() + head.size(), end, number);
  if (failure != std::errc{} || stop != end || number < 0) return std::nullopt;
  return number;
}

void require_fits(const QuantityContext& context, const std::string& name) {
  if (!context.fits)
    throw Error(
        fmt::format("{} is of an alignment: {} does not say what the images alone say", name, context.path));
}

// "1 to 3".
std::string up_to(std::size_t count) {
  return count == 1 ? "1" : fmt::format("1 to {}", count);
}

std::string unknown_text(const std::string& name, const QuantityContext& context) {
  std::vector<std::string> names, all;
  for (const Fixed& quantity : fixed_quantities)
    if (quantity.when != When::fitted || context.fits) names.emplace_back(quantity.name);
  all = names;
  for (const int mode : context.modes)
    for (const char* head : {"q", "error"}) all.push_back(fmt::format("{}{}", head, mode));
  for (const char* other : {"state", "p", "pc1", "pc2"}) all.emplace_back(other);
  std::string text =
      fmt::format("there is no quantity {}{}; {} has ", name, suggestion(name, all), context.path);
  if (!context.modes.empty())
    text += fmt::format("q and error of modes {} (q{}, error{}), ", format_number_list(context.modes),
                        context.modes.front(), context.modes.front());
  text += alternatives(names);
  return text + (context.landscape ? "; the landscape has state, p, p1 and pc1"
                                   : "; state, p and pc1 come with --landscape DIR");
}

}  // namespace

ParticleQuantity::ParticleQuantity(const std::string& name, const QuantityContext& context) {
  if (!find_fixed(name, context) && !find_of_mode(name, context) && !find_of_landscape(name, context))
    throw Error(unknown_text(name, context));
}

bool ParticleQuantity::find_fixed(const std::string& name, const QuantityContext& context) {
  const auto* const found = std::ranges::find(fixed_quantities, std::string_view(name), &Fixed::name);
  if (found == fixed_quantities.end()) return false;
  if (found->when == When::fitted) require_fits(context, name);
  value_ = found->value;
  place_ = found->place;
  flag_ = found->flag;
  always_ = found->when == When::always;
  return true;
}

bool ParticleQuantity::find_of_mode(const std::string& name, const QuantityContext& context) {
  for (const OfMode& quantity : of_modes) {
    const auto mode = number_behind(name, quantity.name);
    if (!mode) continue;
    const auto at = std::ranges::find(context.modes, *mode) - context.modes.begin();
    if (at == std::ssize(context.modes))
      throw Error(context.modes.empty() ? fmt::format("{} has no modes", context.path)
                                        : fmt::format("{} has no mode {}: its modes are {}", context.path,
                                                      *mode, format_number_list(context.modes)));
    if (quantity.when == When::fitted) require_fits(context, name);
    value_ = quantity.value;
    place_ = static_cast<std::size_t>(at);
    return true;
  }
  return false;
}

bool ParticleQuantity::find_of_landscape(const std::string& name, const QuantityContext& context) {
  auto state = number_behind(name, "p"), component = number_behind(name, "pc");
  if (!state) state = number_behind(name, "probability_");
  if (!component) component = number_behind(name, "component_");
  const bool of_states = name == "state" || name == "p" || state;
  if (!of_states && !component) return false;
  if (!context.landscape)
    throw Error(name + " is of a landscape: give --landscape DIR, the folder that elastem landscape wrote");
  const LandscapeColumns& landscape = *context.landscape;
  if (of_states && landscape.states == 0)
    throw Error(fmt::format("{} is of states, but {} tells none", name, landscape.path));
  const auto number = static_cast<std::size_t>(of_states ? state.value_or(1) : *component);
  const std::size_t most = of_states ? landscape.states : landscape.components;
  if (number < 1 || number > most)
    throw Error(fmt::format("{} has no {}: it tells of {} {} only", landscape.path, name,
                            of_states ? "states" : "components", up_to(most)));
  of_landscape_ = true;
  value_ = name == "p" ? greatest_probability : elastem::of_landscape;
  if (name == "p")
    place_ = landscape.states;
  else if (of_states)
    place_ = state ? number : 0;
  else
    place_ = (landscape.states > 0 ? 1 + landscape.states : 0) + number - 1;
  return true;
}

}  // namespace elastem
