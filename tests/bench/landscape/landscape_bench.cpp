// landscape_bench [SETS]: what `landscape` makes of 4,000 values with the errors of images (5.8 Å), whose
// truth is known: barriers, wells, populations and the distance of the whole distribution from the truth
// (sliced Wasserstein: the mean over 100 directions of ∫|F⁻¹ − G⁻¹|, to 20,000 other draws) of double wells,
// clusters and a helix, mean over SETS (5) sets; how often the number of states is right, particles are in
// the right one, and populations within two of their errors, of four times as many sets. CSV, a line per
// kind.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numbers>

#include <Eigen/Cholesky>
#include <spdlog/fmt/fmt.h>

#include "landscape/found_states.hpp"
#include "landscape/profile.hpp"
#include "tests/unit/landscape/drawn_values.hpp"

using namespace elastem;

namespace {

constexpr double error = 5.8;  // Å
constexpr int count = 4000, most_states = 8;

using Draw = std::function<Eigen::Vector3d(Random&)>;

std::vector<Eigen::Vector3d> drawn(const Draw& draw, int number, std::uint64_t seed) {
  std::vector<Eigen::Vector3d> truths;
  for (int i = 0; i < number; ++i) {
    Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
    truths.push_back(draw(random));
  }
  return truths;
}

std::vector<NoisyValue> measured(const std::vector<Eigen::Vector3d>& truths, std::uint64_t seed) {
  std::vector<NoisyValue> values;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    Random random(seed, Stream::noise, i);
    values.push_back(noisy(truths[i], error, random));
  }
  return values;
}

// Mean over directions of the distance of two samples' quantiles.
double sliced_wasserstein(const std::vector<Eigen::Vector3d>& one,
                          const std::vector<Eigen::Vector3d>& other) {
  constexpr int directions = 100, shares = 2000;
  const auto along = [](const std::vector<Eigen::Vector3d>& points, const Eigen::Vector3d& direction) {
    std::vector<double> places;
    for (const auto& point : points) places.push_back(point.dot(direction));
    std::ranges::sort(places);
    return places;
  };
  double sum = 0;
  for (int d = 0; d < directions; ++d) {
    Random random(17, Stream::sampling, static_cast<std::uint64_t>(d));
    const Eigen::Vector3d direction =
        Eigen::Vector3d(random.normal(), random.normal(), random.normal()).normalized();
    const auto a = along(one, direction), b = along(other, direction);
    for (int s = 0; s < shares; ++s) {
      const auto at = [&](const std::vector<double>& places) {
        return places[static_cast<std::size_t>((s + 0.5) / shares * static_cast<double>(places.size()))];
      };
      sum += std::abs(at(a) - at(b)) / (directions * shares);
    }
  }
  return sum;
}

// The truth as the mixture that states are made of has it.
std::vector<Eigen::Vector3d> drawn_from(const ErrorMixture& mixture, int number) {
  std::vector<Eigen::Vector3d> points;
  for (int i = 0; i < number; ++i) {
    Random random(23, Stream::sampling, static_cast<std::uint64_t>(i));
    double u = random.uniform();
    std::size_t c = 0;
    while (c + 1 < mixture.size() && u > mixture.weights[c]) u -= mixture.weights[c++];
    const Eigen::Matrix3d root = Eigen::Matrix3d(mixture.covariances[c]).llt().matrixL();
    points.push_back(Eigen::Vector3d(mixture.means[c]) +
                     root * Eigen::Vector3d(random.normal(), random.normal(), random.normal()));
  }
  return points;
}

struct Distances {
  double sample = 0, found = 0, alone = 0;
};

