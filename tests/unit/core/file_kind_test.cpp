#include "core/file_kind.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/scratch.hpp"

namespace elastem {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(FileKind, OrdinaryFilesAndWhatIsNotThereAreNothingSpecial) {
  const Scratch scratch;
  EXPECT_EQ(special_kind(scratch.write("a.txt", "text")), "");
  EXPECT_EQ(special_kind(scratch.path("absent")), "");
  EXPECT_NO_THROW(require_regular_file(scratch.path("absent")));
}

TEST(FileKind, NamesFoldersPipesDevicesAndLinks) {
  const Scratch scratch;
  const std::string pipe = scratch.path("pipe"), link = scratch.path("link");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::filesystem::create_symlink(scratch.write("a.txt", "text"), link);
  EXPECT_EQ(special_kind(scratch.path("")), "a folder");
  EXPECT_EQ(special_kind(pipe), "a pipe");
  EXPECT_EQ(special_kind("/dev/zero"), "a device");
  EXPECT_EQ(special_kind(link), "");
  EXPECT_EQ(special_kind(link, Links::seen), "a symbolic link");
  EXPECT_THAT(error_of([&] { require_regular_file(pipe); }), AllOf(HasSubstr(pipe), HasSubstr("a pipe")));
}

TEST(FileKind, OnlyTheNullDeviceForgets) {
  EXPECT_TRUE(is_null_device("/dev/null"));
  EXPECT_FALSE(is_null_device("/dev/zero"));
  EXPECT_FALSE(is_null_device("/dev/absent"));
}

}  // namespace
}  // namespace elastem
