#include "alignment/residual.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "core/error.hpp"
#include "core/median.hpp"

namespace elastem {

namespace {

constexpr double enough_freedom = 100;  // a power known to √(2/100) = 14 %

/// CTF·F[image] on the half grid.
void transfer_of(Fft2<float>& fft, const Image& image, const std::vector<float>& transfer,
                 Spectrum& spectrum) {
  fft.forward(image, spectrum);
  for (Eigen::Index t = 0; t < spectrum.size(); ++t)
    spectrum.data()[t] *= transfer[static_cast<std::size_t>(t)];
}

double dot(std::complex<float> a, std::complex<float> b) {
  return static_cast<double>(a.real()) * static_cast<double>(b.real()) +
         static_cast<double>(a.imag()) * static_cast<double>(b.imag());
}

/// Σ w·|M|² and Σ w·Re(conj(M)·Y) over the full grid but k = 0.
struct Products {
  double model_model = 0, model_data = 0;
};

Products products(const Spectrum& model, const Spectrum& data, const std::vector<double>& noise_power) {
  const auto columns = static_cast<int>(model.cols());
  const auto size = static_cast<int>(model.rows());
  Products sums;
  for (Eigen::Index t = 1; t < model.size(); ++t) {
    const double weight =
        column_multiplicity(static_cast<int>(t) % columns, size) / noise_power[static_cast<std::size_t>(t)];
    sums.model_model += weight * dot(model.data()[t], model.data()[t]);
    sums.model_data += weight * dot(model.data()[t], data.data()[t]);
  }
  return sums;
}

/// tr(G⁻¹·G_r) of every shell r; `columns` are the spectra that a fit is free to take.
std::vector<double> taken_by_fit(const std::vector<Spectrum>& columns, const std::vector<double>& noise_power,
                                 const std::vector<int>& shells) {
  const auto parameters = static_cast<Eigen::Index>(columns.size());
  const auto size = static_cast<int>(columns.front().rows());
  std::vector<Eigen::MatrixXd> parts(static_cast<std::size_t>(size / 2 + 1),
                                     Eigen::MatrixXd::Zero(parameters, parameters));
  for (Eigen::Index t = 1; t < columns.front().size(); ++t) {
    const double weight = column_multiplicity(static_cast<int>(t) % (size / 2 + 1), size) /
                          noise_power[static_cast<std::size_t>(t)];
    Eigen::MatrixXd& part = parts[static_cast<std::size_t>(shells[static_cast<std::size_t>(t)])];
    for (Eigen::Index i = 0; i < parameters; ++i) {
      for (Eigen::Index j = 0; j <= i; ++j) {
        part(i, j) += weight * dot(columns[static_cast<std::size_t>(i)].data()[t],
                                   columns[static_cast<std::size_t>(j)].data()[t]);
      }
    }
  }
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(parameters, parameters);
  for (auto& part : parts) {
    part = part.selfadjointView<Eigen::Lower>();
    gram += part;
  }
  // A parameter that the image does not show takes nothing.
  gram.diagonal().array() += 1e-9 * gram.diagonal().array() + 1e-300;
  const Eigen::LDLT<Eigen::MatrixXd> solver(gram);
  std::vector<double> taken;
  for (const auto& part : parts) taken.push_back(std::max(0.0, solver.solve(part).trace()));
  return taken;
}

/// The power of `image` (times the mask) summed over the shells' terms of the full grid, and how many there
/// are.
struct ShellSums {
  std::vector<double> power, terms;
};

ShellSums shell_sums(Fft2<float>& fft, const Image& image, const std::vector<int>& shells) {
  const int size = fft.size();
  Spectrum spectrum;
  fft.forward(image, spectrum);
  ShellSums sums{std::vector<double>(static_cast<std::size_t>(size / 2 + 1), 0.0),
                 std::vector<double>(static_cast<std::size_t>(size / 2 + 1), 0.0)};
  for (std::size_t t = 1; t < shells.size(); ++t) {
    const int multiplicity = column_multiplicity(static_cast<int>(t) % (size / 2 + 1), size);
    const auto shell = static_cast<std::size_t>(shells[t]);
    sums.power[shell] += multiplicity * static_cast<double>(std::norm(spectrum.data()[t]));
    sums.terms[shell] += multiplicity;
  }
  return sums;
}

/// Shells of too little freedom share with their neighbours.
NoiseSpectrum smoothed(const NoiseSpectrum& power, const std::vector<double>& freedom) {
  const auto last = static_cast<std::ptrdiff_t>(power.size()) - 1;
  NoiseSpectrum smooth(power);
  for (std::ptrdiff_t r = 1; r <= last; ++r) {
    double sum = 0, weight = 0;
    for (std::ptrdiff_t reach = 0; reach <= last && weight < enough_freedom; ++reach) {
      sum = weight = 0;
      for (std::ptrdiff_t s = std::max<std::ptrdiff_t>(1, r - reach); s <= std::min(last, r + reach); ++s) {
        const auto shell = static_cast<std::size_t>(s);
        sum += freedom[shell] * power[shell];
        weight += freedom[shell];
      }
    }
    smooth[static_cast<std::size_t>(r)] = sum / weight;
  }
  smooth[0] = smooth[last > 0 ? 1 : 0];
  return smooth;
}

/// Where the model is seen: between 0 and 1, 1/2 where the projection has a fifth of its largest density.
Image window_of(const Image& projection) {
  const Image square = projection.square();
  const float half = 0.04F * square.maxCoeff();
  return half > 0 ? Image(square / (square + half))
                  : Image(Image::Ones(projection.rows(), projection.cols()));
}

/// The image half a box further along both axes, around the box's edges.
Image half_a_box_further(const Image& image) {
  const Eigen::Index rows = image.rows(), columns = image.cols();
  Image moved(rows, columns);
  for (Eigen::Index y = 0; y < rows; ++y)
    for (Eigen::Index x = 0; x < columns; ++x)
      moved((y + rows / 2) % rows, (x + columns / 2) % columns) = image(y, x);
  return moved;
}

/// See Residual::under; `residual` knows what the fit took of each shell.
void compare_windows(Fft2<float>& fft, const Image& projection, const Spectrum& residual_spectrum,
                     const std::vector<float>& transfer, const std::vector<int>& shells, Residual& residual) {
  Spectrum filtered = residual_spectrum;
  for (Eigen::Index t = 0; t < filtered.size(); ++t)
    filtered.data()[t] *= transfer[static_cast<std::size_t>(t)];
  Image image;
  fft.backward(filtered, image);
  const Image window = window_of(projection);
  const double area = window.cast<double>().mean(), share = window.cast<double>().square().mean();
  const ShellSums under = shell_sums(fft, image * window, shells),
                  beside = shell_sums(fft, image * half_a_box_further(window), shells);
  for (std::size_t r = 0; r < residual.taken.size(); ++r) {
    const double terms = std::max(share * under.terms[r], 1e-3);
    residual.under.push_back(under.power[r] / std::max(terms - residual.taken[r], terms / 2));
    residual.overall.push_back(area * residual.under.back() + (1 - area) * beside.power[r] / terms);
    residual.window_freedom.push_back(terms);
  }
}

}  // namespace

Residual residual_power(const ElasticModel& model, ImageGrid grid, const Image& image, const Ctf& ctf,
                        const NoiseSpectrum& noise, const Placement& placement, const Image& mask) {
  require(image.rows() == grid.size && image.cols() == grid.size, "the image has the grid's size");
  require(mask.size() == 0 || (mask.rows() == grid.size && mask.cols() == grid.size), "and so has the mask");
  Fft2<float> fft(grid.size);
  const auto transfer = ctf_half_grid(ctf, grid.size, grid.pixel_size);
  const auto noise_power = smooth_noise_on_half_grid(noise, grid.size);
  const auto shells = half_grid_shells(grid.size);

  Image projection;
  std::vector<Image> derivatives;
  Projector<float>(model, grid)
      .project_with_derivatives(placement.amplitudes, placement.rotation, placement.shift, projection,
                                derivatives);
  derivatives.push_back(projection);
  std::vector<Spectrum> columns(derivatives.size());
  for (std::size_t i = 0; i < columns.size(); ++i) transfer_of(fft, derivatives[i], transfer, columns[i]);

  Spectrum data;
  fft.forward(image, data);
  const Products sums = products(columns.back(), data, noise_power);
  const double grey = sums.model_model > 0 ? std::max(0.0, sums.model_data / sums.model_model) : 0;
  const Spectrum left_spectrum = data - static_cast<float>(grey) * columns.back();
  Image left;
  fft.backward(left_spectrum, left);

  double share = 1;  // of the image that is its own
  if (mask.size() > 0) {
    left *= mask;
    share = mask.cast<double>().square().mean();
    require(share > 0, "a mask leaves something");
  }
  const ShellSums found = shell_sums(fft, left, shells);
  Residual residual;
  residual.taken = taken_by_fit(columns, noise_power, shells);
  compare_windows(fft, projection, left_spectrum, transfer, shells, residual);
  for (std::size_t r = 0; r < found.power.size(); ++r) {
    const double terms = share * found.terms[r];
    const double freedom = std::max(terms - residual.taken[r], terms / 2);
    residual.freedom.push_back(freedom);
    residual.power.push_back(freedom > 0 ? found.power[r] / freedom : 0);
  }
  return residual;
}

double placement_score(const ElasticModel& model, ImageGrid grid, const Image& image, const Ctf& ctf,
                       const NoiseSpectrum& noise, const Placement& placement) {
  Fft2<float> fft(grid.size);
  Image projection;
  Projector<float>(model, grid)
      .project(placement.amplitudes, placement.rotation, placement.shift, projection);
  Spectrum spectrum, data;
  transfer_of(fft, projection, ctf_half_grid(ctf, grid.size, grid.pixel_size), spectrum);
  fft.forward(image, data);
  const Products sums = products(spectrum, data, smooth_noise_on_half_grid(noise, grid.size));
  return sums.model_model > 0 ? sums.model_data / std::sqrt(sums.model_model) : 0;
}

NoiseSpectrum noise_from_residuals(const std::vector<Residual>& residuals) {
  require(!residuals.empty(), "at least one residual");
  const std::size_t shells = residuals.front().power.size();
  NoiseSpectrum power(shells, 0.0);
  std::vector<double> freedom(shells, 0.0);  // of all together
  for (std::size_t r = 1; r < shells; ++r) {
    std::vector<double> values;
    for (const auto& residual : residuals) {
      values.push_back(residual.power[r]);
      freedom[r] += residual.freedom[r];
    }
    const double mean = freedom[r] / static_cast<double>(residuals.size());
    power[r] = median(std::move(values)) / std::pow(1 - 2 / (9 * std::max(mean, 1.0)), 3);
  }
  NoiseSpectrum noise = smoothed(power, freedom);
  raise_to_floor(noise);
  return noise;
}

}  // namespace elastem
