#include "alignment/pose_library.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include <Eigen/Eigenvalues>

#include "alignment/sphere_grid.hpp"
#include "core/error.hpp"
#include "imaging/fft.hpp"
#include "imaging/pose.hpp"
#include "imaging/projection.hpp"

namespace elastem {

namespace {

/// e^{2πi k·c/S}: moves the origin from pixel c = floor(S/2) to index 0.
std::complex<float> centring(int kx, int ky, int size) {
  return std::complex<float>(
      std::polar(1.0, 2 * std::numbers::pi * (kx + ky) * (size / 2) / static_cast<double>(size)));
}

SearchOptions with_prior(SearchOptions options, const ElasticModel& model) {
  constexpr double rigid = 1e-6;  // Å
  if (options.amplitudes.empty()) options.amplitudes = elastic_prior(model, rigid);
  require(options.amplitudes.mean.size() == model.mode_count(), "the prior is one of the model's amplitudes");
  return options;
}

int row_of(int ky, int size) {
  return ky < 0 ? ky + size : ky;
}

}  // namespace

std::vector<Eigen::VectorXd> library_conformations(const NormalPrior& prior) {
  constexpr double worth_it = 0.4;  // of the widest axis
  std::vector<Eigen::VectorXd> conformations = {prior.mean};
  if (prior.empty()) return conformations;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(prior.covariance);
  const Eigen::VectorXd widths = axes.eigenvalues().cwiseSqrt();
  for (Eigen::Index k = widths.size() - 1; k >= 0 && widths[k] >= worth_it * widths.maxCoeff(); --k) {
    for (const double sign : {-1.0, 1.0})
      conformations.emplace_back(prior.mean +
                                 sign * conformation_step * widths[k] * axes.eigenvectors().col(k));
  }
  return conformations;
}

PoseLibrary::PoseLibrary(const ElasticModel& model, ImageGrid full, const SearchOptions& options)
    : options_(with_prior(options, model)),
      full_(full),
      drawn_(bead_rendering(model, full, options.resolution)),
      band_radius_(std::min(static_cast<int>(drawn_.band_radius()), (drawn_.grid.size - 1) / 2)),
      conformations_(library_conformations(options_.amplitudes)) {
  require(band_radius_ >= 2, "the search resolution leaves a few Fourier terms");
  for (int kx = 0; kx <= band_radius_; ++kx) {
    Column column{kx, {}, term_count_};
    const int ky_max = static_cast<int>(std::sqrt(band_radius_ * band_radius_ - kx * kx));
    for (int ky = kx == 0 ? 1 : -ky_max; ky <= ky_max; ++ky) column.ky.push_back(ky);
    term_count_ += column.ky.size();
    if (!column.ky.empty()) columns_.push_back(std::move(column));
  }
  const auto views = sphere_grid(options.angular_step);
  for (std::size_t c = 0; c < conformations_.size(); ++c) {
    for (const auto& view : views) references_.push_back({c, view});
    if (bytes() <= options.memory) continue;
    if (c == 0) {
      throw Error("the library of one conformation takes " + std::to_string((bytes() >> 20) + 1) +
                  " MiB, more than --library-memory: give more, or a larger --angular-step or "
                  "--search-resolution");
    }
    references_.resize(c * views.size());
    conformations_.resize(c);
  }
}

std::size_t PoseLibrary::value_count() const {
  const auto modes = static_cast<std::size_t>(drawn_.model.mode_count());
  const std::size_t reference =
      2 * term_count_ * (2 + modes + 3) + static_cast<std::size_t>(band_radius_ + 1);
  return references_.size() * reference;
}

Eigen::Map<const Eigen::MatrixXf> PoseLibrary::terms(const Column& column) const {
  return {storage_ + 2 * column.first * references_.size(), static_cast<Eigen::Index>(references_.size()),
          static_cast<Eigen::Index>(2 * column.ky.size())};
}

Eigen::Map<const Eigen::MatrixXf> PoseLibrary::tangent(std::size_t reference) const {
  const auto columns = static_cast<std::size_t>(drawn_.model.mode_count() + 4);
  const float* first = storage_ + 2 * term_count_ * (references_.size() + columns * reference);
  return {first, static_cast<Eigen::Index>(2 * term_count_), static_cast<Eigen::Index>(columns)};
}

Eigen::Map<const Eigen::MatrixXf> PoseLibrary::shell_power() const {
  const auto values = 2 * term_count_ * static_cast<std::size_t>(drawn_.model.mode_count() + 5);
  return {storage_ + values * references_.size(), static_cast<Eigen::Index>(references_.size()),
          band_radius_ + 1};
}

int PoseLibrary::shell(int kx, int ky) const {
  return std::min(static_cast<int>(std::lround(std::hypot(kx, ky))), band_radius_);
}

void PoseLibrary::fill(std::size_t first, std::size_t count) {
  require(storage_ != nullptr && first + count <= references_.size(),
          "a library with room for its references");
  const int size = drawn_.grid.size;
  Projector<float> projector(drawn_.model, drawn_.grid);
  Fft2<float> fft(size);
  Image image;
  std::vector<Image> slopes;
  Spectrum spectrum;
  const auto each_term = [&](const Image& drawn, auto&& take) {
    fft.forward(drawn, spectrum);
    for (const Column& column : columns_) {
      for (std::size_t i = 0; i < column.ky.size(); ++i) {
        const int row = row_of(column.ky[i], size);
        std::complex<float> value = spectrum(row, column.kx) * centring(column.kx, column.ky[i], size);
        if (!drawn_.deblurring.empty())
          value *= drawn_.deblurring[static_cast<std::size_t>(row * (size / 2 + 1) + column.kx)];
        take(column, i, value);
      }
    }
  };
  const auto modes = static_cast<std::size_t>(drawn_.model.mode_count());
  for (std::size_t r = first; r < first + count; ++r) {
    const auto& [conformation, view] = references_[r];
    projector.project_with_derivatives(conformations_[conformation], rotation_matrix(view[0], view[1], 0),
                                       {0, 0}, image, slopes);
    float* power = const_cast<float*>(shell_power().data());
    for (int s = 0; s <= band_radius_; ++s) power[static_cast<std::size_t>(s) * references_.size() + r] = 0;
    each_term(image, [&](const Column& column, std::size_t i, std::complex<float> value) {
      float* to = storage_ + 2 * (column.first + i) * references_.size() + r;
      to[0] = value.real();
      to[references_.size()] = value.imag();
      power[static_cast<std::size_t>(shell(column.kx, column.ky[i])) * references_.size() + r] +=
          std::norm(value);
    });
    float* to = const_cast<float*>(tangent(r).data());
    for (std::size_t j = 0; j < modes + 4; ++j) {
      each_term(j == 0 ? image : slopes[j - 1], [&](const Column&, std::size_t, std::complex<float> value) {
        *to++ = value.real();
        *to++ = value.imag();
      });
    }
  }
}

OwnPoseLibrary::OwnPoseLibrary(const ElasticModel& model, ImageGrid full, const SearchOptions& options)
    : library_(model, full, options), storage_(library_.value_count()) {
  library_.use(storage_.data());
  library_.fill(0, library_.references().size());
}

}  // namespace elastem
