#include "alignment/pose_search.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include <Eigen/Cholesky>

#include "core/error.hpp"
#include "core/units.hpp"
#include "imaging/fourier_crop.hpp"
#include "imaging/pose.hpp"

namespace elastem {

namespace {

constexpr double shift_step = 0.4;  // of the search's resolution
/// Spread of a cell along each parameter, as a share of its side: that of a uniform distribution, and a
/// little more, since neighbouring cells do better than the corners of this one.
constexpr double cell_spread = 0.35;
/// The neighbourhood ends here, in spreads of each parameter.
constexpr double cell_end = 2;

/// Index of a coordinate in −size … 2·size−1 on a periodic axis.
int wrapped(int i, int size) {
  return i < 0 ? i + size : i < size ? i : i - size;
}

}  // namespace

PoseSearch::PoseSearch(const PoseLibrary& library)
    : library_(&library),
      in_plane_count_(static_cast<int>(std::ceil(360 / library.options().angular_step))),
      coarse_size_(smooth_size(std::max(2 * library.band_radius() + 2, library.band_radius() * 8 / 3))),
      fine_fft_(4 * coarse_size_),
      coarse_fft_(coarse_size_),
      turned_(coarse_size_, coarse_size_) {
  const SearchOptions& options = library.options();
  const double step = shift_step * options.resolution;
  const int cells = static_cast<int>(std::ceil(options.shift_range / step));
  for (int i = -cells; i <= cells; ++i) offsets_.push_back(i * step);
  const double box = library.grid().size * library.grid().pixel_size;
  const auto terms = static_cast<Eigen::Index>(library.term_count());
  turned_terms_.resize(2 * terms, in_plane_count_);
  frequency_x_.resize(2 * terms);
  frequency_y_.resize(2 * terms);
  term_weight_.resize(2 * terms);
  for (const auto& column : library.columns()) {
    Eigen::MatrixXf phases(2, static_cast<Eigen::Index>(offsets_.size()));
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      // Re(U·e^{iφ}) = Re U·cos φ − Im U·sin φ.
      const double phase = 2 * std::numbers::pi * column.kx * offsets_[i] / box;
      phases.col(static_cast<Eigen::Index>(i)) =
          Eigen::Vector2d(std::cos(phase), -std::sin(phase)).cast<float>();
    }
    shift_phases_.push_back(phases);
    auto t = static_cast<Eigen::Index>(2 * column.first);
    for (const int ky : column.ky) {
      frequency_x_.segment<2>(t).setConstant(static_cast<float>(2 * std::numbers::pi * column.kx / box));
      frequency_y_.segment<2>(t).setConstant(static_cast<float>(2 * std::numbers::pi * ky / box));
      t += 2;
    }
  }
  const Eigen::Index modes = library.drawn().model.mode_count();
  same_conformation_ = conformation_step * options.amplitudes.widest();
  cell_.resize(modes + 5);
  cell_.head(modes) = options.amplitudes.widths().cast<float>();
  cell_.segment<3>(modes).setConstant(
      static_cast<float>(cell_spread * options.angular_step * radians_per_degree));
  cell_.tail<2>().setConstant(static_cast<float>(cell_spread * step));
}

