#include "mpi/particles/row_match.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <unordered_map>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/comm/exchange.hpp"
#include "particles/stack_names.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 4096;
constexpr std::size_t most_names = 3;  // of rows that match none, in messages

// Calls use(row, key) for rows of a file, of which a block is in memory at a time.
template <class Use>
void for_each_key(const KeyedRows& file, Range rows, Use use) {
  for (std::int64_t done = 0; done < rows.count; done += block_rows) {
    const std::int64_t first = rows.first + done, count = std::min(block_rows, rows.count - done);
    const auto keys = file.keys(first, count);
    for (std::size_t i = 0; i < keys.size(); ++i) use(first + static_cast<std::int64_t>(i), keys[i]);
  }
}

// A view into the key.
std::string_view stack_of(std::string_view key) {
  return key.substr(key.find('@') + 1);
}

bool same_order(const Communicator& comm, const KeyedRows& first, Range part, const KeyedRows& second) {
  if (first.size > second.size) return false;
  bool same = true;
  collectively(comm, [&] {
    for (std::int64_t done = 0; same && done < part.count; done += block_rows) {
      const std::int64_t row = part.first + done, count = std::min(block_rows, part.count - done);
      same = first.keys(row, count) == second.keys(row, count);
    }
  });
  return comm.all(same);
}

// Each stack of a file once, in alphabetical order, on every rank. Collective.
std::vector<std::string> stacks_of(const Communicator& comm, const KeyedRows& file, Range part) {
  std::set<std::string, std::less<>> stacks;
  std::string mine;
  collectively(comm, [&] {
    for_each_key(file, part, [&](std::int64_t, const std::string& key) {
      if (key.empty() || stacks.contains(stack_of(key))) return;
      stacks.emplace(stack_of(key));
      mine.append(stack_of(key)) += '\n';
    });
  });
  stacks.clear();
  for (const std::string& text : comm.all_gathered(mine))
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      stacks.insert(text.substr(at, end - at));
      at = end + 1;
    }
  return {stacks.begin(), stacks.end()};
}

// What the second file calls each stack of the first; "" where it has none.
using StackNames = std::unordered_map<std::string, std::string>;

StackNames stack_names(const Communicator& comm, const KeyedRows& first, Range part, const KeyedRows& second,
                       Range second_part) {
  const auto own = stacks_of(comm, first, part), others = stacks_of(comm, second, second_part);
  const auto matched = from_root(comm, [&] { return matched_stacks(own, first.path, others, second.path); });
  StackNames names;
  for (std::size_t i = 0; i < own.size(); ++i) names[own[i]] = matched[i];
  return names;
}

// FNV-1a of 128 bits: no two keys of a real set share it.
struct KeyHash {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const KeyHash&) const = default;
};

KeyHash hash_of(std::string_view key) {
  __extension__ using Wide = unsigned __int128;
  constexpr Wide prime = (Wide{1} << 88) + 0x13B;
  Wide hash = (Wide{0x6C62272E07BB0142} << 64) + 0x62B821756295C58D;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  return {static_cast<std::uint64_t>(hash >> 64), static_cast<std::uint64_t>(hash)};
}

// Of rows that match none: not written yet, of a stack that the other file has not.
constexpr KeyHash no_key{0, 0}, no_stack{0, 1};

struct HashedRow {
  KeyHash hash;
  std::int64_t row = 0;
  auto operator<=>(const HashedRow&) const = default;
};

// This rank's rows on the ranks that their hashes belong to.
struct Sent {
  Received<HashedRow> received;
  std::vector<std::size_t> places;  // of this rank's rows in what it sent
};

Sent send_rows(const Communicator& comm, const std::vector<HashedRow>& rows) {
  Sent sent;
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  const auto owner = [&](const HashedRow& row) {
    const bool matches = row.hash != no_key && row.hash != no_stack;
    return (matches ? row.hash.high ^ row.hash.low >> 7 : static_cast<std::uint64_t>(row.row)) % ranks;
  };
  sent.received = exchange_by_owner<HashedRow>(comm, rows, owner, &sent.places);
  return sent;
}

// The answers for rows that arrived from the first file, and what of the second is left.
struct Joined {
  std::vector<std::int64_t> answers;
  std::vector<std::int64_t> unused;
};

Joined joined(const std::vector<HashedRow>& first, std::vector<HashedRow> second) {
  std::vector<std::size_t> order(first.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return first[a] < first[b]; });
  std::sort(second.begin(), second.end());
  Joined result{std::vector<std::int64_t>(first.size(), RowMatch::none), {}};
  std::vector<bool> used(second.size(), false);
  std::size_t begin = 0;  // the rows of one image in `second`: begin … end−1
  for (std::size_t i = 0; i < order.size();) {
    const KeyHash hash = first[order[i]].hash;
    while (begin < second.size() && second[begin].hash < hash) ++begin;
    std::size_t end = begin;
    while (end < second.size() && second[end].hash == hash) ++end;
    for (std::size_t k = 0; i < order.size() && first[order[i]].hash == hash; ++i, ++k) {
      const std::size_t at = end - begin == 1 ? begin : begin + k;
      if (at >= end) continue;
      result.answers[order[i]] = second[at].row;
      used[at] = true;
    }
  }
  for (std::size_t i = 0; i < second.size(); ++i)
    if (!used[i]) result.unused.push_back(second[i].row);
  return result;
}

