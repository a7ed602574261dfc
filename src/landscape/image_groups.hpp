#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/random.hpp"
#include "landscape/error_mixture.hpp"

namespace elastem {

/// Values of one image (copies of it, as symmetry expansion makes them) share its noise: they are drawn and
/// left out together. Images are numbered in the order of their first values.
class ImageGroups {
 public:
  explicit ImageGroups(std::span<const NoisyValue> values);

  /// How many images there are.
  std::size_t count() const { return count_; }
  std::size_t of(std::size_t value) const { return of_[value]; }
  /// Whether each value is of an image of its own and counts once.
  bool plain() const { return plain_; }

  /// How much each value counts in a set of as many images, drawn with replacement: its weight as often as
  /// its image was drawn.
  Eigen::VectorXd drawn(Random& random) const { return drawn(random, count_); }
  /// The same in a set of `images` of them.
  Eigen::VectorXd drawn(Random& random, std::size_t images) const;
  /// How much each value counts: its weight.
  const Eigen::VectorXd& weights() const { return weights_; }

 private:
  std::vector<std::size_t> of_;
  std::size_t count_ = 0;
  Eigen::VectorXd weights_;
  bool plain_ = true;
};

}  // namespace elastem
