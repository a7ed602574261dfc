#include "mpi/alignment/node_library.hpp"

#include "mpi/comm/work_queue.hpp"

namespace elastem {

NodeLibrary::NodeLibrary(const Communicator& comm, const ElasticModel& model, ImageGrid grid,
                         const SearchOptions& options) {
  collectively(comm, [&] { library_.emplace(model, grid, options); });
  storage_.emplace(comm, library_->value_count());
  library_->use(storage_->values().data());
  collectively(comm, [&] {
    const auto references = static_cast<std::int64_t>(library_->references().size());
    const Range share = equal_share(storage_->node(), references);
    library_->fill(static_cast<std::size_t>(share.first), static_cast<std::size_t>(share.count));
  });
  storage_->fence();
}

}  // namespace elastem
