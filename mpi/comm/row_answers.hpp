#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "mpi/comm/exchange.hpp"
#include "mpi/comm/work_queue.hpp"

namespace elastem {

/// What is known of rows, each rank knowing of the consecutive rows `known`: `answer(row)` there, in the
/// order of this rank's questions. T is trivially copyable. Collective.
template <class T, class Answer>
std::vector<T> answers_about(const Communicator& comm, Range known, std::span<const std::int64_t> rows,
                             const Answer& answer) {
  // Rank r knows of the rows ends[r−1] … ends[r]−1.
  const std::vector<std::int64_t> ends = comm.all_gathered(std::vector{known.first + known.count});
  const auto owner = [&](std::int64_t row) { return std::ranges::upper_bound(ends, row) - ends.begin(); };
  std::vector<std::size_t> places;
  const auto asked = exchange_by_owner<std::int64_t>(comm, rows, owner, &places);
  std::vector<T> answers;
  answers.reserve(asked.values.size());
  for (const std::int64_t row : asked.values) answers.push_back(answer(row));
  const std::vector<T> came = exchange<T>(comm, answers, asked.counts).values;
  std::vector<T> ordered;
  ordered.reserve(places.size());
  for (const std::size_t place : places) ordered.push_back(came[place]);
  return ordered;
}

}  // namespace elastem
