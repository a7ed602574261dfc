#include "options/atom_model_option.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace elastem::cli {
namespace {

AtomModelOption option_of(const std::vector<std::string>& arguments,
                          std::vector<std::string>* effective = nullptr) {
  AtomModelOption option;
  OptionTable table("align", "test");
  add_atom_model_overrides(table, option);
  table.parse(arguments);
  if (effective) *effective = table.effective();
  return option;
}

TEST(AtomModelOption, HoldsWhatWasGiven) {
  const AtomModelOption nothing = option_of({});
  EXPECT_FALSE(nothing.density || nothing.sigma || nothing.b_factor);
  const AtomModelOption given = option_of({"--atom-model", "scattering", "--b-factor", "90.5"});
  EXPECT_EQ(given.density, AtomDensity::scattering);
  EXPECT_EQ(given.b_factor, 90.5);
  EXPECT_FALSE(given.sigma);
  EXPECT_EQ(option_of({"--atom-sigma", "2"}).sigma, 2);
}

TEST(AtomModelOption, IsAmongWhatAResumedRunCompares) {
  std::vector<std::string> effective;
  option_of({"--atom-model", "scattering", "--b-factor", "90"}, &effective);
  EXPECT_EQ(effective, (std::vector<std::string>{"atom-model=scattering", "b-factor=90"}));
}

TEST(AtomModelOption, RefusesNumbersWithoutSense) {
  for (const char* text : {"0", "-1", "nan", "inf"}) EXPECT_THROW(option_of({"--atom-sigma", text}), Error);
  for (const char* text : {"-1", "nan", "inf"}) EXPECT_THROW(option_of({"--b-factor", text}), Error);
  EXPECT_THROW(option_of({"--atom-model", "gausian"}), Error);
  EXPECT_EQ(option_of({"--b-factor", "0"}).b_factor, 0);
}

}  // namespace
}  // namespace elastem::cli
