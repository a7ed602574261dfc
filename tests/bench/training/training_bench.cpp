// What a training costs apart from its data: random images in memory, the same number on each rank. A line of
// CSV a quantity, medians over as many rounds as fit into SECONDS, each the slowest rank's: the step (mean
// gradient and Adam), forward and backward pass alone, the all-reduce of the gradient alone, what of it is
// waited for when the backward pass is over, hence the share that the pass hides, and by how much it
// lengthens both together; prediction, of the batch and of 8 images at a time; on two ranks and more the
// latency and bandwidth between ranks 0 and 1. Last the efficiency that follows for up to 512 ranks, with the
// measured network and with each that is named by a latency and a bandwidth:
//     mpirun -n N training_bench [ARCHITECTURE [BATCH [SECONDS [PRECISION [LATENCY_US GB_A_SECOND]…]]]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

#include "core/random.hpp"
#include "cost_model.hpp"
#include "learning/adam.hpp"
#include "learning/label.hpp"
#include "learning/network.hpp"
#include "learning/network_input.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/learning/gradient.hpp"

namespace elastem {
namespace {

constexpr int amplitudes = 3;

struct Data {
  std::vector<float> inputs, targets;
};

Data random_images(const Network& network, std::size_t count, int rank) {
  const LabelScaling scaling{std::vector<double>(amplitudes, 0), std::vector<double>(amplitudes, 1), 1};
  Random random(1, Stream::noise, static_cast<std::uint64_t>(rank));
  Data data;
  data.inputs.resize(count * network.input_pixels());
  for (float& pixel : data.inputs) pixel = static_cast<float>(random.normal());
  const std::size_t columns = network.target_count();
  data.targets.resize(count * columns);
  const auto vector = [&] {
    const double x = random.normal(), y = random.normal(), z = random.normal();
    return Eigen::Vector3d(x, y, z);
  };
  for (std::size_t i = 0; i < count; ++i) {
    Label label;
    label.amplitudes.resize(amplitudes);
    for (double& q : label.amplitudes) q = random.normal();
    const Eigen::Vector3d a = vector();
    label.rotation = rotation_from_6d(a, vector());
    label.shift = vector().head<2>();
    encode_label(label, scaling, std::span(data.targets).subspan(i * columns, columns));
  }
  return data;
}

class Bench {
 public:
  Bench(const Communicator& comm, const std::string& architecture, std::size_t batch, Precision precision)
      : comm_(comm),
        precision_(precision),
        batch_(batch),
        particle_images_(std::min<std::size_t>(batch, 8)),
        network_({architecture, amplitudes}, 1, precision),
        adam_(network_.weights().size()),
        data_(random_images(network_, batch, comm.rank())) {}

  void run(double seconds);
  void report() const;
  void report_model(const std::vector<Interconnect>& others) const;

 private:
  template <class Work>
  double seconds_of(Work work) {
    const double start = MPI_Wtime();
    work();
    return MPI_Wtime() - start;
  }
  template <class Work>
  void time(const char* what, Work work) {
    comm_.barrier();
    seconds_[what].push_back(seconds_of(work));
  }
  // `work` again and again for about so long, equally often on all ranks.
  template <class Work>
  void repeat(const char* what, double seconds, Work work) {
    const auto three = [&] {
      for (int i = 0; i < 3; ++i) work();
    };
    three();
    const int times = std::max(3, static_cast<int>(3 * seconds / comm_.max(seconds_of(three))));
    for (int i = 0; i < times; ++i) seconds_[what].push_back(seconds_of(work));
  }
  void round();
  double exchange_seconds(std::vector<float>& message) const;
  double median(const char* what) const { return medians_.at(what); }
  double bytes() const { return static_cast<double>(4 * network_.weights().size()); }
  Interconnect measured() const;

