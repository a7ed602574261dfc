#include "mpi/training/trainer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "imaging/pose.hpp"
#include "learning/augmentation.hpp"
#include "learning/prediction.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/training/gradient.hpp"

namespace elastem {
namespace {

constexpr std::size_t most_validated = 512;  // particles a rank and epoch
constexpr std::size_t most_measured = 256;   // particles over all ranks
constexpr double report_seconds = 10;
constexpr double found_degrees = 20;  // a start from which the refinement usually arrives

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
  void validate(EpochRecord& record);
  void share_clock();
  double progress() const;
  bool over() const { return progress() >= 1; }
  void save();
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
  LossSums epoch_sums_;
  double rate_ = 0;
  double start_ = 0, seconds_before_ = 0, images_before_ = 0;
  double saved_at_ = 0, reported_at_ = 0;
  bool stop_ = false;
};

Trainer::Trainer(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
                 const TrainingOptions& options, Checkpoint& state)
    : comm_(comm),
      set_(set),
      stream_(stream),
      options_(options),
      state_(state),
      network_(state.architecture, state.seed),
      maker_(set.grid),
      reader_(options.particles, options.datadir, options.inverted) {
  require(state.weights.size() == network_.weights().size(),
          "a checkpoint holds the weights of its architecture");
  if (options.batch < comm.size())
    throw Error("option --batch: " + std::to_string(options.batch) + " images cannot be shared by " +
                std::to_string(comm.size()) + " ranks; give at least as many images as ranks");
  std::copy(state.weights.begin(), state.weights.end(), network_.weights().begin());
  share_weights(comm_, network_);
  const Range share = equal_share(comm, options.batch);
  batch_first_ = share.first;
  batch_count_ = share.count;
  const double aligned = static_cast<double>(batch_count_) * (1 - (stream != nullptr ? options.stream : 0.0));
  if (batch_count_ > 0) aligned_count_ = static_cast<std::size_t>(std::max(1.0, std::round(aligned)));
  const std::size_t steps =
      aligned_count_ > 0 ? (set.training.size() + aligned_count_ - 1) / aligned_count_ : 0;
  steps_per_epoch_ = std::max<std::int64_t>(1, std::llround(comm.max(static_cast<double>(steps))));
}

void Trainer::add(Batch& batch, const Image& input, const Label& label) const {
  batch.inputs.insert(batch.inputs.end(), input.data(), input.data() + input.size());
  const std::size_t columns = state_.modes.size() + pose_targets;
  batch.targets.resize(batch.targets.size() + columns);
  encode_label(label, state_.scaling, {batch.targets.data() + batch.targets.size() - columns, columns});
}

/// An aligned particle, moved by whole pixels to about the place of another one, turned and mirrored.
void Trainer::add_aligned(Batch& batch, const Example& example) {
  FailureReason reason = FailureReason::none;
  const Image image = reader_.read(example.particle, reason);
  if (reason != FailureReason::none) return;
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
  const std::size_t first = static_cast<std::size_t>(state_.step) * aligned_count_;
  for (std::size_t i = first; i < std::min(first + aligned_count_, order.size()); ++i)
    add_aligned(batch, set_.training[order[i]]);
  if (stream_ == nullptr) return batch;
  Image input;
  Label label;
  for (std::int64_t i = static_cast<std::int64_t>(aligned_count_); i < batch_count_; ++i) {
    stream_->draw(static_cast<std::uint64_t>(state_.optimiser.steps * options_.batch + batch_first_ + i),
                  input, label);
    add(batch, input, label);
  }
  return batch;
}

void Trainer::take_step(const Batch& batch) {
  const LossSums sums = mean_gradient(comm_, network_, batch.inputs, batch.targets);
  ++state_.step;
  state_.images += sums.images;
  epoch_sums_.images += sums.images;
  epoch_sums_.loss += sums.loss;
  if (sums.images == 0) return;
  rate_ = state_.schedule.rate(state_.optimiser.steps, progress());
  state_.optimiser.step(network_.weights(), network_.gradient(), rate_, options_.largest_norm);
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
  comm_.sum(std::span<double>(values));
  state_.seconds = values[0];
  stop_ = values[1] > 0;
}

void Trainer::validate(EpochRecord& record) {
  const std::size_t k_count = state_.scaling.amplitude_mean.size();
  // Count, loss, |Δq| (Å), angle, |Δs| (Å), found; then squares: K amplitudes, three rotations, two shifts.
  std::vector<double> sums(6 + k_count + 5, 0.0);
  for (std::size_t i = 0; i < std::min(set_.validation.size(), most_validated); ++i) {
    const Example& example = set_.validation[i];
    FailureReason reason = FailureReason::none;
    const Image image = reader_.read(example.particle, reason);
    if (reason != FailureReason::none) continue;
    Image input;
    maker_.prepare(image, example.particle.ctf, input);
    const Prediction prediction = predict_label(network_, input, state_.scaling);
    const Label& answer = prediction.best;
    std::vector<float> target(k_count + pose_targets);
    encode_label(example.label, state_.scaling, target);
    const auto near = [&](const Eigen::Matrix3d& r) {
      return rotation_distance(r, example.label.rotation) < found_degrees;
    };
    const Eigen::VectorXd dq = answer.amplitudes - example.label.amplitudes;
    const Eigen::Vector3d turn = rotation_vector(answer.rotation, example.label.rotation);
    const Eigen::Vector2d ds = answer.shift - example.label.shift;
    sums[0] += 1;
    sums[1] +=
        network_.loss(network_.predict({input.data(), static_cast<std::size_t>(input.size())}), target).loss;
    sums[2] += dq.cwiseAbs().mean();
    sums[3] += turn.norm();
    sums[4] += ds.cwiseAbs().mean();
    sums[5] += std::any_of(prediction.orientations.begin(), prediction.orientations.end(), near) ? 1 : 0;
    for (std::size_t k = 0; k < k_count; ++k) sums[6 + k] += std::pow(dq[static_cast<Eigen::Index>(k)], 2);
    for (std::size_t j = 0; j < 3; ++j)
      sums[6 + k_count + j] += std::pow(turn[static_cast<Eigen::Index>(j)], 2);
    for (std::size_t j = 0; j < 2; ++j)
      sums[9 + k_count + j] += std::pow(ds[static_cast<Eigen::Index>(j)], 2);
  }
  comm_.sum(std::span<double>(sums));
  const double n = sums[0];
  if (n == 0) {
    record.validation_loss = record.validation_amplitude = record.validation_angle = record.validation_shift =
        record.validation_found = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  record.validation_loss = sums[1] / n;
  record.validation_amplitude = sums[2] / n;
  record.validation_angle = sums[3] / n;
  record.validation_shift = sums[4] / n;
  record.validation_found = sums[5] / n;
  const auto roots = [&](std::size_t first, std::size_t count) {
    std::vector<double> values;
    for (std::size_t i = first; i < first + count; ++i) values.push_back(std::sqrt(sums[i] / n));
    return values;
  };
  state_.errors = {roots(6, k_count), roots(6 + k_count, 3), roots(9 + k_count, 2)};
}

void Trainer::finish_epoch() {
  require_equal_weights(comm_, network_);
  if (epoch_sums_.images == 0)
    throw Error("no image of " + options_.particles +
                " could be read in a whole epoch; check the stacks it names");
  ++state_.epoch;
  state_.step = 0;
  EpochRecord record;
  record.epoch = state_.epoch;
  record.images = state_.images;
  record.seconds = state_.seconds;
  record.learning_rate = rate_;
  record.training_loss = epoch_sums_.loss / epoch_sums_.images;
  validate(record);
  state_.history.push_back(record);
  epoch_sums_ = {};
}

void Trainer::save() {
  saved_at_ = state_.seconds;
  state_.weights.assign(network_.weights().begin(), network_.weights().end());
  collectively(comm_, [&] {
    if (comm_.root()) write_checkpoint(options_.output, state_);
  });
}

void Trainer::report() {
  reported_at_ = state_.seconds;
  if (!options_.report) return;
  const double here = state_.seconds - seconds_before_;
  const double share = progress();
  const double left = share > 0 ? std::max(0.0, state_.seconds * (1 - share) / share) : 0.0;
  std::string text =
      fmt::format("train: epoch {}, {:.0f} images, {:.0f} images/s, {:.0f} s left", state_.epoch,
                  state_.images, here > 0 ? (state_.images - images_before_) / here : 0.0, left);
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
    if (state_.step == steps_per_epoch_ || (over() && epoch_sums_.images > 0)) finish_epoch();
  }
  save();
  report();
  return over();
}

}  // namespace

