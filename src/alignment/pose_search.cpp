#include "alignment/pose_search.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
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

/// Index of a coordinate in −size … 2·size−1 on a periodic axis.
int wrapped(int i, int size) {
  return i < 0 ? i + size : i < size ? i : i - size;
}

int shell_of(int kx, int ky, int largest) {
  return std::min(static_cast<int>(std::lround(std::hypot(kx, ky))), largest);
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
  band_radius_ = std::min(static_cast<int>(box / options.resolution), (grid.size - 1) / 2);
  require(band_radius_ >= 2, "the search resolution leaves a few Fourier terms");
  const auto views = sphere_grid(options.angular_step);
  for (std::size_t c = 0; c < conformations_.size(); ++c) {
    for (const auto& view : views) references_.push_back({c, view});
  }
  const auto rows = static_cast<Eigen::Index>(references_.size());
  for (int kx = 0; kx <= band_radius_; ++kx) {
    Column column{kx, {}, {}};
    const int ky_max = static_cast<int>(std::sqrt(band_radius_ * band_radius_ - kx * kx));
    for (int ky = kx == 0 ? 1 : -ky_max; ky <= ky_max; ++ky) column.ky.push_back(ky);
    column.terms.resize(rows, static_cast<Eigen::Index>(2 * column.ky.size()));
    columns_.push_back(std::move(column));
  }
  std::erase_if(columns_, [](const Column& column) { return column.ky.empty(); });
  shell_power_ = Eigen::MatrixXf::Zero(rows, band_radius_ + 1);

  Projector<float> projector(model, grid);
  Fft2<float> fft(grid.size);
  Image image;
  Spectrum spectrum;
  for (Eigen::Index r = 0; r < rows; ++r) {
    const auto& [conformation, view] = references_[static_cast<std::size_t>(r)];
    projector.project(conformations_[conformation], rotation_matrix(view[0], view[1], 0), {0, 0}, image);
    fft.forward(image, spectrum);
    for (auto& column : columns_) {
      for (std::size_t i = 0; i < column.ky.size(); ++i) {
        const int ky = column.ky[i];
        const auto value = spectrum(wrapped(ky, grid.size), column.kx) * centring(column.kx, ky, grid.size);
        column.terms(r, static_cast<Eigen::Index>(2 * i)) = value.real();
        column.terms(r, static_cast<Eigen::Index>(2 * i + 1)) = value.imag();
        shell_power_(r, shell_of(column.kx, ky, band_radius_)) += std::norm(value);
      }
    }
  }
}

std::size_t PoseLibrary::bytes() const {
  Eigen::Index values = shell_power_.size();
  for (const auto& column : columns_) values += column.terms.size();
  return static_cast<std::size_t>(values) * sizeof(float);
}

PoseSearch::PoseSearch(const PoseLibrary& library)
    : library_(&library),
      in_plane_count_(static_cast<int>(std::ceil(360 / library.options().angular_step))),
      coarse_size_(good_size(std::max(2 * library.band_radius() + 2, library.band_radius() * 8 / 3))),
      fine_fft_(4 * coarse_size_),
      coarse_fft_(coarse_size_),
      turned_(coarse_size_, coarse_size_),
      norm_(static_cast<Eigen::Index>(library.references().size())) {
  const double step = 0.4 * library.options().resolution;
  const int cells = static_cast<int>(std::ceil(library.options().shift_range / step));
  for (int i = -cells; i <= cells; ++i) offsets_.push_back(i * step);
  const double box = library.grid().size * library.grid().pixel_size;
  const auto count = static_cast<Eigen::Index>(offsets_.size());
  for (const auto& column : library.columns()) {
    Eigen::MatrixXf phases(2, count);
    for (Eigen::Index i = 0; i < count; ++i) {
      const double phase = 2 * std::numbers::pi * column.kx * offsets_[static_cast<std::size_t>(i)] / box;
      // Re(U·e^{iφ}) = Re U·cos φ − Im U·sin φ.
      phases(0, i) = static_cast<float>(std::cos(phase));
      phases(1, i) = static_cast<float>(-std::sin(phase));
    }
    shift_phases_.push_back(phases);
  }
}

void PoseSearch::filter(const Spectrum& spectrum, const std::vector<float>& transfer,
                        const std::vector<double>& noise_power) {
  const int size = library_->grid().size, radius = library_->band_radius(), fine = fine_fft_.size();
  Eigen::VectorXf weight = Eigen::VectorXf::Zero(radius + 1), count = Eigen::VectorXf::Zero(radius + 1);
  fine_spectrum_ = Spectrum::Zero(fine, fine / 2 + 1);
  for (const auto& column : library_->columns()) {
    for (const int ky : column.ky) {
      const auto t = static_cast<std::size_t>(wrapped(ky, size) * (size / 2 + 1) + column.kx);
      const float ctf = transfer[t];
      const auto power = static_cast<float>(noise_power[t]);
      const auto value = ctf / power * spectrum.data()[t] * centring(column.kx, ky, size);
      fine_spectrum_(wrapped(ky, fine), column.kx) = value;
      if (column.kx == 0) fine_spectrum_(wrapped(-ky, fine), 0) = std::conj(value);
      const int shell = shell_of(column.kx, ky, radius);
      weight[shell] += ctf * ctf / power;
      count[shell] += 1;
    }
  }
  weight.array() /= count.array().max(1);
  norm_ = (library_->shell_power() * weight).cwiseMax(1e-30F).cwiseSqrt().cwiseInverse();
  fine_fft_.backward(fine_spectrum_, fine_);
}