/// w·CTF·Y as a fine real image with the origin at index 0, and the norms of the references.
void PoseSearch::filter(const Observation& image) {
  const int size = image.size(), radius = library_->band_radius(), fine = fine_fft_.size();
  require(radius < (size + 1) / 2, "the image holds the search's band");
  shell_weight_ = Eigen::VectorXf::Zero(radius + 1);
  Eigen::VectorXf count = Eigen::VectorXf::Zero(radius + 1);
  fine_spectrum_ = Spectrum::Zero(fine, fine / 2 + 1);
  for (const auto& column : library_->columns()) {
    for (const int ky : column.ky) {
      const auto t = static_cast<std::size_t>(wrapped(ky, size) * (size / 2 + 1) + column.kx);
      const float ctf = image.transfer[t];
      const auto power =
          static_cast<float>(image.noise_power[t] * (image.misfit.empty() ? 1 : image.misfit[t]));
      const auto origin = std::complex<float>(
          std::polar(1.0, 2 * std::numbers::pi * (column.kx + ky) * (size / 2) / static_cast<double>(size)));
      const auto value = ctf / power * image.spectrum.data()[t] * origin;
      fine_spectrum_(wrapped(ky, fine), column.kx) = value;
      if (column.kx == 0) fine_spectrum_(wrapped(-ky, fine), 0) = std::conj(value);
      const int shell = library_->shell(column.kx, ky);
      shell_weight_[shell] += ctf * ctf / power;
      count[shell] += 1;
    }
  }
  shell_weight_.array() /= count.array().max(1);
  norm_ = (library_->shell_power() * shell_weight_).cwiseMax(1e-30F).cwiseSqrt().cwiseInverse();
  for (const auto& column : library_->columns()) {
    auto t = static_cast<Eigen::Index>(2 * column.first);
    for (const int ky : column.ky) {
      term_weight_.segment<2>(t).setConstant(shell_weight_[library_->shell(column.kx, ky)]);
      t += 2;
    }
  }
  gram_of_.assign(library_->references().size(), -1);
  grams_.clear();
  fine_fft_.backward(fine_spectrum_, fine_);
}

/// Turns the filtered image back by psi: turned(u) = fine(R_z(psi)·u), and keeps its terms.
void PoseSearch::turn(int in_plane) {
  const int fine = fine_fft_.size(), size = coarse_size_;
  const double ratio = static_cast<double>(fine) / size, psi = in_plane * 360.0 / in_plane_count_;
  const double c = std::cos(psi * radians_per_degree), s = std::sin(psi * radians_per_degree);
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
      const int left = wrapped(static_cast<int>(x0), fine), right = wrapped(static_cast<int>(x0) + 1, fine);
      const int low = wrapped(static_cast<int>(y0), fine), high = wrapped(static_cast<int>(y0) + 1, fine);
      turned_(row, column) = (1 - ay) * ((1 - ax) * fine_(low, left) + ax * fine_(low, right)) +
                             ay * ((1 - ax) * fine_(high, left) + ax * fine_(high, right));
    }
  }
  coarse_fft_.forward(turned_, coarse_spectrum_);
  // `fine_` carries the factor 1/fine² of its inverse transform, but is summed over coarse² samples only.
  const auto scale = static_cast<float>(ratio * ratio);
  float* to = turned_terms_.col(in_plane).data();
  for (const auto& column : library_->columns()) {
    for (const int ky : column.ky) {
      const std::complex<float> value = scale * coarse_spectrum_(wrapped(ky, size), column.kx);
      *to++ = value.real();
      *to++ = value.imag();
    }
  }
}

