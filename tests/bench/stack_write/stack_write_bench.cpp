// The stack as `synthesize` writes it, image by image from memory in chunks of the queue's size, against
// plain MPI_File_write_at of the same bytes in pieces of a chunk, and image by image; and the stack read
// image by image and in blocks, by the program's pread and by MPI_File_read_at. A repetition does each once,
// in turn; writing is timed without and with the fsync that ends it. CSV: one line a repetition and way; last
// the medians' ratios to plain MPI-IO.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

#include "core/error.hpp"
#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/comm/session.hpp"
#include "mpi/storage/stack_writer.hpp"

namespace elastem {
namespace {

constexpr std::int64_t side = 64, pixels_each = side * side, chunk = 512;

struct Bench {
  const Communicator& comm;
  std::string folder;
  std::int64_t images = 0;         ///< of all ranks, whole chunks
  std::vector<float> pixels = {};  ///< a chunk of images
  std::map<std::string, std::vector<double>> seconds = {};

  std::string path() const { return folder + "/stack_write_bench.mrcs"; }
  double mebibytes() const { return static_cast<double>(images * pixels_each * 4) / (1 << 20); }

  // `use` for the first image of each of this rank's chunks.
  template <class Use>
  void for_each_chunk(Use use) const {
    for (std::int64_t first = chunk * comm.rank(); first < images; first += chunk * comm.size()) use(first);
  }

  std::span<const float> image(std::int64_t i) const {
    return std::span(pixels).subspan(static_cast<std::size_t>(i % chunk * pixels_each), pixels_each);
  }

  void note(const std::string& way, double time) {
    const double slowest = comm.max(time);
    if (!comm.root()) return;
    seconds[way].push_back(slowest);
    char host[64] = {};
    gethostname(host, sizeof host - 1);
    std::printf("%s,%d,%s,%.0f,%.3f,%.0f\n", host, comm.size(), way.c_str(), mebibytes(), slowest,
                mebibytes() / slowest);
    std::fflush(stdout);
  }

  // Times `write` of a new file, then its fsync.
  template <class Write>
  void time_writing(const std::string& way, Write write) {
    if (comm.root()) std::filesystem::remove(path());
    comm.barrier();
    const double start = MPI_Wtime();
    write();
    comm.barrier();
    note("write " + way, MPI_Wtime() - start);
    if (comm.root()) {
      const int descriptor = ::open(path().c_str(), O_WRONLY);
      require(descriptor >= 0 && ::fsync(descriptor) == 0, "fsync works");
      ::close(descriptor);
    }
    comm.barrier();
    note("write and fsync " + way, MPI_Wtime() - start);
  }

  MrcHeader header() const {
    MrcHeader header;
    header.columns = header.rows = side;
    header.sections = images;
    return header;
  }

  MPI_File open(int mode) const {
    MPI_File file = MPI_FILE_NULL;
    require(MPI_File_open(comm.handle(), path().c_str(), mode, MPI_INFO_NULL, &file) == MPI_SUCCESS,
            "the file opens");
    return file;
  }

  void write_stack() {
    StackWriter writer = StackWriter::create(comm, path(), header());
    for_each_chunk([&](std::int64_t first) {
      for (std::int64_t i = first; i < first + chunk; ++i) writer.append(i, image(i));
      writer.flush();
    });
    writer.close();
  }

  void write_plain(std::int64_t images_a_call) {
    MPI_File file = open(MPI_MODE_CREATE | MPI_MODE_WRONLY);
    const RawMrcHeader head = compose_mrc_header(header(), path());
    if (comm.root())
      MPI_File_write_at(file, 0, head.data(), static_cast<int>(head.size()), MPI_BYTE, MPI_STATUS_IGNORE);
    for_each_chunk([&](std::int64_t first) {
      for (std::int64_t i = first; i < first + chunk; i += images_a_call)
        MPI_File_write_at(file, 1024 + i * pixels_each * 4, image(i).data(),
                          static_cast<int>(images_a_call * pixels_each), MPI_FLOAT, MPI_STATUS_IGNORE);
    });
    MPI_File_close(&file);
  }