  const Communicator& comm_;
  Precision precision_;
  std::size_t batch_;
  std::size_t particle_images_;  ///< as many as `predict` gives the network at a time
  Network network_;
  Adam adam_;
  Data data_;
  std::map<std::string, std::vector<double>> seconds_;
  std::map<std::string, double> medians_;  ///< the slowest rank's
};

// Half of a round trip between ranks 0 and 1.
double Bench::exchange_seconds(std::vector<float>& message) const {
  const int count = static_cast<int>(message.size()), other = 1 - comm_.rank();
  const double start = MPI_Wtime();
  for (int i = 0; i < 2; ++i) {
    if (comm_.rank() > 1) break;
    if (comm_.rank() == i)
      MPI_Send(message.data(), count, MPI_FLOAT, other, 0, comm_.handle());
    else
      MPI_Recv(message.data(), count, MPI_FLOAT, other, 0, comm_.handle(), MPI_STATUS_IGNORE);
  }
  return (MPI_Wtime() - start) / 2;
}

void Bench::round() {
  double waited = 0;
  time("mean gradient", [&] { mean_gradient(comm_, network_, data_.inputs, data_.targets, &waited); });
  // Of the rank that comes last: the others wait for it as well.
  seconds_["waited"].push_back(comm_.min(waited));
  time("optimiser", [&] { adam_.step(network_.weights(), network_.gradient(), 1e-4, 1); });
  time("passes", [&] { network_.accumulate(data_.inputs, data_.targets); });
  time("all-reduce", [&] {
    GradientSum sum(comm_, network_.gradient());
    sum.ready(0);
    sum.finish();
  });
  time("forward", [&] { network_.predict(data_.inputs); });
  std::vector<float> a(network_.gradient().begin(), network_.gradient().end()), b = a;
  time("adding", [&] {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  });
  if (comm_.size() == 1) return;
  std::vector<float> one(1);
  for (int i = 0; i < 20; ++i) seconds_["small message"].push_back(exchange_seconds(one));
  seconds_["large message"].push_back(exchange_seconds(b));
}

double median_of(std::vector<double> all) {
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
  return all[all.size() / 2];
}

void Bench::run(double seconds) {
  repeat("training", 0.4 * seconds, [&] {
    mean_gradient(comm_, network_, data_.inputs, data_.targets);
    adam_.step(network_.weights(), network_.gradient(), 1e-4, 1);
  });
  repeat("prediction", 0.1 * seconds, [&] { network_.predict(data_.inputs); });
  const std::span one = std::span(data_.inputs).first(particle_images_ * network_.input_pixels());
  repeat("prediction of 8", 0.1 * seconds, [&] { network_.predict(one); });
  const double start = MPI_Wtime();
  do round();
  while (comm_.max(MPI_Wtime() - start) < 0.4 * seconds || seconds_["passes"].size() < 3);
  for (const auto& [what, all] : seconds_) medians_[what] = comm_.max(median_of(all));
}

Interconnect Bench::measured() const {
  const double latency = median("small message");
  return {"measured", latency, bytes() / std::max(1e-9, median("large message") - latency)};
}

void Bench::report() const {
  if (!comm_.root()) return;
  char host[64] = {};
  gethostname(host, sizeof host - 1);
  const auto line = [&](const char* what, double value, const char* unit) {
    std::printf("%s,%d,%s,%s,%zu,%zu,%s,%.6g,%s\n", host, comm_.size(), network_.architecture().name.c_str(),
                name_of(precision_).c_str(), network_.weights().size(), batch_, what, value, unit);
  };
  const double images = static_cast<double>(batch_ * static_cast<std::size_t>(comm_.size()));
  const double reduce = median("all-reduce");
  std::puts("machine,ranks,architecture,precision,weights,batch_a_rank,what,value,unit");
  line("training", images / median("training"), "images/s");
  line("prediction", images / median("prediction"), "images/s");
  line("prediction of 8", static_cast<double>(particle_images_) * comm_.size() / median("prediction of 8"),
       "images/s");
  line("mean gradient", 1e3 * median("mean gradient"), "ms");
  line("forward and backward pass", 1e3 * median("passes"), "ms");
  line("optimiser", 1e3 * median("optimiser"), "ms");
  if (comm_.size() == 1) return;
  line("all-reduce alone", 1e3 * reduce, "ms");
  line("waited for the all-reduce", 1e3 * median("waited"), "ms");
  line("share of the all-reduce hidden", std::max(0.0, 1 - median("waited") / reduce), "1");
  line("passes longer by", 1e3 * (median("mean gradient") - median("passes")), "ms");
  line("latency", 1e6 * measured().latency, "us");
  line("bandwidth", 1e-9 * measured().bandwidth, "GB/s");
}

void Bench::report_model(const std::vector<Interconnect>& others) const {
  if (!comm_.root() || comm_.size() == 1) return;
  StepCost step;
  step.backward = std::max(0.0, median("passes") - median("forward"));
  step.compute = median("passes") + median("optimiser");
  step.bytes = bytes();
  step.adding_rate = bytes() / median("adding");
  step.buckets = static_cast<int>((network_.weights().size() + GradientSum::default_bucket - 1) /
                                  GradientSum::default_bucket);
  std::vector<Interconnect> networks = {measured()};
  networks.insert(networks.end(), others.begin(), others.end());
  std::printf(
      "\nModel: %.2f MB of gradient in %d buckets, %.2f ms of backward pass, %.2f ms of computing a step\n",
      1e-6 * step.bytes, step.buckets, 1e3 * step.backward, 1e3 * step.compute);
  std::puts("\n| network | ranks | ring (ms) | halving (ms) | efficiency in turn | overlapped |");
  std::puts("|---|---|---|---|---|---|");
  for (const Interconnect& network : networks)
    for (int ranks = 2; ranks <= 512; ranks *= 4)
      std::printf("| %s: %.1f us, %.2f GB/s | %d | %.2f | %.2f | %.3f | %.3f |\n", network.name.c_str(),
                  1e6 * network.latency, 1e-9 * network.bandwidth, ranks,
                  1e3 * ring_seconds(network, step.bytes, step.adding_rate, ranks),
                  1e3 * halving_seconds(network, step.bytes, step.adding_rate, ranks),
                  efficiency_in_turn(step, network, ranks), efficiency_overlapped(step, network, ranks));
}

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  using namespace elastem;
  const Session session(argc, argv);
  prepare_torch(1);
  const std::string architecture = argc > 1 ? argv[1] : "small";
  const std::size_t batch = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 64;
  const double seconds = argc > 3 ? std::atof(argv[3]) : 5;
  const Precision precision = value_of<Precision>(argc > 4 ? argv[4] : "float32", "precision");
  std::vector<Interconnect> others;
  for (int i = 5; i + 1 < argc; i += 2)
    others.push_back({"assumed", 1e-6 * std::atof(argv[i]), 1e9 * std::atof(argv[i + 1])});
  Bench bench(session.world(), architecture, batch, precision);
  bench.run(seconds);
  bench.report();
  bench.report_model(others);
}