// The keys of the first few of all ranks' rows. Collective.
std::vector<std::string> first_keys(const Communicator& comm, const KeyedRows& file,
                                    std::vector<std::int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  rows.resize(std::min(rows.size(), most_names));
  auto all = comm.all_gathered(rows);
  std::sort(all.begin(), all.end());
  all.resize(std::min(all.size(), most_names));
  return from_root(comm, [&] {
    std::vector<std::string> keys;
    for (const std::int64_t row : all) keys.push_back(file.keys(row, 1).front());
    return keys;
  });
}

std::string first_stack(const Communicator& comm, const KeyedRows& file) {
  return from_root(comm, [&] { return std::string(file.size > 0 ? stack_of(file.keys(0, 1).front()) : ""); });
}

RowMatch match_by_order(Range part, std::int64_t size, std::int64_t second_size) {
  RowMatch match;
  match.rows = part;
  match.others.resize(static_cast<std::size_t>(part.count));
  std::iota(match.others.begin(), match.others.end(), part.first);
  match.in_order = true;
  match.matched = size;
  match.unused = second_size - size;
  return match;
}

RowMatch match_by_hash(const Communicator& comm, const KeyedRows& first, Range part,
                       const KeyedRows& second) {
  const Range second_part = equal_share(comm, second.size);
  const StackNames names = stack_names(comm, first, part, second, second_part);
  std::vector<HashedRow> own, other;
  std::int64_t unwritten = 0;
  collectively(comm, [&] {
    for_each_key(first, part, [&](std::int64_t row, const std::string& key) {
      unwritten += key.empty();
      const std::size_t stack = key.find('@') + 1;
      const std::string name = key.empty() ? "" : names.at(key.substr(stack));
      own.push_back({key.empty()    ? no_key
                     : name.empty() ? no_stack
                                    : hash_of(key.substr(0, stack) + name),
                     row});
    });
    for_each_key(second, second_part, [&](std::int64_t row, const std::string& key) {
      if (!key.empty()) other.push_back({hash_of(key), row});
    });
  });
  const Sent sent = send_rows(comm, own);
  Joined there = joined(sent.received.values, send_rows(comm, other).received.values);
  const auto answers = exchange<std::int64_t>(comm, there.answers, sent.received.counts).values;

  RowMatch match;
  match.rows = part;
  std::vector<std::int64_t> missing;
  for (std::size_t i = 0; i < own.size(); ++i) {
    match.others.push_back(answers[sent.places[i]]);
    if (match.others.back() == RowMatch::none && own[i].hash != no_key) missing.push_back(own[i].row);
  }
  match.missing = comm.sum(static_cast<std::int64_t>(missing.size()));
  match.matched = first.size - match.missing - comm.sum(unwritten);
  match.unused = comm.sum(static_cast<std::int64_t>(there.unused.size()));
  const std::string stack = first_stack(comm, second);
  for (const auto& [name, other_name] : names)
    if (!stack.empty() && other_name == stack) match.stack = name;
  match.missing_keys = first_keys(comm, first, std::move(missing));
  match.unused_keys = first_keys(comm, second, std::move(there.unused));
  return match;
}

}  // namespace

std::span<const std::int64_t> RowMatch::of(Range block) const {
  require(block.first >= rows.first && block.first + block.count <= rows.first + rows.count,
          "rows of this rank's part");
  return std::span(others).subspan(static_cast<std::size_t>(block.first - rows.first),
                                   static_cast<std::size_t>(block.count));
}

RowMatch match_rows(const Communicator& comm, const KeyedRows& first, Range part, const KeyedRows& second,
                    bool accept_mismatch) {
  if (!first.keyed || !second.keyed) {
    const std::string& old = first.keyed ? second.path : first.path;
    if (first.size != second.size)
      throw Error(
          fmt::format("{} was written by elastem 0.1.0, which did not say which image a row is of, "
                      "and {} has {} rows, {} {}: make it anew, or give the file it was made from",
                      old, first.path, first.size, second.path, second.size));
    spdlog::warn(
        "{} was written by elastem 0.1.0 and does not name its images: its rows are taken in the "
        "order of those of {}",
        old, first.keyed ? first.path : second.path);
    RowMatch match = match_by_order(part, first.size, second.size);
    if (first.keyed) match.stack = first_stack(comm, first);
    return match;
  }
  if (same_order(comm, first, part, second)) {
    RowMatch match = match_by_order(part, first.size, second.size);
    match.stack = first_stack(comm, first);
    if (match.unused > 0)
      match.unused_keys = from_root(
          comm, [&] { return second.keys(first.size, std::min<std::int64_t>(match.unused, most_names)); });
    return match;
  }
  RowMatch match = match_by_hash(comm, first, part, second);
  if (match.matched > 0 || first.size == 0) return match;
  const auto difference = from_root(comm, [&] {
    return fmt::format("{} and {} have no image in common: the first of {} is {}, the first of {} is {}",
                       first.path, second.path, first.path, first.keys(0, 1).front(), second.path,
                       second.size == 0 ? "not there" : second.keys(0, 1).front());
  });
  if (!accept_mismatch || first.size != second.size)
    throw Error(difference + "; give the file that the other was made from");
  spdlog::warn("{}; their rows are taken in their order", difference);
  return match_by_order(part, first.size, second.size);
}

}  // namespace elastem
