#include "mpi/comm/exchange.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace elastem {
namespace {

struct Parcel {
  int from, to, number;
  bool operator==(const Parcel&) const = default;
};

TEST(Exchange, EveryRankGetsItsPartInTheOrderOfTheSenders) {
  const Communicator comm = Communicator::world();
  // Rank r sends to rank t the numbers 0 … r + t.
  std::vector<Parcel> outgoing, expected;
  std::vector<int> counts;
  for (int to = 0; to < comm.size(); ++to) {
    counts.push_back(comm.rank() + to + 1);
    for (int number = 0; number < counts.back(); ++number) outgoing.push_back({comm.rank(), to, number});
  }
  std::vector<int> expected_counts;
  for (int from = 0; from < comm.size(); ++from) {
    expected_counts.push_back(comm.rank() + from + 1);
    for (int number = 0; number < expected_counts.back(); ++number)
      expected.push_back({from, comm.rank(), number});
  }
  const auto received = exchange<Parcel>(comm, outgoing, counts);
  EXPECT_EQ(received.values, expected);
  EXPECT_EQ(received.counts, expected_counts);
}

TEST(Exchange, AnswersComeBackToWhereTheQuestionsStood) {
  const Communicator comm = Communicator::world();
  std::vector<int> questions;
  for (int i = 0; i < 50; ++i) questions.push_back((7 * i + comm.rank()) % 13);
  std::vector<std::size_t> places;
  const auto asked = exchange_by_owner<int>(
      comm, questions, [&](int question) { return question % comm.size(); }, &places);
  std::vector<int> answers;
  for (const int question : asked.values) {
    EXPECT_EQ(question % comm.size(), comm.rank());
    answers.push_back(question * question);
  }
  const auto answered = exchange<int>(comm, answers, asked.counts);
  ASSERT_EQ(places.size(), questions.size());
  for (std::size_t i = 0; i < questions.size(); ++i)
    EXPECT_EQ(answered.values[places[i]], questions[i] * questions[i]) << i;
}

TEST(Exchange, RanksMayHaveNothingToSend) {
  const Communicator comm = Communicator::world();
  const std::vector<int> counts(static_cast<std::size_t>(comm.size()), 0);
  EXPECT_TRUE(exchange<double>(comm, {}, counts).values.empty());
}

TEST(Exchange, NeedsOneCountPerRank) {
  const Communicator comm = Communicator::world();
  const std::vector<int> counts(static_cast<std::size_t>(comm.size()) + 1, 0);
  EXPECT_THROW(exchange<double>(comm, {}, counts), Bug);
}

}  // namespace
}  // namespace elastem