// Of the sample's truths, of the mixture and of the values as they are, to other draws.
Distances distances(const Draw& draw, int sets) {
  Distances mean;
  const auto fresh = drawn(draw, 20'000, 99);
  for (int set = 1; set <= sets; ++set) {
    const auto seed = static_cast<std::uint64_t>(set);
    const auto truths = drawn(draw, count, seed);
    const auto values = measured(truths, seed);
    const ErrorMixture mixture = error_mixture(values, component_count(values, most_states, seed), seed);
    std::vector<Eigen::Vector3d> alone;
    for (const NoisyValue& value : values) alone.emplace_back(value.value);
    mean.sample += sliced_wasserstein(truths, fresh) / sets;
    mean.found += sliced_wasserstein(drawn_from(mixture, 20'000), fresh) / sets;
    mean.alone += sliced_wasserstein(alone, fresh) / sets;
  }
  return mean;
}

// What a density along a coordinate says of the two wells about 0.
struct Wells {
  double left = 0, right = 0;        // barriers, kT
  double sd_left = 0, sd_right = 0;  // Å
  double difference = 0;             // ln(left/right population)
};

Wells wells_of(const std::function<double(double)>& density, double a) {
  constexpr double step = 0.05;
  std::array<double, 2> mass{}, first{}, second{}, peak{};
  double valley = 1e9;
  for (double x = -3 * a; x < 3 * a; x += step) {
    const double p = std::max(density(x), 1e-12);
    const std::size_t side = x < 0 ? 0 : 1;
    mass[side] += p;
    first[side] += p * x;
    second[side] += p * x * x;
    peak[side] = std::max(peak[side], p);
    if (std::abs(x) < a / 2) valley = std::min(valley, p);
  }
  const auto sd = [&](std::size_t s) {
    return std::sqrt(second[s] / mass[s] - std::pow(first[s] / mass[s], 2));
  };
  return {std::log(peak[0] / valley), std::log(peak[1] / valley), sd(0), sd(1), std::log(mass[0] / mass[1])};
}

void double_wells(double a, double wrong, int sets) {
  const DoubleWell well(a);
  const Wells truth = wells_of([&](double x) { return std::exp(-well.energy(x)); }, a);
  Wells mean;
  for (int set = 1; set <= sets; ++set) {
    const auto seed = static_cast<std::uint64_t>(set);
    NoisyHistogram histogram({-3.2 * a - 15, 3.2 * a + 15}, 0.5 * error, 2 * error);
    for (int i = 0; i < count; ++i) {
      Random random(seed, Stream::conformation, static_cast<std::uint64_t>(i));
      const double value = random.uniform() < wrong ? 45 * random.normal() : well.draw(random);
      const double sd = drawn_error(random, error);
      histogram.add(value + sd * random.normal(), sd, i % 2);
    }
    const Profile profile = deconvolved_profile(histogram, 0, seed);
    const Wells found = wells_of(
        [&](double x) {
          const auto bin =
              static_cast<int>(std::floor((x - profile.axis.low) / profile.axis.step(Profile::bins)));
          return bin < 0 || bin >= Profile::bins ? 0 : profile.density[bin];
        },
        a);
    mean.left += found.left / sets;
    mean.right += found.right / sets;
    mean.sd_left += found.sd_left / sets;
    mean.sd_right += found.sd_right / sets;
    mean.difference += found.difference / sets;
  }
  fmt::print(
      "wells of ±{:g} Å{},{:.2f} / {:.2f},{:.2f} / {:.2f},{:.2f} / {:.2f},{:.2f} / {:.2f},{:.3f},{:.3f}\n", a,
      wrong > 0 ? fmt::format(" and {:.0f} % wrong values", 100 * wrong) : "", truth.left, truth.right,
      mean.left, mean.right, truth.sd_left, truth.sd_right, mean.sd_left, mean.sd_right, truth.difference,
      mean.difference);
}

// Neighbours `apart` errors from each other, 2 Å wide.
Eigen::Vector3d cluster(Random& random, const std::vector<double>& shares, double apart, int* which) {
  const auto n = static_cast<double>(shares.size());
  const double radius = shares.size() < 2 ? 0 : apart * error / (2 * std::sin(std::numbers::pi / n));
  double u = random.uniform();
  std::size_t s = 0;
  while (s + 1 < shares.size() && u > shares[s]) u -= shares[s++];
  if (which != nullptr) *which = static_cast<int>(s);
  const double angle = 2 * std::numbers::pi * static_cast<double>(s) / n;
  return {radius * std::cos(angle) + 2 * random.normal(), radius * std::sin(angle) + 2 * random.normal(),
          2 * random.normal()};
}

void states(const std::vector<double>& shares, double apart, int sets) {
  int right = 0, within = 0, populations = 0;
  double assigned = 0, best = 0;
  for (int set = 1; set <= sets; ++set) {
    const auto seed = static_cast<std::uint64_t>(set);
    std::vector<int> truth;
    const auto truths = drawn(
        [&](Random& random) {
          int which = 0;
          const Eigen::Vector3d at = cluster(random, shares, apart, &which);
          truth.push_back(which);
          return at;
        },
        count, seed);
    const auto values = measured(truths, seed);
    FoundStates found = states_and_paths(values, most_states, 10, 50, seed);
    if (found.states.states.size() != shares.size()) continue;
    ++right;
    find_population_errors(found.states, values, 50, seed);
    for (std::size_t s = 0; s < shares.size(); ++s, ++populations) {
      const State& state = found.states.states[s];
      within += std::abs(state.population - shares[s]) <= 2 * state.population_error || shares.size() == 1;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      Eigen::Index likeliest = 0;
      found.states.probabilities(values[i]).maxCoeff(&likeliest);
      assigned += likeliest == truth[i];
      best += 1;
    }
  }
  fmt::print("{} states {:g} errors apart,{} of {},{:.2f} %,{} of {}\n", shares.size(), apart, right, sets,
             best > 0 ? 100 * assigned / best : 0.0, within, populations);
}

void clouds(int sets) {
  int one = 0;
  for (int set = 1; set <= sets; ++set) {
    const auto seed = static_cast<std::uint64_t>(set);
    const auto values = measured(drawn(
                                     [](Random& random) {
                                       return Eigen::Vector3d(12 * random.normal(), 12 * random.normal(),
                                                              3 * random.normal());
                                     },
                                     count, seed),
                                 seed);
    one += states_and_paths(values, most_states, 10, 0, seed).states.states.size() == 1;
  }
  fmt::print("a broad normal cloud,{} of {},,\n", one, sets);
}

void print_distances(const std::string& kind, const Draw& draw, int sets) {
  const Distances d = distances(draw, sets);
  fmt::print("{},{:.2f},{:.2f},{:.2f}\n", kind, d.sample, d.found, d.alone);
  std::fflush(stdout);
}

Draw well_draw(double a) {
  return [well = DoubleWell(a)](Random& random) {
    return Eigen::Vector3d(well.draw(random), 10 * random.normal(), 10 * random.normal());
  };
}

}  // namespace

int main(int argc, char** argv) {
  const int sets = argc > 1 ? std::atoi(argv[1]) : 5;
  fmt::print("wells,true barriers [kT],found,true widths [Å],found,true ln(left/right),found\n");
  for (const double a : {35.0, 20.0}) double_wells(a, 0, sets);
  double_wells(35, 0.05, sets);
  fmt::print("distribution,distance of the sample itself [Å],of what is found,of the values as they are\n");
  print_distances("wells of ±35 Å", well_draw(35), sets);
  print_distances("wells of ±20 Å", well_draw(20), sets);
  print_distances(
      "clusters 5.5 errors apart",
      [](Random& random) {
        return cluster(random, {0.5, 0.3, 0.2}, 5.5, nullptr);
      },
      sets);
  print_distances(
      "helix",
      [](Random& random) {
        const double t = random.uniform(-1, 1);
        return Eigen::Vector3d(71 * std::cos(std::numbers::pi * t), 71 * std::sin(std::numbers::pi * t),
                               71 * t);
      },
      sets);
  fmt::print("states,their number is right,particles in the right one,populations within two errors\n");
  for (const std::vector<double>& shares :
       std::vector<std::vector<double>>{{1}, {0.7, 0.3}, {0.5, 0.3, 0.2}, {0.4, 0.3, 0.2, 0.1}})
    for (const double apart : {3.0, 5.0})
      if (shares.size() > 1 || apart == 3) states(shares, apart, 4 * sets), std::fflush(stdout);
  clouds(4 * sets);
}
