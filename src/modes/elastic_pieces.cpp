#include "modes/elastic_pieces.hpp"

#include <algorithm>
#include <numeric>

namespace elastem {

ElasticPieces::ElasticPieces(std::int64_t nodes) : parents_(static_cast<std::size_t>(nodes)) {
  std::iota(parents_.begin(), parents_.end(), 0);
}

std::int32_t ElasticPieces::root(std::int32_t node) {
  while (parents_[static_cast<std::size_t>(node)] != node) {
    std::int32_t& parent = parents_[static_cast<std::size_t>(node)];
    parent = parents_[static_cast<std::size_t>(parent)];
    node = parent;
  }
  return node;
}

void ElasticPieces::join(std::int64_t a, std::int64_t b) {
  const std::int32_t x = root(static_cast<std::int32_t>(a)), y = root(static_cast<std::int32_t>(b));
  parents_[static_cast<std::size_t>(std::max(x, y))] = std::min(x, y);
}

std::vector<std::int32_t> ElasticPieces::links() {
  std::vector<std::int32_t> links;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(parents_.size()); ++i)
    if (const std::int32_t r = root(i); r != i) links.insert(links.end(), {i, r});
  return links;
}

std::vector<std::int32_t> ElasticPieces::numbered() {
  std::vector<std::int32_t> piece(parents_.size());
  std::int32_t count = 0;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(parents_.size()); ++i) {
    const std::int32_t r = root(i);
    piece[static_cast<std::size_t>(i)] = r == i ? count++ : piece[static_cast<std::size_t>(r)];
  }
  return piece;
}

}  // namespace elastem
