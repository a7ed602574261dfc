#include "mpi/particles/particle_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/particles/particle_set.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_set.hpp"

namespace elastem {
namespace {

using testing::HasSubstr;

ParticleFile particle_file(const Communicator& comm, const std::string& name, const std::string& rows,
                           int other_box = 16) {
  on_root(comm, [&] {
    write_noise_stack("a.mrcs", 200, 16, 1);
    write_noise_stack("b.mrcs", 3, other_box, 1);
    write_star(name, small_star_head(other_box), rows);
  });
  return open_particle_file(comm, {.path = name});
}

std::string rows_of_a(std::int64_t count) {
  std::string rows;
  for (std::int64_t i = 1; i <= count; ++i) rows += std::to_string(i) + "@a.mrcs 1\n";
  return rows;
}

TEST(ParticleCheck, SaysTheSameOnEveryRank) {
  const auto comm = Communicator::world();
  const auto file = particle_file(comm, "good.star", rows_of_a(120) + "2@./b.mrcs 1\n");
  const CheckedParticles checked = check_particles(comm, file);
  ASSERT_EQ(checked.grids.size(), 1U);
  EXPECT_EQ(checked.grids[0].size, 16);
  ASSERT_EQ(checked.stacks.size(), 2U);
  EXPECT_THAT(checked.stacks[0], HasSubstr("/a.mrcs"));
  EXPECT_THAT(checked.stacks[1], HasSubstr("/b.mrcs"));
  EXPECT_EQ(checked.longest_key, std::string("100@a.mrcs").size());
}

TEST(ParticleCheck, SeveralRowsMayShowOneImage) {
  const auto comm = Communicator::world();
  const auto file = particle_file(comm, "expanded.star", rows_of_a(99) + rows_of_a(99));
  const CheckedParticles checked = check_particles(comm, file);
  EXPECT_EQ(checked.stacks.size(), 1U);
}

TEST(ParticleCheck, SeveralBoxesAreListedOrRefused) {
  const auto comm = Communicator::world();
  const auto file = particle_file(comm, "boxes.star", rows_of_a(50) + "2@b.mrcs 2\n", 32);
  const CheckedParticles checked = check_particles(comm, file, {.several_boxes = true});
  ASSERT_EQ(checked.grids.size(), 2U);
  EXPECT_EQ(checked.grids[1].size, 32);
  EXPECT_THAT(error_of([&] { check_particles(comm, file); }), HasSubstr("32² pixels"));
}

}  // namespace
}  // namespace elastem
