#include "learning/predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "alignment/elastic_prior.hpp"
#include "core/error.hpp"
#include "core/stage_times.hpp"
#include "imaging/pose.hpp"

namespace elastem {
namespace {

/// A fit whose correlation lies this many standard deviations below the labels' median is doubted. Of good
/// fits 16 % are, which costs them a search of 4 ms and brief fits of what it finds; of wrong fits (adenylate
/// kinase, SNR 0.1) 0.7 % pass, with two deviations 2.7 %.
constexpr double doubtful_deviations = 1;
/// Scores of images without noise hardly differ: what is this near to the median is as good.
constexpr double least_deviation = 1e-3;

/// The correlation below which a fit to an image of this grid is doubted. A grid with more pixels than the
/// network's has as much signal under more noise: with as much noise per area, ρ²/(1 − ρ²) ∝ 1/S².
double usual_score(const Checkpoint& checkpoint, ImageGrid images) {
  const double known =
      checkpoint.median_score - std::max(least_deviation, doubtful_deviations * checkpoint.score_deviation);
  if (images.size == checkpoint.grid.size || known <= 0 || known >= 1) return known;
  const double pixels = static_cast<double>(images.size) / checkpoint.grid.size;
  const double odds = known * known / (1 - known * known) / (pixels * pixels);
  return std::sqrt(odds / (1 + odds));
}

}  // namespace

void require_whole_molecule(const ElasticModel& model, ImageGrid images) {
  const double box = images.size * images.pixel_size;
  const double diameter = 2 * model.positions.colwise().norm().maxCoeff();
  if (box < diameter)
    throw Error(fmt::format(
        "images of {}² pixels of {} Å are {:.0f} Å wide, but the molecule is {:.0f} Å: cut larger "
        "images from the micrographs",
        images.size, images.pixel_size, box, diameter));
}

Eigen::MatrixXd sampled_amplitudes(const Checkpoint& checkpoint) {
  const auto modes = static_cast<Eigen::Index>(checkpoint.modes.size()),
             values = static_cast<Eigen::Index>(checkpoint.conformations.size());
  return Eigen::Map<const Eigen::MatrixXf>(checkpoint.conformations.data(), modes,
                                           values == 0 ? 0 : values / modes)
      .cast<double>();
}

AlignmentOptions refinement_options(const Checkpoint& checkpoint, const ElasticModel& model) {
  AlignmentOptions options;
  const Eigen::MatrixXd sample = sampled_amplitudes(checkpoint);
  if (sample.cols() > 0)
    options.prior = normal_of_sample(elastic_prior(model, default_amplitude(model.atom_count())), sample);
  return options;
}

Network restored_network(const Checkpoint& checkpoint) {
  Network network(checkpoint.architecture, checkpoint.seed, checkpoint.precision);
  if (network.weights().size() != checkpoint.weights.size())
    throw Error(
        fmt::format("the network has {} weights, its architecture '{}' has {}: it was written by another "
                    "version of elastem; train again",
                    checkpoint.weights.size(), checkpoint.architecture.name, network.weights().size()));
  std::copy(checkpoint.weights.begin(), checkpoint.weights.end(), network.weights().begin());
  return network;
}

Predictor::Predictor(const Checkpoint& checkpoint, const ElasticModel& model)
    : checkpoint_(&checkpoint), model_(&model), network_(restored_network(checkpoint)) {}

Predictor::Grid::Grid(const ElasticModel& model, const Checkpoint& checkpoint, ImageGrid images)
    : signal(model, checkpoint.grid, checkpoint.architecture.input_size, images),
      doubted_below(usual_score(checkpoint, images)) {}

std::size_t Predictor::add_grid(ImageGrid images) {
  grids_.push_back(std::make_unique<Grid>(*model_, *checkpoint_, images));
  return grids_.size() - 1;
}

std::size_t Predictor::add_grid(ImageGrid images, const NoiseSpectrum& noise, const PoseLibrary& library) {
  const std::size_t number = add_grid(images);
  grids_[number]->aligner.emplace(*model_, images, noise, refinement_options(*checkpoint_, *model_),
                                  &library);
  return number;
}

Predictor::Times Predictor::times() const {
  Times times = times_;
  for (const auto& grid : grids_)
    if (grid->aligner) times.fits += grid->aligner->times();
  return times;
}

std::int64_t Predictor::searched() const {
  std::int64_t searched = 0;
  for (const auto& grid : grids_) searched += grid->aligner ? grid->aligner->searches() : 0;
  return searched;
}

Prediction Predictor::ask(Grid& grid, const Image& image, const Ctf& ctf) {
  const TimedScope watch(times_.network);
  Image input;
  grid.signal.input().prepare(image, ctf, input);
  return predict_label(network_, input, checkpoint_->scaling);
}

ParticleResult Predictor::predict(std::size_t grid, const Image& image, const Ctf& ctf) {
  Grid& of = *grids_.at(grid);
  const Prediction prediction = ask(of, image, ctf);
  return of.aligner ? refined(of, image, ctf, prediction) : unrefined(of, image, ctf, prediction.best);
}

ParticleResult Predictor::unrefined(Grid& grid, const Image& image, const Ctf& ctf, const Label& label) {
  const TimedScope watch(times_.score);
  ParticleResult result;
  result.amplitudes = label.amplitudes;
  result.euler_angles = euler_angles(label.rotation);
  result.shift = label.shift;
  result.standard_errors = standard_errors(label.errors);
  result.score = grid.signal.correlation(image, ctf, label);
  result.state = ParticleState::done;
  return result;
}

/// What the network expects, grown to what its validation images taught; ∞ where there were none.
Eigen::VectorXd Predictor::standard_errors(const LabelErrors& expected) const {
  const Eigen::Index k = expected.amplitudes.size();
  const std::vector<double>& taught = checkpoint_->errors.growth;
  if (taught.empty()) return Eigen::VectorXd::Constant(k + 5, std::numeric_limits<double>::infinity());
  const Eigen::Map<const Eigen::VectorXd> growth(taught.data(), k + 2);
  Eigen::VectorXd errors(k + 5);
  errors << expected.amplitudes.cwiseProduct(growth.head(k)),
      Eigen::Vector3d::Constant(expected.rotation * growth[k]),
      Eigen::Vector2d::Constant(expected.shift * growth[k + 1]);
  return errors;
}

ParticleResult Predictor::refined(Grid& grid, const Image& image, const Ctf& ctf,
                                  const Prediction& prediction) const {
  std::vector<Placement> starts;
  for (const Eigen::Matrix3d& rotation : prediction.orientations)
    starts.push_back({prediction.best.amplitudes, rotation, prediction.best.shift});
  return grid.aligner->refine(image, ctf, starts, grid.doubted_below);
}

}  // namespace elastem
