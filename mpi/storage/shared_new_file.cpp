#include "mpi/storage/shared_new_file.hpp"

namespace elastem {

SharedNewFile::SharedNewFile(const Communicator& comm, const std::string& target) : comm_(&comm) {
  temporary_ = from_root(comm, [&] { return file_.emplace(target).temporary().string(); });
}

void SharedNewFile::publish() {
  comm_->barrier();  // all have written
  on_root(*comm_, [&] { file_->publish(); });
}

}  // namespace elastem
