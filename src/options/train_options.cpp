#include "options/train_options.hpp"

#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "core/file_kind.hpp"
#include "options/device_options.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {

namespace {

constexpr std::int64_t plateau_patience = 5;

std::string beside(const std::string& network, const char* ending) {
  std::filesystem::path path(network);
  if (path.extension() == ".pt") path.replace_extension();
  return path.string() + ending;
}

void check_sources(const OptionTable& table, const TrainOptions& o) {
  const bool labelled = !o.labels.empty();
  if (o.training.source.path.empty() == labelled)
    refuse_option(labelled ? "input" : "labels",
                  "particles and labels belong together; give both or neither");
  if (labelled) {
    if (o.training.stream >= 1)
      refuse_option("stream", "must be below 1: some of a batch are aligned particles");
    if (o.training.pretrain > 0 && o.training.stream == 0)
      refuse_option("pretrain", "needs synthetic images; give --stream");
    return;
  }
  if (o.recipe.empty())
    refuse_option("labels",
                  "there is nothing to learn from; give particles (-i) and labels (-l), or a --recipe");
  table.refuse({"selection"}, "is of the labelled particles, of which there are none");
  if (o.training.stream != 0 && o.training.stream != 1)
    refuse_option("stream", "without labels all images are synthetic; leave it out");
  table.refuse({"pretrain"}, "without labels all images are synthetic; leave it out");
}

// What follows from the other options.
void complete(const OptionTable& table, TrainOptions& o) {
  if (o.labels.empty()) o.training.stream = 1;
  if (o.schedule.kind == ScheduleKind::plateau && o.schedule.patience == 0)
    o.schedule.patience = plateau_patience;
  if (table.given("minutes") && !table.given("epochs")) o.training.epochs = 0;
  o.training.report = !o.common.quiet;
}

void declare_training(OptionTable& table, TrainOptions& o) {
  TrainingOptions& training = o.training;
  table
      .option("epochs", training.epochs, "N",
              "passes over the labelled particles (without any, 65,536 synthetic images count as one); no "
              "limit where only --minutes is given")
      .at_least(1)
      .unstored();
  table
      .option("minutes", training.minutes, "MIN",
              "time to train; it ends by this or by --epochs, whichever comes first")
      .unset(0)
      .above(0)
      .unstored();
  table.option("batch", training.batch, "N", "images per step, over all ranks").at_least(1).within(1 << 20);
  table
      .option("learning-rate", o.schedule.learning_rate, "RATE",
              "learning rate of Adam after the warm-up, for batches of 64; it grows with the root of --batch")
      .above(0)
      .within(1);
  table.option("schedule", o.schedule.kind, "NAME",
               "how the learning rate falls: cosine, along half a cosine to 1 %; constant; or plateau, times "
               "0.3 whenever --patience is over");
  table
      .option("patience", o.schedule.patience, "EPOCHS",
              "end after so many epochs without a lower validation loss (with plateau, when this happens the "
              "third time); 0: never, with plateau 5")
      .at_least(0);
  table.option("warm-up", o.schedule.warm_up_steps, "STEPS", "steps in which the learning rate rises")
      .at_least(0)
      .within(1e9);
}

void declare_network(OptionTable& table, TrainOptions& o) {
  table.option("arch", o.architecture.name, "NAME", "network: " + alternatives(architecture_names()))
      .one_of(architecture_names());
  table.option("input-resolution", o.input_resolution, "Å", "finest detail that the network sees")
      .above(0)
      .within(1000);
  table
      .option("precision", o.precision, "NAME",
              "numbers of the network's activations: float32, bfloat16, or auto: bfloat16 where the device "
              "multiplies it")
      .word("auto", std::nullopt);
  table.option("validation", o.validation, "SHARE", "share of the particles set aside to measure errors")
      .at_least(0)
      .below(1);
}

}  // namespace

void declare(OptionTable& table, TrainOptions& o) {
  TrainingOptions& training = o.training;
  table.option("input,i", training.source.path, "FILE", "particles (STAR, XMD or .cs)")
      .file(particle_names());
  table.option("modes-file,m", o.modes_file, "FILE", "structure and modes, as `elastem modes` writes them")
      .required()
      .file({".h5"});
  table
      .option("labels,l", o.labels, "FILE",
              "what to learn: the result of `elastem align` for these particles (or a truth.h5)")
      .file({".h5"});
  table
      .option("recipe", o.recipe, "FILE",
              "options of `elastem synthesize`, one line NAME = VALUE each: what synthetic images are drawn "
              "from; by default, from labels and particles")
      .file();
  table.option("output,o", training.output, "FILE", "the network to write")
      .required()
      .unstored()
      .file({".pt"})
      .written();
  table.also_writes("output", [&training] {
    const std::string& network = training.output;
    return is_null_device(network) ? std::vector<std::string>()
                                   : std::vector{history_table_path(network), history_plot_path(network)};
  });
  add_particle_source(table, training.source);
  add_inversion(table, training.source);
  add_selection(table, o.selection);
  add_with_outliers(table, o.with_outliers);
  add_matching(table, o.matching);
  declare_training(table, o);
  declare_network(table, o);
  table
      .option("stream", training.stream, "SHARE",
              "share of synthetic images, made on the fly, in each batch; 0.9 when given without a number")
      .implied("0.9")
      .at_least(0)
      .at_most(1);
  table
      .option("pretrain", training.pretrain, "SHARE",
              "share of the training, at its beginning, in which all images are synthetic")
      .at_least(0)
      .below(1);
  table
      .option("save-seconds", training.save_seconds, "S",
              "time between two checkpoints; one is always written at the end")
      .at_least(0)
      .unstored();
  add_device_options(table, o.threads, o.device);
  add_atom_model_overrides(table, o.atom_model);
  table.common(o.common, {"seed", "dry-run", "resume", "overwrite"});
  table.check([&o](const OptionTable& given) {
    check_sources(given, o);
    if (o.schedule.patience > 0 && o.validation == 0 && !o.labels.empty())
      refuse_option("patience", "needs validation particles; give --validation above 0");
    complete(given, o);
  });
}

std::string history_table_path(const std::string& network) {
  return beside(network, ".history.h5");
}
std::string history_plot_path(const std::string& network) {
  return beside(network, ".history.png");
}

std::string next_step(const TrainOptions& o) {
  return fmt::format("elastem predict -i particles.star -m {} -w {} -o predictions.h5", o.modes_file,
                     o.training.output);
}

}  // namespace elastem::cli