StreamModel measure_stream(const Communicator& comm, const TrainingSet& set, const ElasticModel& model,
                           const LabelScaling& scaling, const TrainingOptions& options) {
  ImageStatistics statistics(model, set.grid);
  StreamModel stream;
  stream.scaling = scaling;
  collectively(comm, [&] {
    ImageReader reader(options.particles, options.datadir, options.inverted);
    const std::size_t most = 1 + most_measured / static_cast<std::size_t>(comm.size());
    const std::size_t step = 1 + set.training.size() / most;
    for (std::size_t i = 0; i < set.training.size(); ++i) {
      const Example& example = set.training[i];
      stream.labels.push_back(example.label);
      stream.optics.push_back(example.particle.ctf);
      FailureReason reason = FailureReason::none;
      if (i % step != 0) continue;
      const Image image = reader.read(example.particle, reason);
      if (reason == FailureReason::none) statistics.add(image, example.particle.ctf, example.label);
    }
  });
  comm.sum(statistics.sums());
  if (statistics.count() == 0)
    throw Error(
        "no labelled image of " + options.particles +
        " resembles the projection at its label, so that --stream has nothing to go by; check that labels, "
        "modes and particles belong together");
  stream.grey_scale = statistics.grey_scale();
  stream.noise = statistics.noise();
  return stream;
}

LabelScaling measure_scaling(const Communicator& comm, const TrainingSet& set) {
  LabelMoments moments(set.modes.size());
  for (const Example& example : set.training) moments.add(example.label);
  comm.sum(moments.sums());
  return moments.scaling();
}

Checkpoint new_training(const Communicator& comm, const TrainingSet& set, const Architecture& architecture,
                        const Schedule& schedule, std::uint64_t seed) {
  Network network(architecture, seed);
  Checkpoint state;
  state.architecture = architecture;
  state.grid = set.grid;
  state.modes = set.modes;
  state.scaling = measure_scaling(comm, set);
  state.weights.assign(network.weights().begin(), network.weights().end());
  state.optimiser = Adam(state.weights.size());
  state.schedule = schedule;
  state.seed = seed;
  state.median_score = set.median_score;
  state.score_deviation = set.score_deviation;
  return state;
}

bool train(const Communicator& comm, const TrainingSet& set, SyntheticStream* stream,
           const TrainingOptions& options, Checkpoint& state) {
  return Trainer(comm, set, stream, options, state).run();
}

}  // namespace elastem
