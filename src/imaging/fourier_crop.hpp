#pragma once

#include "imaging/fft.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// The smallest even size without other prime factors than 2, 3 and 5 that is at least `wanted`.
int smooth_size(int wanted);

/// The coarsest grid over the same physical box whose Nyquist frequency S'/2 lies beyond all terms
/// |k| ≤ S·p/resolution: S' = smooth_size(2·(⌊S·p/resolution⌋ + 1)), p' = S·p/S'. `full` itself for
/// resolution 0 and where S' would not be below S.
///
/// Terms near the band's edge are kept, but images that are *drawn* on the coarse grid alias there: a
/// Gaussian of σ has its alias of k at S' − k, smaller by exp(−2π²σ²((S' − k)² − k²)/(S·p)²) only.
ImageGrid cropped_grid(ImageGrid full, double resolution);

/// The half grid of an S×S image cut to that of the S'×S' image over the same physical box, S' ≤ S:
///   Y'(k) = Y(k)·exp(2πi (kx + ky)·(c/S − c'/S')), |kx|, |ky| < S'/2, c = floor(S/2), c' = floor(S'/2),
/// so that what lies at a place in Å from pixel c lies there from pixel c'. The terms are not scaled: the sum
/// of the pixels, the transforms of projections and the noise power of a term stay what they were, and the
/// pixels of the smaller image are (S/S')² = (p'/p)² times the grey values of the larger one, as a
/// projection's are. The Nyquist row and column of an even S' stand for two terms of the larger grid each and
/// are set to 0; for S' = S the spectrum is copied.
void crop_spectrum(const Spectrum& full, int full_size, int cropped_size, Spectrum& cropped);

}  // namespace elastem
