#include "mpi/learning/trainer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "learning/augmentation.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/learning/gradient.hpp"
#include "mpi/learning/history_file.hpp"
#include "mpi/learning/validation.hpp"

namespace elastem {
namespace {

constexpr std::size_t most_validated = 1024;             // images of all ranks, per epoch
constexpr std::int64_t synthetic_epoch = 1 << 16;        // images, where there are no particles to pass over
constexpr std::uint64_t validation_stream = 1ULL << 62;  // synthetic images from here on are for validation
constexpr double report_seconds = 10;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// 0 … n−1 in an order drawn for one epoch and rank.
std::vector<std::size_t> shuffled(std::size_t n, std::uint64_t seed, std::uint64_t index) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(seed, Stream::sampling, index);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

class Trainer {
 public:
  Trainer(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
          const TrainingOptions& options, Checkpoint& state);
  bool run();

 private:
  /// What one rank adds to a step.
  struct Batch {
    std::vector<float> inputs, targets;
  };

  void add(Batch& batch, const Image& input, const Label& label) const;
  void add_aligned(Batch& batch, const Example& example);
  Batch next_batch(const std::vector<std::size_t>& order);
  void take_step(const Batch& batch);
  void finish_epoch();
  void validate_epoch(EpochRecord& record);
  bool pretraining() const;
  void share_clock();
  double progress() const;
  bool over() const { return progress() >= 1 || state_.schedule.exhausted(); }
  void save();
  void keep_best();
  void require_sound() const;
  void report();

