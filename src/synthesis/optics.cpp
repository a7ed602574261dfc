#include "synthesis/optics.hpp"

#include "core/random.hpp"

namespace elastem {

Ctf draw_ctf(const OpticsDistribution& distribution, const Ctf& common, std::uint64_t seed,
             std::uint64_t index) {
  // All four numbers are drawn whether they are used or not: fixing one leaves the others as they are.
  Random random(seed, Stream::optics, index);
  const double defocus = distribution.defocus.at(random.uniform());
  const double half = 0.5 * distribution.astigmatism.at(random.uniform());
  const double angle = random.uniform(0.0, 180.0);
  Ctf ctf = common;
  ctf.phase_shift = distribution.phase_shift.at(random.uniform());
  ctf.defocus_u = defocus + half;
  ctf.defocus_v = defocus - half;
  ctf.defocus_angle = distribution.angle.value_or(angle);
  return ctf;
}

}  // namespace elastem
