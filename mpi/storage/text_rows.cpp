#include "mpi/storage/text_rows.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace elastem {

namespace {

constexpr std::int64_t rows_a_block = 1024;

template <class Use>
void for_each_block(Range share, Use use) {
  for (std::int64_t done = 0; done < share.count; done += rows_a_block) {
    use(Range{share.first + done, std::min(rows_a_block, share.count - done)});
  }
}

}  // namespace

void write_text_rows(const Communicator& comm, const std::string& path, const std::string& head,
                     std::int64_t n, const std::function<std::string(Range)>& text_of) {
  const Range share = equal_share(comm, n);
  const std::string partial = path + ".partial";
  std::int64_t bytes = 0;
  collectively(comm, [&] {
    for_each_block(share, [&](Range block) { bytes += static_cast<std::int64_t>(text_of(block).size()); });
    if (!comm.root()) return;
    bytes += static_cast<std::int64_t>(head.size());
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    if (!file) throw Error(path + ": cannot be written; is its folder there and yours to write in?");
  });
  std::int64_t offset = 0;
  MPI_Exscan(&bytes, &offset, 1, MPI_INT64_T, MPI_SUM, comm.handle());
  if (comm.root()) offset = 0;
  collectively(comm, [&] {
    std::fstream file(partial, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offset);
    if (comm.root()) file << head;
    for_each_block(share, [&](Range block) { file << text_of(block); });
    if (!file.flush()) throw Error(path + ": cannot be written; is the disk full?");
  });
  collectively(comm, [&] {
    if (comm.root()) std::filesystem::rename(partial, path);
  });
}

}  // namespace elastem
