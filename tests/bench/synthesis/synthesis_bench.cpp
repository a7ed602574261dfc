// What one image costs, on one core, against a forward and a backward FFTW transform of its size in the same
// run.
//   synthesis_bench MODES.h5 [MODES [SIZE [PIXEL_SIZE [ROUNDS [PART]]]]]
// prints a CSV line for each part: the median and the least microseconds of the rounds, and the median of
// each round's ratio to the pair of transforms.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fftw3.h>

#include "core/error.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/modes/model_input.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {
namespace {

struct Part {
  std::string name;
  std::function<void(std::uint64_t)> run;
  std::vector<double> seconds;  ///< an image, one value a round
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A plain single-precision pair, as any program would write it.
class FftPair {
 public:
  explicit FftPair(int size)
      : real_(fftwf_alloc_real(static_cast<std::size_t>(size * size))),
        complex_(fftwf_alloc_complex(static_cast<std::size_t>(size * (size / 2 + 1)))),
        forward_(fftwf_plan_dft_r2c_2d(size, size, real_, complex_, FFTW_ESTIMATE)),
        backward_(fftwf_plan_dft_c2r_2d(size, size, complex_, real_, FFTW_ESTIMATE)) {
    std::fill_n(real_, size * size, 0.5F);
  }
  FftPair(const FftPair&) = delete;
  FftPair& operator=(const FftPair&) = delete;
  ~FftPair() {
    fftwf_destroy_plan(forward_);
    fftwf_destroy_plan(backward_);
    fftwf_free(real_);
    fftwf_free(complex_);
  }
  void run() {
    fftwf_execute(forward_);
    fftwf_execute(backward_);
    real_[0] = 0.5F;  // unnormalised transforms would grow without end
    for (int i = 0; i < 4; ++i) real_[i] = 0.25F;
  }

 private:
  float* real_;
  fftwf_complex* complex_;
  fftwf_plan forward_, backward_;
};

int run(int count, char** words) {
  const Session session(count, words);
  const auto argument = [&](int i, const char* otherwise) {
    return std::string(i < count ? words[i] : otherwise);
  };
  if (count < 2) {
    std::fprintf(stderr, "synthesis_bench MODES.h5 [MODES [SIZE [PIXEL_SIZE [ROUNDS [PART]]]]]\n");
    return 2;
  }
  const ElasticModel model = read_model(session.world(), words[1], argument(2, "7-9"), {});
  Recipe recipe;
  if (model.mode_count() != 3) recipe.relation = Relation::random;  // a helix winds through three
  recipe.amplitude = default_amplitude(model.atom_count());
  recipe.grid = {std::stoi(argument(3, "64")), std::stod(argument(4, "2.2"))};
  recipe.ctf.defocus_u = recipe.ctf.defocus_v = 5000;
  recipe.ctf.voltage_kv = 200;
  recipe.ctf.cs_mm = 2;
  const int rounds = std::stoi(argument(5, "15"));

  FftPair pair(recipe.grid.size);
  Synthesizer synthesizer(model, recipe);
  Projector<float> projector(model, recipe.grid);
  Image image;
  std::vector<Image> derivatives;
  const auto project = [&](std::uint64_t i, bool with_derivatives) {
    const Conformer c = draw_conformer(recipe, model.mode_count(), i);
    const auto rotation = rotation_matrix(c.pose.rot, c.pose.tilt, c.pose.psi);
    if (with_derivatives)
      projector.project_with_derivatives(c.amplitudes, rotation, c.pose.shift, image, derivatives);
    else
      projector.project(c.amplitudes, rotation, c.pose.shift, image);
  };
  std::vector<Part> parts = {
      {"fft_pair", [&](std::uint64_t) { pair.run(); }, {}},
      {"projection", [&](std::uint64_t i) { project(i, false); }, {}},
      {"projection_with_derivatives", [&](std::uint64_t i) { project(i, true); }, {}},
      {"image", [&](std::uint64_t i) { image = synthesizer.image(i); }, {}},
      {"image_and_truth", [&](std::uint64_t i) { synthesizer.make(i, image); }, {}},
  };
  if (count > 6) std::erase_if(parts, [&](const Part& part) { return part.name != words[6]; });
  if (parts.empty()) throw Error(argument(6, "") + ": there is no such part");
  constexpr int images = 200;
  for (int round = -1; round < rounds; ++round) {  // the first one warms up
    for (Part& part : parts) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < images; ++i) part.run(static_cast<std::uint64_t>(i));
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      if (round >= 0) part.seconds.push_back(taken.count() / images);
    }
  }
  std::printf("part,atoms,size,microseconds,least,fft_pairs\n");
  for (const Part& part : parts) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < part.seconds.size(); ++round)
      ratios.push_back(part.seconds[round] / parts[0].seconds[round]);
    std::printf("%s,%td,%d,%.2f,%.2f,%.2f\n", part.name.c_str(),
                static_cast<std::ptrdiff_t>(model.atom_count()), recipe.grid.size, 1e6 * median(part.seconds),
                1e6 * *std::min_element(part.seconds.begin(), part.seconds.end()), median(ratios));
  }
  return 0;
}

}  // namespace
}  // namespace elastem

int main(int count, char** words) {
  return elastem::run(count, words);
}
