#include "mpi/storage/text_rows.hpp"

#include <algorithm>
#include <fstream>

#include "core/error.hpp"
#include "mpi/storage/shared_new_file.hpp"

namespace elastem {
namespace {

constexpr std::int64_t block_rows = 1024;

template <class Use>
void for_each_block(Range share, Use use) {
  for (std::int64_t done = 0; done < share.count; done += block_rows) {
    use(Range{share.first + done, std::min(block_rows, share.count - done)});
  }
}

}  // namespace

void write_text_rows(const Communicator& comm, const std::string& path, const std::string& head,
                     std::int64_t n, const std::function<std::string(Range)>& text_of) {
  const Range share = equal_share(comm, n);
  SharedNewFile file(comm, path);
  std::int64_t bytes = comm.root() ? static_cast<std::int64_t>(head.size()) : 0;
  collectively(comm, [&] {
    for_each_block(share, [&](Range block) { bytes += static_cast<std::int64_t>(text_of(block).size()); });
  });
  const std::int64_t offset = comm.sum_below(bytes);
  collectively(comm, [&] {
    std::fstream out(file.temporary(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(offset);
    if (comm.root()) out << head;
    for_each_block(share, [&](Range block) { out << text_of(block); });
    if (!out.flush()) throw Error(path + ": cannot be written; is the disk full?");
  });
  file.publish();
}

}  // namespace elastem
