#include "options/train_options.hpp"

#include "core/error.hpp"
#include "options/particle_source_options.hpp"

namespace elastem::cli {
namespace {

namespace po = boost::program_options;

constexpr std::int64_t default_epochs = 100;
constexpr std::int64_t default_patience = 5;

[[noreturn]] void refuse(const std::string& option, const std::string& remedy) {
  throw Error("option --" + option + ": " + remedy);
}

void check(const TrainOptions& o) {
  if (o.epochs < 0) refuse("epochs", "must be 1 or more");
  if (o.minutes < 0) refuse("minutes", "must be above 0");
  if (o.batch < 1) refuse("batch", "must be 1 or more");
  if (!(o.learning_rate > 0)) refuse("learning-rate", "must be above 0");
  if (o.schedule != "cosine" && o.schedule != "constant" && o.schedule != "plateau")
    refuse("schedule", "\"" + o.schedule + "\"; give cosine, constant or plateau");
  if (o.patience < 0) refuse("patience", "must be 0 or more");
  if (o.patience > 0 && o.validation == 0 && !o.labels.empty())
    refuse("patience", "needs validation particles; give --validation above 0");
  if (o.warm_up < 0) refuse("warm-up", "must be 0 or more");
  if (!(o.validation >= 0 && o.validation < 1)) refuse("validation", "must be at least 0 and below 1");
  if (o.particles.empty() != o.labels.empty())
    refuse(o.labels.empty() ? "labels" : "input",
           "particles and labels belong together; give both or neither");
  if (o.labels.empty() && o.recipe.empty())
    refuse("labels", "there is nothing to learn from; give particles (-i) and labels (-l), or a --recipe");
  if (!(o.stream >= 0 && o.stream < 1) && !o.labels.empty())
    refuse("stream", "must be at least 0 and below 1: some of a batch are aligned particles");
  if (o.labels.empty() && o.stream != 0 && o.stream != 1)
    refuse("stream", "without labels all images are synthetic; leave it out");
  if (!(o.pretrain >= 0 && o.pretrain < 1)) refuse("pretrain", "must be at least 0 and below 1");
  if (o.pretrain > 0 && o.stream == 0 && !o.labels.empty())
    refuse("pretrain", "needs synthetic images; give --stream");
  if (o.labels.empty() && o.pretrain > 0)
    refuse("pretrain", "without labels all images are synthetic; leave it out");
  if (!(o.input_resolution > 0)) refuse("input-resolution", "must be above 0");
  if (o.save_seconds < 0) refuse("save-seconds", "must be 0 or more");
  if (o.threads < 1) refuse("threads", "must be 1 or more");
}

}  // namespace

std::optional<TrainOptions> parse_train_options(const std::vector<std::string>& arguments,
                                                std::string& help) {
  TrainOptions o;
  CommandLine line("train", "A network that predicts amplitudes, orientation and shift from images", o.common,
                   Resumable::yes);
  line.add()("input,i", po::value(&o.particles)->value_name("FILE"), "particles (STAR or XMD)")(
      "modes-file,m", po::value(&o.modes_file)->required()->value_name("FILE"),
      "structure and modes, as `elastem modes` writes them")(
      "labels,l", po::value(&o.labels)->value_name("FILE"),
      "what to learn: the result of `elastem align` for these particles (or a truth.h5)")(
      "recipe", po::value(&o.recipe)->value_name("FILE"),
      "options of `elastem synthesize`, a line NAME = VALUE each: what synthetic images are drawn from; by "
      "default, from labels and particles")("output,o", po::value(&o.output)->required()->value_name("FILE"),
                                            "the network to write");
  add_particle_source(line, o.datadir, o.negative_defocus);
  add_inversion(line, o.invert);
  add_with_outliers(line, o.with_outliers);
  add_matching(line, o.matching);
  line.add()(
      "epochs", po::value(&o.epochs)->value_name("N"),
      "passes over the labelled particles, or 65,536 synthetic images without any (100 unless --minutes is "
      "given)")("minutes", po::value(&o.minutes)->value_name("MIN"),
                "time to train; the first of the two limits ends it")(
      "batch", po::value(&o.batch)->default_value(o.batch)->value_name("N"),
      "images of a step, over all ranks")(
      "learning-rate", po::value(&o.learning_rate)->default_value(o.learning_rate)->value_name("RATE"),
      "of Adam after the warm-up, for batches of 64: it grows with the root of --batch")(
      "schedule", po::value(&o.schedule)->default_value(o.schedule)->value_name("NAME"),
      "how the learning rate runs on: cosine, half of one down to 1 %; constant; or plateau, times 0.3 "
      "whenever "
      "--patience is over")("patience", po::value(&o.patience)->default_value(0)->value_name("EPOCHS"),
                            "epochs without a lower validation loss after which the training ends (on a "
                            "plateau, the third time); 0: "
                            "never, and 5 on a plateau")(
      "warm-up", po::value(&o.warm_up)->default_value(o.warm_up)->value_name("STEPS"),
      "steps in which the learning rate rises")(
      "arch", po::value(&o.architecture)->default_value(o.architecture)->value_name("NAME"),
      "network: tiny, small, medium, resnet18 or resnet34")(
      "input-resolution", po::value(&o.input_resolution)->default_value(o.input_resolution)->value_name("Å"),
      "finest detail that the network sees")(
      "precision", po::value(&o.precision)->default_value(o.precision)->value_name("NAME"),
      "of its activations: float32, bfloat16, or auto: bfloat16 where the device multiplies it")(
      "validation", po::value(&o.validation)->default_value(o.validation)->value_name("SHARE"),
      "share of the particles set aside to measure errors")(
      "stream", po::value(&o.stream)->default_value(0)->implicit_value(0.9, "0.9")->value_name("SHARE"),
      "share of synthetic images, made on the fly, in each batch; 0.9 when given without a number")(
      "pretrain", po::value(&o.pretrain)->default_value(0)->value_name("SHARE"),
      "share of the training before that in which all images are synthetic")(
      "save-seconds", po::value(&o.save_seconds)->default_value(o.save_seconds)->value_name("S"),
      "time between two checkpoints; one is always written at the end")(
      "threads", po::value(&o.threads)->default_value(o.threads)->value_name("N"), "threads of each rank")(
      "device", po::value(&o.device)->default_value(o.device)->value_name("NAME"),
      "where the network computes: cpu; cuda, on a GPU of the node (shared where there are more ranks than "
      "GPUs); or auto: cuda where there is one");
  add_atom_model_overrides(line, o.atom_model);
  if (!line.parse(arguments)) {
    help = line.help();
    return std::nullopt;
  }
  check(o);
  if (o.labels.empty()) o.stream = 1;
  if (o.schedule == "plateau" && o.patience == 0) o.patience = default_patience;
  if (line.given("epochs") && o.epochs == 0) refuse("epochs", "must be 1 or more");
  if (line.given("minutes") && o.minutes == 0) refuse("minutes", "must be above 0");
  if (o.epochs == 0 && o.minutes == 0) o.epochs = default_epochs;
  check_atom_model(o.atom_model);
  o.effective = line.effective();
  return o;
}

}  // namespace elastem::cli