  const Communicator& comm_;
  const TrainingSet& set_;
  SyntheticStream* stream_;
  const TrainingOptions& options_;
  Checkpoint& state_;
  Network network_;
  InputMaker maker_;
  ImageReader reader_;
  std::int64_t batch_first_ = 0, batch_count_ = 0;  ///< this rank's part of the images of a step
  std::size_t aligned_count_ = 0;                   ///< of them, aligned particles
  std::int64_t steps_per_epoch_ = 0;
  double start_ = 0, seconds_before_ = 0, images_before_ = 0;
  double saved_at_ = 0, reported_at_ = 0;
  std::size_t written_epochs_ = 0;  ///< of the history file
  bool stop_ = false, saved_once_ = false;
};

Trainer::Trainer(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
                 const TrainingOptions& options, Checkpoint& state)
    : comm_(comm),
      set_(set),
      stream_(stream),
      options_(options),
      state_(state),
      network_(state.architecture, state.seed, state.precision),
      maker_(set.grid, state.architecture.input_size),
      reader_(options.source.path, options.source.datadir, options.source.inverted) {
  require(state.weights.size() == network_.weights().size(),
          "a checkpoint holds the weights of its architecture");
  if (options.batch < comm.size())
    throw Error(fmt::format(
        "option --batch: {} images cannot be shared by {} ranks; give at least as many images as ranks",
        options.batch, comm.size()));
  std::copy(state.weights.begin(), state.weights.end(), network_.weights().begin());
  share_weights(comm_, network_);
  saved_once_ = state.optimiser.steps > 0;
  const Range share = equal_share(comm, options.batch);
  batch_first_ = share.first;
  batch_count_ = share.count;
  if (set.all_training > 0 && batch_count_ > 0) {
    const double aligned =
        static_cast<double>(batch_count_) * (1 - (stream != nullptr ? options.stream : 0.0));
    aligned_count_ = static_cast<std::size_t>(std::max(1.0, std::round(aligned)));
  }
  const std::size_t steps =
      aligned_count_ > 0 ? (set.training.size() + aligned_count_ - 1) / aligned_count_ : 0;
  steps_per_epoch_ = set.all_training > 0
                         ? std::max<std::int64_t>(1, comm.max(static_cast<std::int64_t>(steps)))
                         : std::max<std::int64_t>(1, synthetic_epoch / options.batch);
}

void Trainer::add(Batch& batch, const Image& input, const Label& label) const {
  batch.inputs.insert(batch.inputs.end(), input.data(), input.data() + input.size());
  const std::size_t columns = network_.target_count();
  batch.targets.resize(batch.targets.size() + columns);
  encode_label(label, state_.scaling, {batch.targets.data() + batch.targets.size() - columns, columns});
}

/// An aligned particle, moved by whole pixels to about the place of another one, turned and mirrored.
void Trainer::add_aligned(Batch& batch, const Example& example) {
  const auto [image, failure] = reader_.read(example.particle);
  if (failure != FailureReason::none) return;
  Random random(state_.seed, Stream::augmentation,
                static_cast<std::uint64_t>(state_.epoch * set_.rows + example.row));
  Label label = example.label;
  const Example& other = set_.training[random.below(set_.training.size())];
  const Eigen::Vector2d move = ((other.label.shift - label.shift) / set_.grid.pixel_size).array().round();
  label.shift += set_.grid.pixel_size * move;
  const Symmetry symmetry = image_symmetries()[random.below(8)];
  Image input;
  maker_.prepare(translated(image, static_cast<int>(move.x()), static_cast<int>(move.y())),
                 example.particle.ctf, input);
  add(batch, transformed(input, symmetry), transformed(label, symmetry));
}

Trainer::Batch Trainer::next_batch(const std::vector<std::size_t>& order) {
  Batch batch;
  const std::size_t aligned = pretraining() ? 0 : aligned_count_;
  const std::size_t first = static_cast<std::size_t>(state_.step) * aligned_count_;
  for (std::size_t i = first; i < std::min(first + aligned, order.size()); ++i)
    add_aligned(batch, set_.training[order[i]]);
  if (stream_ == nullptr) return batch;
  Image input;
  Label label;
  for (std::int64_t i = static_cast<std::int64_t>(aligned); i < batch_count_; ++i) {
    stream_->draw(static_cast<std::uint64_t>(state_.optimiser.steps * options_.batch + batch_first_ + i),
                  input, label);
    add(batch, input, label);
  }
  return batch;
}

/// Whether all images of this step are synthetic.
bool Trainer::pretraining() const {
  return stream_ != nullptr && progress() < options_.pretrain;
}

void Trainer::take_step(const Batch& batch) {
  const LossSums sums = mean_gradient(comm_, network_, batch.inputs, batch.targets);
  ++state_.step;
  state_.images += sums.images;
  state_.epoch_images += sums.images;
  state_.epoch_loss += sums.loss;
  if (sums.images == 0) return;
  const double rate = state_.schedule.rate(state_.optimiser.steps, progress());
  state_.optimiser.step(network_.weights(), network_.gradient(), rate, options_.largest_norm);
}

/// The share of the training that is over, the same on all ranks.
double Trainer::progress() const {
  const double epochs = options_.epochs > 0
                            ? (static_cast<double>(state_.epoch) +
                               static_cast<double>(state_.step) / static_cast<double>(steps_per_epoch_)) /
                                  static_cast<double>(options_.epochs)
                            : 0.0;
  const double minutes = options_.minutes > 0 ? state_.seconds / (60 * options_.minutes) : 0.0;
  return std::max(epochs, minutes);
}

/// Rank 0's clock and any rank's wish to stop, on all ranks.
void Trainer::share_clock() {
  std::array<double, 2> values = {comm_.root() ? seconds_before_ + now() - start_ : 0.0,
                                  stop_requested() ? 1.0 : 0.0};
  comm_.sum(values);
  state_.seconds = values[0];
  stop_ = values[1] > 0;
}

/// The particles that are set aside, or synthetic images that no batch has, where there are none.
void Trainer::validate_epoch(EpochRecord& record) {
  const auto ranks = static_cast<std::size_t>(comm_.size());
  const auto rank = static_cast<std::size_t>(comm_.rank());
  if (set_.all_validation > 0 || stream_ == nullptr) {
    const ValidationImages particles = [&](std::size_t i, Image& input, Label& label) {
      const Example& example = set_.validation[i];
      const auto [image, failure] = reader_.read(example.particle);
      if (failure != FailureReason::none) return false;
      maker_.prepare(image, example.particle.ctf, input);
      label = example.label;
      return true;
    };
    validate(comm_, network_, state_.scaling, particles,
             std::min(set_.validation.size(), (most_validated + ranks - 1) / ranks), record, state_.errors);
    return;
  }
  const ValidationImages images = [&](std::size_t i, Image& input, Label& label) {
    stream_->draw(validation_stream + i * ranks + rank, input, label);
    return true;
  };
  validate(comm_, network_, state_.scaling, images, most_validated / ranks, record, state_.errors);
}

void Trainer::finish_epoch() {
  require_equal_weights(comm_, network_);
  if (state_.epoch_images == 0)
    throw Error("no image of " + options_.source.path +
                " could be read in a whole epoch; check the stacks it names");
  EpochRecord record;
  record.learning_rate = state_.schedule.rate(state_.optimiser.steps - 1, progress());
  ++state_.epoch;
  state_.step = 0;
  record.epoch = state_.epoch;
  record.images = state_.images;
  record.seconds = state_.seconds;
  record.training_loss = state_.epoch_loss / state_.epoch_images;
  validate_epoch(record);
  state_.history.push_back(record);
  state_.schedule.observe(record.validation_loss);
  if (state_.schedule.patience > 0 && state_.schedule.best_epoch == state_.schedule.observed)
    state_.best_weights.assign(network_.weights().begin(), network_.weights().end());
  state_.epoch_images = state_.epoch_loss = 0;
}

/// Throws Error before a training that has diverged replaces what was saved.
void Trainer::require_sound() const {
  constexpr float largest = 1e6F;   // a weight is of the order of 1
  constexpr double hopeless = 100;  // times the loss of the first epoch, which is of the order of 1
  const double loss = state_.epoch_images > 0  ? state_.epoch_loss / state_.epoch_images
                      : state_.history.empty() ? 0.0
                                               : state_.history.back().training_loss;
  const double usual =
      state_.history.empty() ? 1.0 : std::max(1.0, std::abs(state_.history.front().training_loss));
  const std::span<const float> weights = network_.weights();
  const bool sound = std::ranges::all_of(weights, [](float weight) { return std::abs(weight) <= largest; });
  if (sound && loss <= hopeless * usual) return;
  throw Error(fmt::format(
      "the training has diverged after {} epochs ({}): {}; try a smaller --learning-rate", state_.epoch,
      sound ? fmt::format("the mean loss is {:.3g}", loss) : "weights are not finite or vast",
      saved_once_ ? fmt::format("{} keeps the weights that were saved before", options_.output)
                  : "nothing was written"));
}

void Trainer::save() {
  require_sound();
  saved_once_ = true;
  saved_at_ = state_.seconds;
  state_.weights.assign(network_.weights().begin(), network_.weights().end());
  on_root(comm_, [&] {
    write_checkpoint(options_.output, state_);
    if (state_.history.size() == written_epochs_) return;
    write_history(options_.output, state_.history);
    written_epochs_ = state_.history.size();
  });
}

/// A training that is given up ends with the weights that were best, and with their errors.
void Trainer::keep_best() {
  if (!state_.schedule.exhausted() || state_.best_weights.empty()) return;
  std::copy(state_.best_weights.begin(), state_.best_weights.end(), network_.weights().begin());
  EpochRecord record;
  validate_epoch(record);
  if (options_.report)
    spdlog::info("the validation loss no longer falls: ends with the weights of epoch {}",
                 state_.history[static_cast<std::size_t>(state_.schedule.best_epoch) - 1].epoch);
}

void Trainer::report() {
  reported_at_ = state_.seconds;
  if (!options_.report) return;
  const double here = state_.seconds - seconds_before_;
  const double share = progress();
  const double left = share > 0 ? std::max(0.0, state_.seconds * (1 - share) / share) : 0.0;
  std::string text =
      fmt::format("epoch {}, {:.0f} images, {:.0f} images/s, {:.0f} s left", state_.epoch, state_.images,
                  here > 0 ? (state_.images - images_before_) / here : 0.0, left);
  if (!state_.history.empty()) {
    const EpochRecord& last = state_.history.back();
    text += fmt::format("; loss {:.3f}", last.training_loss);
    if (std::isfinite(last.validation_loss))
      text += fmt::format(
          "; validation: loss {:.3f}, amplitudes {:.1f} Å, rotation {:.0f}° (within {:.0f}° of one offered: "
          "{:.0f} %), shift {:.1f} Å",
          last.validation_loss, last.validation_amplitude, last.validation_angle, found_degrees,
          100 * last.validation_found, last.validation_shift);
  }
  spdlog::info("{}", text);
}

bool Trainer::run() {
  start_ = now();
  seconds_before_ = saved_at_ = reported_at_ = state_.seconds;
  images_before_ = state_.images;
  share_clock();
  while (!over() && !stop_) {
    const auto index = static_cast<std::uint64_t>(state_.epoch * comm_.size() + comm_.rank());
    const std::vector<std::size_t> order = shuffled(set_.training.size(), state_.seed, index);
    while (state_.step < steps_per_epoch_ && !over() && !stop_) {
      take_step(next_batch(order));
      share_clock();
      if (state_.seconds - saved_at_ > options_.save_seconds) save();
      if (state_.seconds - reported_at_ > report_seconds) report();
    }
    // A resumed epoch that began on fewer ranks may have had more steps than this one has.
    if (state_.step >= steps_per_epoch_ || (over() && state_.epoch_images > 0)) finish_epoch();
  }
  keep_best();
  save();
  report();
  return over();
}

}  // namespace

bool train(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
           const TrainingOptions& options, Checkpoint& state) {
  return Trainer(comm, set, stream, options, state).run();
}

}  // namespace elastem
