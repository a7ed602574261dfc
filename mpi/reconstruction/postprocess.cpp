#include "mpi/reconstruction/postprocess.hpp"

#include <cmath>

#include "maps/stack_reader.hpp"
#include "mpi/reconstruction/map_file.hpp"
#include "reconstruction/half_volume.hpp"

namespace elastem {
namespace {

// Of all planes. Collective.
std::vector<double> log_amplitudes(const Communicator& comm, SlabFft& fft) {
  ShellAmplitudes amplitudes(fft.side());
  add_amplitudes(amplitudes, fft.first_plane(), fft.spectrum());
  comm.sum(amplitudes.sums);
  comm.sum(amplitudes.counts);
  return amplitudes.logarithms();
}

// Each rank its planes.
template <class Gain>
void multiply(SlabFft& fft, const Gain& gain) {
  for_each_term(fft.side(), fft.first_plane(), fft.spectrum().size(),
                [&](std::size_t i, int x, int y, int z) {
                  fft.spectrum()[i] *= gain(radius_of_term(x, y, z), shell_of_term(x, y, z));
                });
}

}  // namespace

Postprocessing write_postprocessed(const Communicator& comm, const HalfMaps& halves,
                                   const std::optional<double>& b_factor, const std::string& output) {
  Postprocessing processing;
  processing.grid = halves.grid;
  processing.first = halves.first;
  processing.second = halves.second;
  processing.mask = halves.mask;
  processing.curves = halves.curves;
  processing.given = b_factor.has_value();
  processing.b_factor = b_factor.value_or(0);

  SlabFft mean = transformed_map(comm, halves.first, halves.grid);
  {
    SlabFft other = transformed_map(comm, halves.second, halves.grid);
    for (std::size_t i = 0; i < mean.spectrum().size(); ++i)
      mean.spectrum()[i] = (mean.spectrum()[i] + other.spectrum()[i]) / 2.0;
  }
  processing.original = log_amplitudes(comm, mean);
  choose_sharpening(processing);
  const PostprocessFilter filter(processing);
  multiply(mean, [&](double radius, std::size_t shell) { return filter.sharpening(radius, shell); });
  processing.sharpened = log_amplitudes(comm, mean);
  const double scale = 1 / std::pow(halves.grid.size, 3);
  multiply(mean, [&](double radius, std::size_t) { return scale * filter.low_pass(radius); });
  mean.backward();
  const auto origin = collectively_get(comm, [&] { return StackReader(halves.first).header().origin; });
  write_volume(comm, output, halves.grid, 0, mean, origin);
  return processing;
}

}  // namespace elastem