/// Turns the filtered image back by psi: turned(u) = fine(R_z(psi)·u).
void PoseSearch::turn(double psi) {
  const int fine = fine_fft_.size(), size = coarse_size_;
  const double ratio = static_cast<double>(fine) / size;
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
  coarse_spectrum_ *= static_cast<float>(ratio * ratio);
}

/// The best shift of every reference at one in-plane angle. With D the turned data and u the shift,
///   c(u) = Σ_kx Re[ e^{2πi kx·u_x} Σ_ky conj(T)·D·e^{2πi ky·u_y} ] (a half plane of terms).
void PoseSearch::correlate(int in_plane, std::vector<Hit>& hits) {
  const auto& columns = library_->columns();
  const auto shifts = static_cast<Eigen::Index>(offsets_.size());
  const auto references = static_cast<Eigen::Index>(library_->references().size());
  const double box = library_->grid().size * library_->grid().pixel_size;
  // Right-hand sides of the sums over ky: a pair of columns (Re, Im) each shift along y.
  std::vector<Eigen::MatrixXf> along_y;
  for (const auto& column : columns) {
    Eigen::MatrixXf factors(static_cast<Eigen::Index>(2 * column.ky.size()), 2 * shifts);
    for (std::size_t i = 0; i < column.ky.size(); ++i) {
      const std::complex<float> data = coarse_spectrum_(wrapped(column.ky[i], coarse_size_), column.kx);
      for (Eigen::Index y = 0; y < shifts; ++y) {
        const double phase =
            2 * std::numbers::pi * column.ky[i] * offsets_[static_cast<std::size_t>(y)] / box;
        const auto value = data * std::complex<float>(std::polar(1.0, phase));
        factors.block<2, 2>(static_cast<Eigen::Index>(2 * i), 2 * y) << value.real(), value.imag(),
            value.imag(), -value.real();
      }
    }
    along_y.push_back(std::move(factors));
  }
  constexpr Eigen::Index block = 256;  // references whose terms and sums stay in cache
  const auto column_count = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXf sums(block, 2 * shifts), gathered(block, 2 * column_count * shifts), map(block, shifts);
  Eigen::MatrixXf along_x(2 * column_count, shifts);
  for (Eigen::Index c = 0; c < column_count; ++c) {
    along_x.middleRows<2>(2 * c) = shift_phases_[static_cast<std::size_t>(c)];
  }
  for (Eigen::Index first = 0; first < references; first += block) {
    const Eigen::Index rows = std::min(block, references - first);
    for (Eigen::Index c = 0; c < column_count; ++c) {
      const auto& terms = columns[static_cast<std::size_t>(c)].terms;
      sums.topRows(rows).noalias() = terms.middleRows(first, rows) * along_y[static_cast<std::size_t>(c)];
      for (Eigen::Index y = 0; y < shifts; ++y) {
        gathered.block(0, 2 * (y * column_count + c), rows, 2) = sums.block(0, 2 * y, rows, 2);
      }
    }
    const std::size_t start = hits.size();
    for (Eigen::Index r = 0; r < rows; ++r) hits.push_back({-1.0F, static_cast<int>(first + r), in_plane, 0});
    for (Eigen::Index y = 0; y < shifts; ++y) {
      map.topRows(rows).noalias() = gathered.block(0, 2 * y * column_count, rows, 2 * column_count) * along_x;
      for (Eigen::Index x = 0; x < shifts; ++x) {
        for (Eigen::Index r = 0; r < rows; ++r) {
          Hit& hit = hits[start + static_cast<std::size_t>(r)];
          const float value = map(r, x) * norm_[first + r];
          if (value > hit.score) hit.score = value, hit.shift = static_cast<int>(y * shifts + x);
        }
      }
    }
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
  const auto shifts = static_cast<int>(offsets_.size());
  std::vector<Candidate> candidates;
  for (std::size_t h = 0; h < shortlist && static_cast<int>(candidates.size()) < options.candidates; ++h) {
    const Hit& hit = hits[h];
    if (!(hit.score > 0)) break;
    const auto& reference = library_->references()[static_cast<std::size_t>(hit.reference)];
    const double psi = hit.in_plane * 360.0 / in_plane_count_;
    Candidate candidate;
    candidate.score = hit.score;
    candidate.placement.amplitudes = library_->conformations()[reference.conformation];
    candidate.placement.rotation = rotation_matrix(reference.view[0], reference.view[1], psi);
    const Eigen::Vector2d turned(offsets_[static_cast<std::size_t>(hit.shift % shifts)],
                                 offsets_[static_cast<std::size_t>(hit.shift / shifts)]);
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
