#include "mpi/particles/row_match.hpp"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "tests/support/error_of.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Keys = std::vector<std::string>;

constexpr auto none = RowMatch::none;

KeyedRows rows_of(const std::string& path, const Keys& keys) {
  KeyedRows rows;
  rows.path = path;
  rows.size = static_cast<std::int64_t>(keys.size());
  rows.keys = [keys](std::int64_t first, std::int64_t count) {
    return Keys(keys.begin() + first, keys.begin() + first + count);
  };
  return rows;
}

RowMatch match_of(const Keys& first, const Keys& second, bool accept_mismatch = false) {
  const Communicator comm = Communicator::world();
  return match_rows(comm, rows_of("a.star", first),
                    equal_share(comm, static_cast<std::int64_t>(first.size())), rows_of("b.h5", second),
                    accept_mismatch);
}

// What all ranks found, in the order of the first file's rows.
std::vector<std::int64_t> found(const RowMatch& match) {
  return Communicator::world().all_gathered(match.others);
}

// "1@s.mrcs" … "n@s.mrcs".
Keys images(int n, const std::string& stack = "s.mrcs") {
  Keys keys;
  for (int i = 1; i <= n; ++i) keys.push_back(std::to_string(i) + "@" + stack);
  return keys;
}

std::vector<std::size_t> shuffled(std::size_t n, std::uint64_t seed) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed, Stream::sampling, 0);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

TEST(RowMatch, RowsOfEqualOrderMatchInOrder) {
  const RowMatch match = match_of(images(50), images(50));
  EXPECT_TRUE(match.in_order);
  EXPECT_EQ(match.matched, 50);
  EXPECT_EQ(match.missing, 0);
  EXPECT_EQ(match.unused, 0);
  const auto rows = found(match);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], static_cast<std::int64_t>(i));
}

TEST(RowMatch, AShuffledFileFindsEachOfItsRows) {
  const Keys all = images(500);
  const auto order = shuffled(all.size(), 3);
  Keys first;
  for (const std::size_t i : order) first.push_back(all[i]);
  const RowMatch match = match_of(first, all);
  EXPECT_EQ(match.matched, 500);
  const auto rows = found(match);
  ASSERT_EQ(rows.size(), order.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], static_cast<std::int64_t>(order[i])) << i;
}

TEST(RowMatch, ASubsetLeavesRowsOfTheOtherFileUnused) {
  const Keys all = images(10);
  const RowMatch match = match_of({all[7], all[2], all[4]}, all);
  EXPECT_THAT(found(match), ElementsAre(7, 2, 4));
  EXPECT_EQ(match.missing, 0);
  EXPECT_EQ(match.unused, 7);
  EXPECT_THAT(match.unused_keys, ElementsAre("1@s.mrcs", "2@s.mrcs", "4@s.mrcs"));
}

TEST(RowMatch, RowsThatTheOtherFileLacksAreCountedAndNamed) {
  const Keys all = images(10);
  const RowMatch match = match_of(all, {all[3], all[0]});
  EXPECT_THAT(found(match), ElementsAre(1, none, none, 0, none, none, none, none, none, none));
  EXPECT_EQ(match.matched, 2);
  EXPECT_EQ(match.missing, 8);
  EXPECT_THAT(match.missing_keys, ElementsAre("2@s.mrcs", "3@s.mrcs", "5@s.mrcs"));
}

TEST(RowMatch, TheFirstRowsOfAFileMatchInOrder) {
  const RowMatch match = match_of(images(4), images(9));
  EXPECT_TRUE(match.in_order);
  EXPECT_EQ(match.unused, 5);
  EXPECT_THAT(match.unused_keys, ElementsAre("5@s.mrcs", "6@s.mrcs", "7@s.mrcs"));
}

