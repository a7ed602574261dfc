#pragma once

#include <array>

#include "imaging/image.hpp"
#include "learning/label.hpp"

namespace elastem {

/// One of the eight changes of an image that keep its pixel grid: an optional mirror x → −x, then
/// `quarter_turns` turns (x, y) → (−y, x), both about the origin pixel floor(S/2).
struct Symmetry {
  int quarter_turns = 0;  ///< 0 … 3
  bool mirrored = false;
};

/// All eight, the identity first.
std::array<Symmetry, 8> image_symmetries();
/// The change that undoes `symmetry`.
Symmetry inverse(const Symmetry& symmetry);

/// The changed image: a permutation of pixels, exact. For even S the row and column of coordinate −S/2 have
/// no partner +S/2 and stay in place, as they would for a periodic image.
Image transformed(const Image& image, const Symmetry& symmetry);

/// The label of the changed image. A projection mirrored in x is a projection of the same object seen from
/// behind: R' = diag(−1, 1, −1)·R; a turn is R' = R_z(−90°)·R, i.e. psi − 90°. The shift changes likewise,
/// the amplitudes not.
Label transformed(const Label& label, const Symmetry& symmetry);

/// The image moved by whole pixels, (x, y) → (x + dx, y + dy), periodically: exact for periodic images, and
/// for others as long as the particle stays inside the box. Its label's shift grows by pixel_size·(dx, dy).
Image translated(const Image& image, int dx, int dy);

}  // namespace elastem
