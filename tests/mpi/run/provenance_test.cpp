#include "mpi/run/provenance.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "mpi/run/output.hpp"

namespace elastem {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A file of this rank.
std::string own_file(const Communicator& comm, const std::string& content) {
  const std::string path = "input_" + std::to_string(comm.rank()) + ".txt";
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(Provenance, FingerprintIsRolePathCrcAndSize) {
  const auto comm = Communicator::world();
  // CRC-32's check value: that of "123456789" is cbf43926.
  const std::string path = own_file(comm, "123456789");
  EXPECT_EQ(input_fingerprint("modes", path), "modes " + path + " cbf43926 9");
  own_file(comm, "");
  EXPECT_EQ(input_fingerprint("modes", path), "modes " + path + " 00000000 0");
}

TEST(Provenance, FingerprintsOfFilesAreOnAllRanks) {
  const auto comm = Communicator::world();
  const std::string path = own_file(comm, "123456789");
  comm.barrier();
  const std::vector<std::string> expected = {"modes input_0.txt cbf43926 9", "recipe input_0.txt cbf43926 9"};
  Provenance provenance;
  add_inputs(comm, {{"modes", "input_0.txt"}, {"recipe", "input_0.txt"}}, provenance);
  EXPECT_EQ(provenance.inputs, expected);
  EXPECT_THROW(add_inputs(comm, {{"modes", path}, {"modes", "missing.txt"}}, provenance), Error);
}

TEST(Provenance, LargeFilesAreReadAtBothEnds) {
  const auto comm = Communicator::world();
  const std::string path = own_file(comm, "begin");
  std::filesystem::resize_file(path, (64U << 20) + 1);  // sparse
  const auto before = input_fingerprint("stack", path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(64U << 20);
    file.put('x');
  }
  const auto after = input_fingerprint("stack", path);
  EXPECT_NE(before, after);
  std::filesystem::resize_file(path, (64U << 20) + 2);
  EXPECT_NE(input_fingerprint("stack", path), after);
}

TEST(Provenance, ASampledChecksumSeesBothEndsTheMiddleAndTheSize) {
  const auto comm = Communicator::world();
  const std::string path = own_file(comm, "123456789");
  EXPECT_EQ(sampled_checksum(path).crc, 0xcbf43926U);  // a small file: all of it
  EXPECT_EQ(sampled_checksum(path).bytes, 9);
  const std::uint64_t size = 3U << 20;
  std::filesystem::resize_file(path, size);
  std::uint32_t before = sampled_checksum(path).crc;
  for (const std::uint64_t place : {std::uint64_t{100}, size / 2 + 5, size - 1}) {
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
        .seekp(static_cast<std::streamoff>(place))
        .put('x');
    const std::uint32_t after = sampled_checksum(path).crc;
    EXPECT_NE(before, after) << place;
    before = after;
  }
  EXPECT_THROW(sampled_checksum("missing.mrcs"), Error);
  EXPECT_THAT(combined_fingerprint("stacks", "2 files", {1, 10, 2, 20}), StartsWith("stacks 2 files "));
  EXPECT_THAT(combined_fingerprint("stacks", "2 files", {1, 10, 2, 20}), testing::EndsWith(" 30"));
  EXPECT_NE(combined_fingerprint("stacks", "2 files", {1, 10, 2, 20}),
            combined_fingerprint("stacks", "2 files", {2, 10, 1, 20}));
}

TEST(Provenance, UnreadableInputIsAnError) {
  EXPECT_THROW(input_fingerprint("modes", "missing.txt"), Error);
  EXPECT_THROW(input_fingerprint("modes", "."), Error);
}

TEST(Provenance, AnInputIsFoundByItsRole) {
  Provenance p;
  p.inputs = {"particles a folder/a.star 0000002a 100", "modes m.h5 1a2b3c4d 81920"};
  const auto modes = p.input("modes").value(), particles = p.input("particles").value();
  EXPECT_EQ(modes.path, "m.h5");
  EXPECT_EQ(modes.crc, "1a2b3c4d");
  EXPECT_EQ(modes.bytes, 81920U);
  EXPECT_EQ(particles.path, "a folder/a.star");
  EXPECT_TRUE(modes.same_content(parse_fingerprint("modes elsewhere/m.h5 1a2b3c4d 81920")));
  EXPECT_FALSE(modes.same_content(particles));
  EXPECT_FALSE(p.input("truth").has_value());
  EXPECT_THROW(parse_fingerprint("modes"), Error);
}

TEST(Provenance, FilesOfTheSameContentAreTheSameInput) {
  InputFingerprint file = parse_fingerprint("modes a folder/m.h5 1a2b3c4d 81920");
  file.content = "0000002a 640";
  EXPECT_EQ(content_line(file), "modes_content a folder/m.h5 0000002a 640");
  Provenance p;
  p.inputs = {"modes a folder/m.h5 1a2b3c4d 81920", content_line(file)};
  ASSERT_EQ(parse_fingerprints(p.inputs).size(), 1U);
  const InputFingerprint stored = p.input("modes").value();
  EXPECT_EQ(stored.content, file.content);
  InputFingerprint again = parse_fingerprint("modes again.h5 00000001 81920");
  EXPECT_FALSE(stored.same_content(again));  // as of an older file, which does not say
  again.content = file.content;
  EXPECT_TRUE(stored.same_content(again));
  InputFingerprint other = file;
  other.content = "0000002b 640";
  EXPECT_FALSE(stored.same_content(other));
}

TEST(Provenance, IsTheSameOnAllRanks) {
  const auto comm = Communicator::world();
  const auto p = make_provenance(comm, "elastem modes -i a", {"a=1"}, 5);
  std::string start = p.start, host = p.host;
  comm.broadcast(start);
  comm.broadcast(host);
  EXPECT_EQ(p.start, start);
  EXPECT_EQ(p.host, host);
  EXPECT_EQ(p.ranks, comm.size());
  EXPECT_EQ(p.seed, 5U);
  EXPECT_THAT(p.libraries, Contains(StartsWith("HDF5 1.")));
  EXPECT_THAT(p.libraries, Contains(StartsWith("FFTW 3.")));
  EXPECT_THAT(p.libraries, Contains(StartsWith("OpenMPI ")));
  EXPECT_FALSE(p.version.empty());
  EXPECT_FALSE(p.git_commit.empty());
}

Provenance run(const std::vector<std::string>& options, const std::vector<std::string>& inputs) {
  Provenance p;
  p.options = options;
  p.inputs = inputs;
  return p;
}

std::string refusal(const Provenance& stored, const Provenance& now) {
  try {
    require_same_run(stored, now);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(SameRun, IgnoresWhereAndWhen) {
  auto stored = run({"a=1"}, {"modes m.h5 0000002a 5"}), now = stored;
  now.host = "other";
  now.ranks = 7;
  now.start = "later";
  now.command_line = "as typed otherwise";
  now.version = "newer";
  EXPECT_EQ(refusal(stored, now), "none");
}

TEST(SameRun, NamesEachChangedOption) {
  const auto text = refusal(run({"a=1", "b=2", "same=x"}, {}), run({"b=3", "c=4", "same=x"}, {}));
  EXPECT_THAT(text, HasSubstr("--a was \"1\" and is now not set"));
  EXPECT_THAT(text, HasSubstr("--b was \"2\" and is now \"3\""));
  EXPECT_THAT(text, HasSubstr("--c was not set and is now \"4\""));
  EXPECT_THAT(text, Not(HasSubstr("same")));
  EXPECT_THAT(text, HasSubstr("--overwrite"));
}

TEST(SameRun, NamesFiveOfManyChanges) {
  const auto text = refusal(run({"a=1", "b=1", "c=1", "d=1", "e=1", "f=1", "g=1"}, {}),
                            run({"a=2", "b=2", "c=2", "d=2", "e=2", "f=2", "g=2"}, {}));
  EXPECT_THAT(text, HasSubstr("--e was \"1\" and is now \"2\"; and 2 more; repeat"));
  EXPECT_THAT(text, Not(HasSubstr("--f")));
}

TEST(SameRun, NamesEachChangedInput) {
  const auto text = refusal(run({}, {"modes m.h5 0000002a 5", "labels l.h5 00000001 1"}),
                            run({}, {"modes m.h5 0000002b 5", "weights w.pt 00000001 1"}));
  EXPECT_THAT(text, HasSubstr("the input modes (m.h5) has changed"));
  EXPECT_THAT(text, HasSubstr("the input labels (l.h5) is not given now"));
  EXPECT_THAT(text, HasSubstr("the input weights (w.pt) was not given then"));
}

TEST(SameRun, TheSameContentUnderAnotherPathIsTheSame) {
  const auto stored = run({"modes-file=m.h5"}, {"modes m.h5 0000002a 5"});
  EXPECT_EQ(refusal(stored, run({"modes-file=some folder/m.h5"}, {"modes some folder/m.h5 0000002a 5"})),
            "none");
  EXPECT_THAT(refusal(stored, run({"modes-file=n.h5"}, {"modes n.h5 0000002b 5"})), HasSubstr("has changed"));
}

TEST(DecideOutput, FollowsTheOptions) {
  const auto comm = Communicator::world();
  if (comm.root()) {
    std::filesystem::remove("new.h5");
    std::ofstream("old.h5") << "x";
    std::filesystem::create_directory("folder.h5");
  }
  comm.barrier();
  EXPECT_EQ(decide_output(comm, "new.h5", false, false), Output::create);
  EXPECT_EQ(decide_output(comm, "new.h5", true, false), Output::create);
  EXPECT_EQ(decide_output(comm, "old.h5", true, false), Output::resume);
  EXPECT_EQ(decide_output(comm, "old.h5", false, true), Output::create);
  EXPECT_THROW(decide_output(comm, "old.h5", false, false), Error);
  EXPECT_THROW(decide_output(comm, "folder.h5", false, true), Error);
}

}  // namespace
}  // namespace elastem