TEST(RowMatch, TheKthRowOfAnImageGetsTheKthOrTheOnlyOne) {
  // Symmetry-expanded: three rows of each image against one, and against two.
  const Keys expanded = {"1@s", "1@s", "1@s", "2@s", "2@s", "2@s"};
  EXPECT_THAT(found(match_of(expanded, {"2@s", "1@s"})), ElementsAre(1, 1, 1, 0, 0, 0));
  EXPECT_THAT(found(match_of(expanded, {"2@s", "1@s", "2@s", "1@s"})), ElementsAre(1, 3, none, 0, 2, none));
}

TEST(RowMatch, StacksOfAMovedFileAreTheSame) {
  Keys first, second;
  for (const char* stack : {"a/x.mrcs", "b/x.mrcs"})
    for (const std::string& key : images(20, stack)) second.push_back(key);
  for (const std::size_t i : shuffled(second.size(), 5))
    first.push_back(second[i].substr(0, second[i].find('@')) + "@/data/job" + (i < 20 ? "/a" : "/b") +
                    "/x.mrcs");
  const auto rows = found(match_of(first, second));
  const auto order = shuffled(second.size(), 5);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], static_cast<std::int64_t>(order[i])) << i;
}

TEST(RowMatch, FilesWithoutACommonImageAreRefusedByName) {
  EXPECT_THAT(error_of([] { match_of(images(5), images(5, "t.mrcs")); }),
              AllOf(HasSubstr("a.star and b.h5 have no image in common"), HasSubstr("1@s.mrcs"),
                    HasSubstr("1@t.mrcs")));
}

TEST(RowMatch, AnAcceptedMismatchGoesByOrder) {
  const RowMatch match = match_of(images(5), images(5, "t.mrcs"), true);
  EXPECT_THAT(found(match), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(error_of([] { match_of(images(5), images(6, "t.mrcs"), true); }),
              HasSubstr("no image in common"));
}

TEST(RowMatch, AFileWithoutKeysGoesByOrderIfItHasAsManyRows) {
  const Communicator comm = Communicator::world();
  KeyedRows old = rows_of("old.h5", Keys(5));
  old.keyed = false;
  const auto match = [&](int n) {
    return match_rows(comm, rows_of("a.star", images(n)), equal_share(comm, n), old);
  };
  EXPECT_THAT(found(match(5)), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(error_of([&] { match(4); }), AllOf(HasSubstr("old.h5"), HasSubstr("0.1.0"), HasSubstr("5")));
}

TEST(RowMatch, RowsThatWereNotWrittenYetMatchNone) {
  const Keys all = images(6);
  Keys unfinished = all;
  unfinished[1] = unfinished[4] = "";
  const RowMatch match = match_of(all, unfinished);
  EXPECT_THAT(found(match), ElementsAre(0, none, 2, 3, none, 5));
  EXPECT_EQ(match.missing, 2);
  const RowMatch other_way = match_of(unfinished, all);
  EXPECT_THAT(found(other_way), ElementsAre(0, none, 2, 3, none, 5));
  EXPECT_EQ(other_way.missing, 0);
  EXPECT_EQ(other_way.matched, 4);
}

TEST(RowMatch, GivesTheRowsOfABlockOfItsPart) {
  const RowMatch match = match_of(images(40), images(40));
  if (match.rows.count < 3) return;
  const auto block = match.of({match.rows.first + 1, 2});
  EXPECT_THAT(block, ElementsAre(match.rows.first + 1, match.rows.first + 2));
  EXPECT_THROW(match.of({match.rows.first + match.rows.count, 1}), Bug);
}

TEST(RowMatch, AnUnreadableKeyIsAnErrorOnAllRanks) {
  const Communicator comm = Communicator::world();
  KeyedRows broken = rows_of("a.star", images(40));
  broken.keys = [](std::int64_t first, std::int64_t count) -> Keys {
    if (first + count == 40) throw Error("a.star:47: no image name");
    return Keys(static_cast<std::size_t>(count), "1@s.mrcs");
  };
  EXPECT_THAT(error_of([&] { match_rows(comm, broken, equal_share(comm, 40), rows_of("b.h5", images(40))); }),
              HasSubstr("a.star:47"));
}

}  // namespace
}  // namespace elastem
