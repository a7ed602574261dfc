#include "imaging/footprint.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"

namespace elastem {

namespace {

int reach_of(const AtomKind& kind, double pixel_size, double cut) {
  double widest = 0;
  for (const GaussianTerm& term : kind) {
    if (!(term.sigma >= 0.1 * pixel_size)) {
      throw Error(
          fmt::format("atoms of σ {:g} Å are too narrow for pixels of {:g} Å: take a larger --atom-sigma or "
                      "--b-factor, or a smaller --pixel-size",
                      term.sigma, pixel_size));
    }
    widest = std::max(widest, term.sigma);
  }
  for (const int reach : footprint_reaches)
    if (reach >= cut * widest / pixel_size) return reach;
  throw Error(fmt::format(
      "atoms of σ {:g} Å are too wide for pixels of {:g} Å: take larger pixels (--pixel-size) or a "
      "smaller --atom-sigma",
      widest, pixel_size));
}

template <class Real>
typename FootprintGroup<Real>::Term term_of(const GaussianTerm& gaussian, int reach, double pixel_size) {
  const double variance = gaussian.sigma * gaussian.sigma / (pixel_size * pixel_size);
  typename FootprintGroup<Real>::Term term;
  term.exponent = static_cast<Real>(0.5 / variance);
  term.weight = static_cast<Real>(gaussian.weight / (2 * std::numbers::pi * variance));
  for (int i = 1 - reach; i <= footprint_width(reach) - reach; ++i)
    term.profile.push_back(static_cast<Real>(std::exp(-0.5 * i * i / variance)));
  return term;
}

}  // namespace

std::vector<Eigen::Index> drawing_order(const ElasticModel& model) {
  constexpr Eigen::Index parts = 16;
  const Eigen::Index atoms = model.atom_count(), length = (atoms + parts - 1) / parts;
  std::vector<Eigen::Index> order;
  order.reserve(static_cast<std::size_t>(atoms));
  for (Eigen::Index i = 0; i < length; ++i)
    for (Eigen::Index a = i; a < atoms; a += length) order.push_back(a);
  if (model.kind_of.empty()) return order;
  require(model.kind_of.size() == order.size(), "one kind per atom");
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return model.kind_of[static_cast<std::size_t>(a)] < model.kind_of[static_cast<std::size_t>(b)];
  });
  return order;
}

template <class Real>
std::vector<FootprintGroup<Real>> footprint_groups(const ElasticModel& model,
                                                   const std::vector<Eigen::Index>& order, double pixel_size,
                                                   double cut) {
  std::vector<FootprintGroup<Real>> groups;
  const AtomKind* present = nullptr;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const AtomKind& kind = model.kind(order[i]);
    if (&kind != present) {
      FootprintGroup<Real>& group = groups.emplace_back();
      group.first = static_cast<Eigen::Index>(i);
      group.reach = reach_of(kind, pixel_size, cut);
      for (const GaussianTerm& term : kind)
        group.terms.push_back(term_of<Real>(term, group.reach, pixel_size));
      present = &kind;
    }
    ++groups.back().count;
  }
  return groups;
}

template std::vector<FootprintGroup<float>> footprint_groups(const ElasticModel&,
                                                             const std::vector<Eigen::Index>&, double,
                                                             double);
template std::vector<FootprintGroup<double>> footprint_groups(const ElasticModel&,
                                                              const std::vector<Eigen::Index>&, double,
                                                              double);

}  // namespace elastem
