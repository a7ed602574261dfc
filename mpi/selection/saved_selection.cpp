#include "mpi/selection/saved_selection.hpp"

#include <spdlog/spdlog.h>

#include "core/error.hpp"

namespace elastem {

KeyedText open_keyed_text(const Communicator& comm, const std::string& path) {
  KeyedText::Index index;
  on_root(comm, [&] { index = KeyedText::scan(path); });
  comm.broadcast(index.count);
  comm.broadcast(index.offsets);
  comm.broadcast(index.columns);
  comm.broadcast(index.image);
  comm.broadcast(index.star);
  return {path, std::move(index)};
}

KeyedRows keyed_rows(const KeyedText& text) {
  return {text.path(), text.size(), true,
          [&text](std::int64_t first, std::int64_t count) { return text.keys(first, count); }};
}

bool names_saved_selection(const std::string& text) {
  return names_keyed_text(text);
}

std::vector<std::uint8_t> in_saved_selection(const Communicator& comm, const KeyedRows& rows, Range part,
                                             const cli::SelectionOptions& options) {
  if (!options.landscape.empty())
    cli::refuse_option("landscape", "is for an expression, but --selection names the file " + options.text);
  std::optional<KeyedText> file;
  try {
    file.emplace(open_keyed_text(comm, options.text));
  } catch (const Error& error) {
    cli::refuse_option("selection", error.what());
  }
  if (!rows.keyed)
    cli::refuse_option("selection", rows.path +
                                        " was written by elastem 0.1.0 and does not name its images, which " +
                                        options.text + " does; give an expression");
  const RowMatch match = match_rows(comm, rows, part, keyed_rows(*file));
  if (match.unused > 0)
    spdlog::warn("{} of the {} particles that {} names are not in {}", match.unused, file->size(),
                 options.text, rows.path);
  std::vector<std::uint8_t> chosen;
  for (const std::int64_t other : match.others) chosen.push_back(other == RowMatch::none ? 0 : 1);
  return chosen;
}

}  // namespace elastem
