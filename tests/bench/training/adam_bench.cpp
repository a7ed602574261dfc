// A step of the optimiser on one thread, gradient clipped, against LibTorch's own on the same stretch of
// memory, in turn; medians, a line of CSV each:
//     adam_bench [WEIGHTS [STEPS]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <torch/torch.h>

#include "learning/adam.hpp"

namespace {

template <class Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void report(const char* what, std::size_t weights, std::vector<double> seconds) {
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  // Weights, both moments: read and written; the gradient: read, twice for its norm.
  std::printf("%s,%zu,%.4g,%.3g\n", what, weights, 1e3 * *middle,
              32e-9 * static_cast<double>(weights) / *middle);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1500000;
  const int steps = argc > 2 ? std::atoi(argv[2]) : 200;
  torch::set_num_threads(1);
  torch::manual_seed(1);
  const auto size = static_cast<std::int64_t>(count);
  torch::Tensor library_weights = torch::randn({size}).requires_grad_();
  library_weights.mutable_grad() = torch::randn({size});
  const torch::Tensor gradient = library_weights.grad();
  std::vector<float> weights(library_weights.data_ptr<float>(), library_weights.data_ptr<float>() + count);
  elastem::Adam own(count);
  torch::optim::Adam library({library_weights}, torch::optim::AdamOptions(1e-4));
  std::vector<double> of_own, of_library;
  for (int i = 0; i < steps; ++i) {
    of_own.push_back(seconds_of([&] { own.step(weights, {gradient.data_ptr<float>(), count}, 1e-4, 1); }));
    of_library.push_back(seconds_of([&] {
      torch::nn::utils::clip_grad_norm_(library_weights, 1);
      library.step();
    }));
  }
  std::puts("optimiser,weights,ms,GB/s");
  report("elastem", count, of_own);
  report("LibTorch", count, of_library);
}
