#include "alignment/pose_search.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "alignment/sphere_grid.hpp"
#include "core/error.hpp"
#include "core/units.hpp"

namespace elastem {

namespace {

/// e^{2πi k·c/S}: moves the origin from pixel c = floor(S/2) to index 0.
std::complex<float> centring(int kx, int ky, int size) {
  const double phase = 2 * std::numbers::pi * (kx + ky) * (size / 2) / size;
  return {static_cast<float>(std::cos(phase)), static_cast<float>(std::sin(phase))};
}

Eigen::Index wrapped_row(int ky, int size) {
  return ky < 0 ? ky + size : ky;
}

/// The smallest even size without large prime factors that is at least `wanted`.
int good_size(int wanted) {
  for (int size = wanted + wanted % 2;; size += 2) {
    int rest = size;
    for (const int factor : {2, 3, 5}) {
      while (rest % factor == 0) rest /= factor;
    }
    if (rest == 1) return size;
  }
}

}  // namespace

std::vector<Eigen::VectorXd> library_conformations(Eigen::Index modes, double step) {
  std::vector<Eigen::VectorXd> conformations = {Eigen::VectorXd::Zero(modes)};
  for (Eigen::Index k = 0; k < modes && step > 0; ++k) {
    for (const double sign : {-1.0, 1.0})
      conformations.emplace_back(sign * step * Eigen::VectorXd::Unit(modes, k));
  }
  return conformations;
}

PoseLibrary::PoseLibrary(const ElasticModel& model, ImageGrid grid, const SearchOptions& options)
    : options_(options),
      grid_(grid),
      conformations_(library_conformations(model.mode_count(), options.conformation_step)) {
  const double box = grid.size * grid.pixel_size;
  const int radius = std::min(static_cast<int>(box / options.resolution), (grid.size - 1) / 2);
  require(radius >= 2, "the search resolution leaves a few Fourier terms");
  shells_ = static_cast<std::size_t>(radius) + 1;
  coarse_size_ = good_size(std::max(2 * radius + 2, radius * 8 / 3));
  for (int ky = -radius; ky <= radius; ++ky) {
    for (int kx = 0; kx <= radius; ++kx) {
      if ((kx != 0 || ky != 0) && kx * kx + ky * ky <= radius * radius) band_.emplace_back(kx, ky);
    }
  }
  const auto views = sphere_grid(options.angular_step);
  for (std::size_t c = 0; c < conformations_.size(); ++c) {
    for (const auto& view : views) references_.push_back({c, view});
  }

  Projector<float> projector(model, grid);
  Fft2<float> fft(grid.size);
  Image image;
  Spectrum spectrum;
  terms_.reserve(references_.size() * band_.size());
  shell_power_.assign(references_.size() * shells_, 0.0F);
  for (std::size_t r = 0; r < references_.size(); ++r) {
    const auto& [conformation, view] = references_[r];
    projector.project(conformations_[conformation], rotation_matrix(view[0], view[1], 0), {0, 0}, image);
    fft.forward(image, spectrum);
    for (const auto& k : band_) {
      const auto value = spectrum(wrapped_row(k[1], grid.size), k[0]) * centring(k[0], k[1], grid.size);
      terms_.push_back(value);
      const auto shell =
          std::min(static_cast<std::size_t>(std::lround(k.cast<double>().norm())), shells_ - 1);
      shell_power_[r * shells_ + shell] += static_cast<float>(k[0] == 0 ? 1 : 2) * std::norm(value);
    }
  }
}

std::size_t PoseLibrary::bytes() const {
  return terms_.size() * sizeof(terms_[0]) + shell_power_.size() * sizeof(float);
}

PoseSearch::PoseSearch(const PoseLibrary& library)
    : library_(&library),
      in_plane_count_(static_cast<int>(std::ceil(360 / library.options().angular_step))),
      fine_size_(4 * library.coarse_size()),
      shift_cells_(static_cast<int>(std::ceil(library.options().shift_range * library.coarse_size() /
                                              (library.grid().size * library.grid().pixel_size)))),
      fine_fft_(fine_size_),
      coarse_fft_(library.coarse_size()),
      turned_(library.coarse_size(), library.coarse_size()),
      data_(library.band().size()),
      norm_(library.references().size()) {
  shift_cells_ = std::min(shift_cells_, library.coarse_size() / 2 - 1);
}

void PoseSearch::filter(const Spectrum& spectrum, const std::vector<float>& transfer,
                        const std::vector<double>& noise_power) {
  const int size = library_->grid().size;
  const Eigen::Index columns = size / 2 + 1;
  std::vector<double> weight(library_->shell_count(), 0.0), count(library_->shell_count(), 0.0);
  fine_spectrum_ = Spectrum::Zero(fine_size_, fine_size_ / 2 + 1);
  for (const auto& k : library_->band()) {
    const auto t = static_cast<std::size_t>(wrapped_row(k[1], size) * columns + k[0]);
    const float ctf = transfer[t];
    const auto power = static_cast<float>(noise_power[t]);
    fine_spectrum_(wrapped_row(k[1], fine_size_), k[0]) =
        ctf / power * spectrum.data()[t] * centring(k[0], k[1], size);
    const auto shell =
        std::min(static_cast<std::size_t>(std::lround(k.cast<double>().norm())), weight.size() - 1);
    weight[shell] += static_cast<double>(ctf) * ctf / power;
    count[shell] += 1;
  }
  for (std::size_t s = 0; s < weight.size(); ++s) weight[s] /= std::max(count[s], 1.0);
  for (std::size_t r = 0; r < norm_.size(); ++r) {
    double sum = 0;
    for (std::size_t s = 0; s < weight.size(); ++s) sum += weight[s] * library_->shell_power(r)[s];
    norm_[r] = sum > 0 ? static_cast<float>(1 / std::sqrt(sum)) : 0.0F;
  }
  fine_fft_.backward(fine_spectrum_, fine_);
}

/// Turns the filtered image back by psi: turned(u) = fine(R_z(psi)·u), and takes its terms in the band.
void PoseSearch::turn(double psi) {
  const int size = library_->coarse_size();
  const double ratio = static_cast<double>(fine_size_) / size;
  const double c = std::cos(psi * radians_per_degree), s = std::sin(psi * radians_per_degree);
  const auto wrap = [this](int i) { return i < 0 ? i + fine_size_ : i >= fine_size_ ? i - fine_size_ : i; };
  for (int row = 0; row < size; ++row) {
    const int y = row < size / 2 ? row : row - size;
    for (int column = 0; column < size; ++column) {
      const int x = column < size / 2 ? column : column - size;
      // Outside the inscribed circle the turned box would show its neighbours.
      if (4 * (x * x + y * y) > size * size) {
        turned_(row, column) = 0;
        continue;
      }
      const double fx = (c * x + s * y) * ratio, fy = (-s * x + c * y) * ratio;
      const double x0 = std::floor(fx), y0 = std::floor(fy);
      const auto ax = static_cast<float>(fx - x0), ay = static_cast<float>(fy - y0);
      const int left = wrap(static_cast<int>(x0)), right = wrap(static_cast<int>(x0) + 1);
      const int low = wrap(static_cast<int>(y0)), high = wrap(static_cast<int>(y0) + 1);
      turned_(row, column) = (1 - ay) * ((1 - ax) * fine_(low, left) + ax * fine_(low, right)) +
                             ay * ((1 - ax) * fine_(high, left) + ax * fine_(high, right));
    }
  }
  coarse_fft_.forward(turned_, coarse_spectrum_);
  // The fine image was an inverse transform with 1/fine²; sampled at coarse² points its sums are smaller by
  // that.
  const auto scale = static_cast<float>(static_cast<double>(fine_size_) * fine_size_ / (size * size));
  for (std::size_t i = 0; i < data_.size(); ++i) {
    const auto& k = library_->band()[i];
    data_[i] = scale * coarse_spectrum_(wrapped_row(k[1], size), k[0]);
  }
}

void PoseSearch::correlate(int in_plane, std::vector<Hit>& hits) {
  const int size = library_->coarse_size();
  const auto& band = library_->band();
  const float to_sum =
      static_cast<float>(size) * static_cast<float>(size);  // undoes the 1/size² of `backward`
  coarse_spectrum_.setZero(size, size / 2 + 1);
  for (std::size_t r = 0; r < library_->references().size(); ++r) {
    const std::complex<float>* terms = library_->terms(r);
    for (std::size_t i = 0; i < band.size(); ++i) {
      coarse_spectrum_(wrapped_row(band[i][1], size), band[i][0]) = std::conj(terms[i]) * data_[i];
    }
    coarse_fft_.backward(coarse_spectrum_, map_);
    Hit best{-1.0F, r, in_plane, 0, 0};
    for (int y = -shift_cells_; y <= shift_cells_; ++y) {
      for (int x = -shift_cells_; x <= shift_cells_; ++x) {
        const float value = map_(wrapped_row(y, size), wrapped_row(x, size));
        if (value > best.score) best.score = value, best.shift_x = x, best.shift_y = y;
      }
    }
    best.score *= to_sum * norm_[r];
    hits.push_back(best);
  }
}

std::vector<Candidate> PoseSearch::distinct(std::vector<Hit>& hits) const {
  const auto& options = library_->options();
  const std::size_t shortlist = std::min<std::size_t>(hits.size(), 4000);
  const auto better = [](const Hit& a, const Hit& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.reference != b.reference ? a.reference < b.reference : a.in_plane < b.in_plane;
  };
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(shortlist), hits.end(), better);
  const double coarse_pixel = library_->grid().size * library_->grid().pixel_size / library_->coarse_size();
  std::vector<Candidate> candidates;
  for (std::size_t h = 0; h < shortlist && static_cast<int>(candidates.size()) < options.candidates; ++h) {
    const Hit& hit = hits[h];
    if (!(hit.score > 0)) break;
    const auto& reference = library_->references()[hit.reference];
    const double psi = hit.in_plane * 360.0 / in_plane_count_;
    Candidate candidate;
    candidate.score = hit.score;
    candidate.placement.amplitudes = library_->conformations()[reference.conformation];
    candidate.placement.rotation = rotation_matrix(reference.view[0], reference.view[1], psi);
    const Eigen::Vector2d turned = coarse_pixel * Eigen::Vector2d(hit.shift_x, hit.shift_y);
    candidate.placement.shift = rotation_matrix(0, 0, psi).topLeftCorner<2, 2>() * turned;
    const bool near = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& other) {
      return rotation_distance(other.placement.rotation, candidate.placement.rotation) < options.separation;
    });
    if (!near) candidates.push_back(std::move(candidate));
  }
  return candidates;
}

std::vector<Candidate> PoseSearch::search(const Spectrum& spectrum, const std::vector<float>& transfer,
                                          const std::vector<double>& noise_power) {
  filter(spectrum, transfer, noise_power);
  std::vector<Hit> hits;
  hits.reserve(library_->references().size() * static_cast<std::size_t>(in_plane_count_));
  for (int i = 0; i < in_plane_count_; ++i) {
    turn(i * 360.0 / in_plane_count_);
    correlate(i, hits);
  }
  return distinct(hits);
}

}  // namespace elastem
