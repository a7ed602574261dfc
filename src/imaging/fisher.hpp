#pragma once

#include <vector>

#include <Eigen/Core>

#include "imaging/fft.hpp"
#include "imaging/image.hpp"

namespace elastem {

/// √diag(F⁻¹) of a Fisher matrix whose last five parameters are three rotations in radians and two shifts;
/// the rotations come back in degrees. A parameter that F does not determine has ∞.
Eigen::VectorXd standard_errors_from_information(const Eigen::MatrixXd& information);

/// Standard errors of a particle's K+5 parameters (amplitudes in Å; rotations about image x, y and the view
/// axis in degrees, as left increments; shifts in Å) when the image is a·T·F[projection] plus Gaussian noise:
/// with J the derivatives of the model and Σ the noise covariance, F = JᵀΣ⁻¹J over all Fourier terms but k =
/// 0, with the grey scale a as a nuisance parameter, and the answer is √diag(F⁻¹) (the Cramér–Rao bound when
/// taken at the truth). `projection` and its `derivatives` as Projector makes them; `transfer` T on the half
/// grid; `noise_power` E|N(k)|² of the unnormalised transform on it (S²·σ² for white noise of variance σ²), a
/// term where it is 0 takes no part. A parameter that the image does not determine has ∞. Instances for float
/// and double.
template <class Real>
Eigen::VectorXd standard_errors(Fft2<Real>& fft, const ImageOf<Real>& projection,
                                const std::vector<ImageOf<Real>>& derivatives, double grey_scale,
                                const std::vector<float>& transfer, const std::vector<double>& noise_power);

}  // namespace elastem
