#include "options/train_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace elastem::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words on_labels = {"-i", "p.star", "-m", "modes.h5", "-l", "a.h5", "-o", "n.pt"};
const Words on_recipe = {"--recipe", "recipe.ini", "-m", "modes.h5", "-o", "n.pt"};

TrainOptions options_of(const Words& words) {
  return read_options<TrainOptions>("train", words);
}

Words stored(const Words& words) {
  TrainOptions o;
  OptionTable table("train", "");
  declare(table, o);
  table.parse(words);
  return table.effective();
}

std::string refusal(const Words& words) {
  return error_of([&] { options_of(words); });
}

TEST(TrainOptions, DefaultsAreThoseOfTheTraining) {
  const TrainOptions o = options_of(on_labels);
  const TrainingOptions training;
  const Schedule schedule;
  EXPECT_EQ(o.training.epochs, training.epochs);
  EXPECT_EQ(o.training.batch, training.batch);
  EXPECT_EQ(o.training.stream, training.stream);
  EXPECT_EQ(o.training.save_seconds, training.save_seconds);
  EXPECT_EQ(o.schedule.kind, schedule.kind);
  EXPECT_EQ(o.schedule.learning_rate, schedule.learning_rate);
  EXPECT_EQ(o.architecture.name, Architecture().name);
  EXPECT_FALSE(o.precision.has_value());
  EXPECT_FALSE(o.with_outliers || o.matching.accept_mismatch);
}

TEST(TrainOptions, ProvenanceSaysWhatRan) {
  const Words words = with(on_recipe, {"--schedule", "plateau"});
  EXPECT_EQ(options_of(words).training.stream, 1);
  EXPECT_THAT(stored(words), Contains("stream=1"));
  EXPECT_THAT(stored(words), Contains("patience=5"));
  EXPECT_THAT(stored(with(words, {"--patience", "9"})), Contains("patience=9"));
  EXPECT_THAT(stored(with(on_labels, {"--stream"})), Contains("stream=0.9"));
}

TEST(TrainOptions, WhatDoesNotShapeTheWeightsIsNotStored) {
  const Words names = {"epochs", "minutes", "save-seconds", "threads", "device", "output"};
  const Words lines = stored(with(on_labels, {"--epochs", "3", "--minutes", "2", "--save-seconds", "7"}));
  for (const auto& name : names) EXPECT_THAT(lines, Not(Contains(testing::StartsWith(name + "="))));
  EXPECT_THAT(lines, Contains("labels=a.h5"));
  EXPECT_THAT(lines, Not(Contains(testing::StartsWith("selection="))));
  EXPECT_THAT(stored(with(on_labels, {"--selection", "q7 > 5"})), Contains("selection=q7 > 5"));
}

TEST(TrainOptions, MinutesAloneLiftTheLimitOfEpochs) {
  EXPECT_EQ(options_of(with(on_labels, {"--minutes", "2"})).training.epochs, 0);
  EXPECT_EQ(options_of(with(on_labels, {"--minutes", "2", "--epochs", "4"})).training.epochs, 4);
}

TEST(TrainOptions, RefuseWhatDoesNotGoTogether) {
  EXPECT_THAT(refusal({"-i", "p.star", "-m", "modes.h5", "-o", "n.pt"}), HasSubstr("belong together"));
  EXPECT_THAT(refusal({"-m", "modes.h5", "-o", "n.pt"}), HasSubstr("nothing to learn from"));
  EXPECT_THAT(refusal(with(on_labels, {"--stream", "1"})), HasSubstr("must be below 1"));
  EXPECT_THAT(refusal(with(on_labels, {"--pretrain", "0.5"})), HasSubstr("needs synthetic images"));
  EXPECT_THAT(refusal(with(on_recipe, {"--stream", "0.5"})), HasSubstr("leave it out"));
  EXPECT_THAT(refusal(with(on_recipe, {"--selection", "q7 > 5"})), HasSubstr("of the labelled particles"));
  EXPECT_THAT(refusal(with(on_labels, {"--patience", "3", "--validation", "0"})),
              HasSubstr("needs validation particles"));
}

TEST(TrainOptions, AnUnknownNameIsAnError) {
  EXPECT_THAT(refusal(with(on_labels, {"--schedule", "cosin"})), HasSubstr("cosine"));
  EXPECT_THAT(refusal(with(on_labels, {"--arch", "huge"})), HasSubstr("arch"));
  EXPECT_THAT(refusal(with(on_labels, {"--precision", "float"})), HasSubstr("float32"));
  EXPECT_THAT(refusal(with(on_labels, {"--device", "gpu"})), HasSubstr("device"));
}

}  // namespace
}  // namespace elastem::cli
