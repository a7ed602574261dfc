#include "mpi/particles/image_copies.hpp"

#include <unordered_set>

#include "mpi/comm/exchange.hpp"

namespace elastem {

std::uint64_t image_number(std::string_view key) {
  if (key.empty()) return 0;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

ImageCopies image_copies(const Communicator& comm, std::span<const std::uint64_t> images) {
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const auto owner = [&](std::uint64_t image) { return (image >> 7) % ranks; };
  std::vector<std::size_t> places;
  const auto there = exchange_by_owner<std::uint64_t>(comm, images, owner, &places);
  std::unordered_set<std::uint64_t> seen;
  std::vector<std::uint8_t> answers;
  for (const std::uint64_t image : there.values)
    answers.push_back(image == 0 || seen.insert(image).second ? 1 : 0);
  const auto back = exchange<std::uint8_t>(comm, answers, there.counts).values;
  ImageCopies found;
  for (const std::size_t place : places) {
    found.first.push_back(back[place]);
    found.copies += back[place] == 0 ? 1 : 0;
  }
  found.copies = comm.sum(found.copies);
  return found;
}

}  // namespace elastem