/// The best shift of every reference at one in-plane angle. With D the turned data and u the shift,
///   c(u) = Σ_kx Re[ e^{2πi kx·u_x} Σ_ky conj(T)·D·e^{2πi ky·u_y} ] (a half plane of terms).
void PoseSearch::correlate(int in_plane, std::vector<Hit>& hits) {
  const auto& columns = library_->columns();
  const auto shifts = static_cast<Eigen::Index>(offsets_.size());
  const auto references = static_cast<Eigen::Index>(library_->references().size());
  // Right-hand sides of the sums over ky: a pair of columns (Re, Im) each shift along y.
  std::vector<Eigen::MatrixXf> along_y;
  for (const auto& column : columns) {
    const auto first = static_cast<Eigen::Index>(2 * column.first);
    const auto count = static_cast<Eigen::Index>(column.ky.size());
    Eigen::MatrixXf factors(2 * count, 2 * shifts);
    for (Eigen::Index i = 0; i < count; ++i) {
      const std::complex<float> data(turned_terms_(first + 2 * i, in_plane),
                                     turned_terms_(first + 2 * i + 1, in_plane));
      for (Eigen::Index y = 0; y < shifts; ++y) {
        const double phase =
            static_cast<double>(frequency_y_[first + 2 * i]) * offsets_[static_cast<std::size_t>(y)];
        const auto value = data * std::complex<float>(std::polar(1.0, phase));
        factors.block<2, 2>(2 * i, 2 * y) << value.real(), value.imag(), value.imag(), -value.real();
      }
    }
    along_y.push_back(std::move(factors));
  }
  constexpr Eigen::Index block = 256;  // references whose terms and sums stay in cache
  const auto column_count = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXf sums(block, 2 * shifts), gathered(block, 2 * column_count * shifts), map(block, shifts);
  Eigen::MatrixXf along_x(2 * column_count, shifts);
  for (Eigen::Index c = 0; c < column_count; ++c)
    along_x.middleRows<2>(2 * c) = shift_phases_[static_cast<std::size_t>(c)];
  std::vector<float> best(block);
  std::vector<int> at(block);
  for (Eigen::Index first = 0; first < references; first += block) {
    const Eigen::Index rows = std::min(block, references - first);
    for (Eigen::Index c = 0; c < column_count; ++c) {
      const auto terms = library_->terms(columns[static_cast<std::size_t>(c)]);
      sums.topRows(rows).noalias() = terms.middleRows(first, rows) * along_y[static_cast<std::size_t>(c)];
      for (Eigen::Index y = 0; y < shifts; ++y)
        gathered.block(0, 2 * (y * column_count + c), rows, 2) = sums.block(0, 2 * y, rows, 2);
    }
    best.assign(block, -1e30F);
    at.assign(block, 0);
    for (Eigen::Index y = 0; y < shifts; ++y) {
      map.topRows(rows).noalias() = gathered.block(0, 2 * y * column_count, rows, 2 * column_count) * along_x;
      for (Eigen::Index x = 0; x < shifts; ++x) {
        const float* values = map.col(x).data();
        const auto shift = static_cast<int>(y * shifts + x);
        for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
          const bool better = values[r] > best[r];
          best[r] = better ? values[r] : best[r];
          at[r] = better ? shift : at[r];
        }
      }
    }
    for (Eigen::Index r = 0; r < rows; ++r) {
      const auto i = static_cast<std::size_t>(r);
      hits.push_back({best[i] * norm_[first + r], static_cast<int>(first + r), in_plane, at[i]});
    }
  }
}

/// The best hits, in no particular but always the same order.
std::vector<PoseSearch::Hit> PoseSearch::shortlist(std::vector<Hit>& hits) const {
  const auto wanted =
      std::min(hits.size(), static_cast<std::size_t>(std::max(1, library_->options().shortlist)));
  const auto better = [](const Hit& a, const Hit& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.reference != b.reference ? a.reference < b.reference : a.in_plane < b.in_plane;
  };
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(wanted), hits.end(), better);
  return {hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(wanted)};
}

Eigen::Vector2d PoseSearch::offset(int shift) const {
  const auto shifts = static_cast<int>(offsets_.size());
  return {offsets_[static_cast<std::size_t>(shift % shifts)],
          offsets_[static_cast<std::size_t>(shift / shifts)]};
}

/// G of a reference over the full plane of terms, without R; made when it is first asked for. Leaves the
/// columns [T J] in `tangent_`.
const Eigen::MatrixXf& PoseSearch::gram(int reference) {
  const auto stored = library_->tangent(static_cast<std::size_t>(reference));
  const Eigen::Index columns = stored.cols();
  tangent_.resize(stored.rows(), columns + 2);
  tangent_.leftCols(columns) = stored;
  // A shift by s turns T into T·e^{−2πi k·s}: ∂T/∂s = −2πi k·T.
  for (Eigen::Index t = 0; t < stored.rows(); t += 2) {
    const float re = stored(t, 0), im = stored(t + 1, 0);
    tangent_(t, columns) = frequency_x_[t] * im;
    tangent_(t + 1, columns) = -frequency_x_[t] * re;
    tangent_(t, columns + 1) = frequency_y_[t] * im;
    tangent_(t + 1, columns + 1) = -frequency_y_[t] * re;
  }
  int& place = gram_of_[static_cast<std::size_t>(reference)];
  if (place < 0) {
    place = static_cast<int>(grams_.size());
    const Eigen::MatrixXf weighted = tangent_.array().colwise() * (2 * term_weight_);
    grams_.emplace_back(tangent_.transpose() * weighted);
  }
  return grams_[static_cast<std::size_t>(place)];
}

