#include "mpi/verification/twin_images.hpp"

#include <cmath>
#include <utility>

#include "core/random.hpp"

namespace elastem {

ProjectionSource projections_of(const ElasticModel& model, ImageGrid grid, const Eigen::Matrix3Xd& atoms) {
  struct Drawing {
    Projector<float> projector;
    Fft2<float> fft;
    Image image;
  };
  const auto drawing =
      std::make_shared<Drawing>(Projector<float>(model, grid), Fft2<float>(grid.size), Image());
  return [drawing, atoms](const Pose& pose, Spectrum& spectrum) {
    drawing->projector.project_atoms(atoms, rotation_matrix(pose), pose.shift, drawing->image);
    drawing->fft.forward(drawing->image, spectrum);
  };
}

ProjectionSource projections_of(const CentralSlices& slices, ImageGrid grid) {
  return [&slices, grid](const Pose& pose, Spectrum& spectrum) { slices.read(pose, grid, 1, spectrum); };
}

TwinImages::TwinImages(ProjectionSource source, ImageGrid grid, const NoiseSpectrum& noise,
                       std::uint64_t seed)
    : source_(std::move(source)),
      grid_(grid),
      seed_(seed),
      noise_power_(noise_on_half_grid(noise, grid.size)),
      fft_(grid.size) {}

void TwinImages::project(const Pose& pose, const Ctf& ctf) {
  source_(pose, signal_);
  transfer_ = ctf_half_grid(ctf, grid_.size, grid_.pixel_size);
  multiply(signal_, transfer_);
}

GreyFit TwinImages::fit(const Image& image, const Pose& pose, const Ctf& ctf) {
  project(pose, ctf);
  fft_.forward(image, spectrum_);
  GreyFit sums;
  for (Eigen::Index i = 1; i < signal_.size(); ++i) {
    const std::complex<double> p(signal_.data()[i]), y(spectrum_.data()[i]);
    const double weight = column_multiplicity(static_cast<int>(i % signal_.cols()), grid_.size) /
                          noise_power_[static_cast<std::size_t>(i)];
    sums.product += weight * (std::conj(p) * y).real();
    sums.power += weight * std::norm(p);
  }
  return sums;
}

Image TwinImages::image(std::uint64_t index, const Pose& pose, const Ctf& ctf, double grey,
                        double noise_factor) {
  project(pose, ctf);
  Random random(seed_, Stream::noise, index);
  noise_.resize(grid_.size, grid_.size);
  for (float& value : noise_.reshaped()) value = static_cast<float>(random.normal());
  fft_.forward(noise_, spectrum_);
  const double pixels = static_cast<double>(grid_.size) * grid_.size;
  for (Eigen::Index i = 0; i < spectrum_.size(); ++i) {
    const auto deviation =
        static_cast<float>(std::sqrt(noise_factor * noise_power_[static_cast<std::size_t>(i)] / pixels));
    spectrum_.data()[i] = spectrum_.data()[i] * deviation + static_cast<float>(grey) * signal_.data()[i];
  }
  Image made;
  fft_.backward(spectrum_, made);
  return made;
}

}  // namespace elastem
