#include "landscape/image_groups.hpp"

#include <unordered_map>

namespace elastem {

ImageGroups::ImageGroups(std::span<const NoisyValue> values)
    : of_(values.size()), weights_(static_cast<Eigen::Index>(values.size())) {
  std::unordered_map<std::uint64_t, std::size_t> numbers;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t image = values[i].image;
    of_[i] = image == 0 ? count_ : numbers.emplace(image, count_).first->second;
    if (of_[i] == count_) ++count_;
    weights_[static_cast<Eigen::Index>(i)] = values[i].weight;
    plain_ = plain_ && values[i].weight == 1;
  }
  plain_ = plain_ && count_ == values.size();
}

Eigen::VectorXd ImageGroups::drawn(Random& random, std::size_t images) const {
  std::vector<double> times(count_, 0.0);
  for (std::size_t i = 0; i < images; ++i) times[static_cast<std::size_t>(random.below(count_))] += 1;
  Eigen::VectorXd counts = weights_;
  for (std::size_t i = 0; i < of_.size(); ++i) counts[static_cast<Eigen::Index>(i)] *= times[of_[i]];
  return counts;
}

}  // namespace elastem