Candidate PoseSearch::best_nearby(const Hit& hit) {
  const Eigen::MatrixXf& g = gram(hit.reference);
  const Eigen::Vector2d u = offset(hit.shift);
  shifted_.resize(turned_terms_.rows());
  for (Eigen::Index t = 0; t < shifted_.size(); t += 2) {
    const float phase =
        frequency_x_[t] * static_cast<float>(u.x()) + frequency_y_[t] * static_cast<float>(u.y());
    const float c = std::cos(phase), s = std::sin(phase);
    const float re = turned_terms_(t, hit.in_plane), im = turned_terms_(t + 1, hit.in_plane);
    shifted_[t] = re * c - im * s;
    shifted_[t + 1] = re * s + im * c;
  }
  const Eigen::VectorXf b = 2 * (tangent_.transpose() * shifted_);
  Candidate candidate;
  const float a = b[0] / g(0, 0);
  if (!(a > 0)) return candidate;
  Eigen::MatrixXf normal = g;
  normal.diagonal().tail(cell_.size()).array() += (a * cell_.array()).square().inverse();
  const Eigen::VectorXf solution = normal.ldlt().solve(b);
  const double drop = static_cast<double>(solution.dot(b));
  if (!(drop > 0) || !(solution[0] > 0)) return candidate;
  candidate.score = std::sqrt(drop);

  const Eigen::VectorXd step = (solution.tail(cell_.size()) / solution[0])
                                   .cwiseMin(cell_end * cell_)
                                   .cwiseMax(-cell_end * cell_)
                                   .cast<double>();
  const auto& reference = library_->references()[static_cast<std::size_t>(hit.reference)];
  const Placement upright{library_->conformations()[reference.conformation],
                          rotation_matrix(reference.view[0], reference.view[1], 0), u};
  candidate.placement = moved(upright, step);
  const Eigen::Matrix3d turn = rotation_matrix(0, 0, hit.in_plane * 360.0 / in_plane_count_);
  candidate.placement.rotation = turn * candidate.placement.rotation;
  candidate.placement.shift = turn.topLeftCorner<2, 2>() * candidate.placement.shift;
  return candidate;
}

/// The best candidates that are no neighbours of a better one in both pose and conformation.
std::vector<Candidate> PoseSearch::distinct(std::vector<Candidate>& all) const {
  const SearchOptions& options = library_->options();
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  std::vector<Candidate> chosen;
  for (Candidate& candidate : all) {
    if (static_cast<int>(chosen.size()) >= options.candidates || !(candidate.score > 0)) break;
    const auto near = [&](const Candidate& other) {
      const double apart = (other.placement.amplitudes - candidate.placement.amplitudes).norm();
      return rotation_distance(other.placement.rotation, candidate.placement.rotation) < options.separation &&
             apart < same_conformation_;
    };
    if (std::none_of(chosen.begin(), chosen.end(), near)) chosen.push_back(std::move(candidate));
  }
  return chosen;
}

std::vector<Candidate> PoseSearch::search(const Observation& image) {
  filter(image);
  std::vector<Hit> hits;
  hits.reserve(library_->references().size() * static_cast<std::size_t>(in_plane_count_));
  for (int i = 0; i < in_plane_count_; ++i) {
    turn(i);
    correlate(i, hits);
  }
  std::vector<Candidate> all;
  for (const Hit& hit : shortlist(hits)) all.push_back(best_nearby(hit));
  return distinct(all);
}

}  // namespace elastem
