#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/star_text.hpp"
#include "imaging/particle.hpp"
#include "imaging/projection.hpp"

namespace elastem {

/// The optics that a group of particles shares.
struct OpticsGroup {
  double voltage_kv = 300, cs_mm = 2.7, amplitude_contrast = 0.1;
  double pixel_size = 1;  ///< Å
  int size = 0;           ///< pixels a side
  CtfCorrection correction = CtfCorrection::none;
  double wiener_constant = 0;  ///< of images with a Wiener filter

  bool operator==(const OpticsGroup&) const = default;
};
OpticsGroup optics_group(const Ctf& ctf, double pixel_size, int size);

/// The optics table of a RELION 3.1 file, groups numbered from 1. Corrected images have
/// _rlnCtfDataArePhaseFlipped, _rlnCtfDataAreCtfPremultiplied or, of which RELION knows nothing,
/// _elastemWienerConstant.
StarTable relion_optics(const std::vector<OpticsGroup>& groups);

/// A RELION 3.1 file up to its first particle: version marks, optics table, other blocks (as text), labels of
/// the particles.
std::string relion_head(const StarTable& optics, const std::vector<std::string>& labels,
                        const std::string& other_blocks = "");

/// "000001@stack.mrcs" for slice 0.
std::string image_name(std::int64_t slice, const std::string& stack);
/// A number as particle files have it: fixed point, 6 decimals.
std::string star_number(double value);
/// The text of a number that was multiplied: three decimals more where they tell something, so that dividing
/// again gives the number that was.
std::string scaled_number(double value);
/// The text of a number without its sign, and with the other sign.
std::string absolute_text(const std::string& number);
std::string negated_text(const std::string& number);

/// Labels and values of the CTF in RELION's words; none when it is not enabled.
std::vector<std::string> relion_ctf_labels(const Ctf& ctf);
std::vector<std::string> relion_ctf_values(const Ctf& ctf);

/// How many pixels further than here, at floor(S/2), a RELION file has the origin of S² pixels along x and y:
/// for odd S it is where relion_project puts it.
inline double relion_origin_offset(int size) {
  return size % 2;
}
/// Where the particle lies, in Å from the origin here, as RELION writes it: the displacement in Å that
/// centres it.
Eigen::Vector2d relion_origin(const Eigen::Vector2d& shift, ImageGrid grid);

/// Angles and origins in RELION's words: rot, tilt, psi, and relion_origin.
const std::vector<std::string>& relion_pose_labels();
std::vector<std::string> relion_pose_values(const Eigen::Vector3d& euler_angles, const Eigen::Vector2d& shift,
                                            ImageGrid grid);

}  // namespace elastem