  void read_stack(std::int64_t images_a_call) {
    const StackReader reader(path());
    std::vector<float> into(static_cast<std::size_t>(images_a_call * pixels_each));
    for_each_chunk([&](std::int64_t first) {
      for (std::int64_t i = first; i < first + chunk; i += images_a_call) reader.read(i, images_a_call, into);
    });
  }

  void read_plain(std::int64_t images_a_call) {
    MPI_File file = open(MPI_MODE_RDONLY);
    std::vector<float> into(static_cast<std::size_t>(images_a_call * pixels_each));
    for_each_chunk([&](std::int64_t first) {
      for (std::int64_t i = first; i < first + chunk; i += images_a_call)
        MPI_File_read_at(file, 1024 + i * pixels_each * 4, into.data(),
                         static_cast<int>(images_a_call * pixels_each), MPI_FLOAT, MPI_STATUS_IGNORE);
    });
    MPI_File_close(&file);
  }

  template <class Read>
  void time_reading(const std::string& way, Read read) {
    comm.barrier();
    const double start = MPI_Wtime();
    read();
    note("read " + way, MPI_Wtime() - start);
  }

  // The ways of writing in another order each time: who comes first may find more of the disk's cache free.
  void repeat(int turn) {
    for (int i = 0; i < 3; ++i) {
      switch ((turn + i) % 3) {
        case 0:
          time_writing("mpi-io image by image", [&] { write_plain(1); });
          break;
        case 1:
          time_writing("mpi-io", [&] { write_plain(chunk); });
          break;
        default:
          time_writing("stack", [&] { write_stack(); });
      }
    }
    for (const std::int64_t block : {std::int64_t{1}, std::int64_t{64}}) {
      const std::string how = " by " + std::to_string(block);
      time_reading("mpi-io" + how, [&] { read_plain(block); });
      time_reading("stack" + how, [&] { read_stack(block); });
    }
  }

  // The rank-th smallest of the times; 0: the fastest.
  double time_of(const std::string& way, std::size_t rank) const {
    std::vector<double> all = seconds.at(way);
    std::ranges::sort(all);
    return all[rank];
  }

  void say_ratios() const {
    if (!comm.root()) return;
    for (const char* what : {"write ", "write and fsync ", "read "}) {
      for (const char* how : {"", " by 1", " by 64"}) {
        const std::string ours = what + std::string("stack") + how,
                          plain = what + std::string("mpi-io") + how;
        if (!seconds.contains(ours)) continue;
        const std::size_t middle = seconds.at(ours).size() / 2;
        std::printf("# %d ranks, %s: %.2f of the rate of %s, the fastest of each %.2f\n", comm.size(),
                    ours.c_str(), time_of(plain, middle) / time_of(ours, middle), plain.c_str(),
                    time_of(plain, 0) / time_of(ours, 0));
      }
    }
  }
};

}  // namespace
}  // namespace elastem

int main(int argc, char** argv) {
  const elastem::Session session(argc, argv);
  const std::string folder = argc > 1 ? argv[1] : ".";
  const std::int64_t mebibytes = argc > 2 ? std::atoll(argv[2]) : 1024;
  const int repeats = argc > 3 ? std::atoi(argv[3]) : 7;
  using namespace elastem;
  Bench bench{session.world(), folder, std::max<std::int64_t>(1, mebibytes * 64 / chunk) * chunk};
  bench.pixels.resize(chunk * pixels_each);
  std::iota(bench.pixels.begin(), bench.pixels.end(), 0.0F);
  if (session.world().root()) std::puts("machine,ranks,way,MiB,seconds,MiB_a_second");
  for (int i = 0; i < repeats; ++i) bench.repeat(i);
  bench.say_ratios();
  if (session.world().root()) std::filesystem::remove(bench.path());
}
