#include "mpi/selection/landscape_rows.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/star_text.hpp"
#include "mpi/run/mismatch.hpp"
#include "mpi/selection/saved_selection.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

KeyedText open_rows(const Communicator& comm, const std::string& folder) {
  const std::string path = landscape_rows_path(folder);
  on_root(comm, [&] {
    if (!fs::exists(path))
      cli::refuse_option("landscape",
                         fs::exists(folder)
                             ? folder + " has no particles.csv; give the folder that elastem landscape wrote"
                             : folder + " is not there; give the folder that elastem landscape wrote");
  });
  return open_keyed_text(comm, path);
}

// Of the images of one result those of another that have other content. `together`: both are of the same
// particle file, so that all of their stacks can be compared, else the first stacks alone.
std::string differing_stack(const std::vector<std::string>& one, const std::vector<std::string>& other,
                            bool together) {
  for (const InputFingerprint& stack : parse_fingerprints(one))
    for (const InputFingerprint& now : parse_fingerprints(other))
      if (stack.role == now.role && (together || stack.role == "stack") && !stack.same_content(now))
        return now.path.empty() ? "its stack" : now.path;
  return "";
}

}  // namespace

LandscapeRows::LandscapeRows(const Communicator& comm, const std::string& folder, bool accept_mismatch)
    : folder_(folder), text_(open_rows(comm, folder)), columns_{folder, 0, 0} {
  const std::vector<std::string>& names = text_.columns();
  const auto find = [&](const std::string& name) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) return false;
    places_.push_back(static_cast<std::size_t>(at - names.begin()));
    return true;
  };
  if (find("state"))
    while (find(fmt::format("probability_{}", columns_.states + 1))) ++columns_.states;
  while (find(fmt::format("component_{}", columns_.components + 1))) ++columns_.components;
  if (places_.size() != columns_.count() || places_.empty())
    cli::refuse_option("landscape", text_.path() +
                                        " has no states and components of particles as elastem landscape "
                                        "writes them");
  require_whole(comm, accept_mismatch);
}

void LandscapeRows::require_whole(const Communicator& comm, bool accept_mismatch) const {
  const std::string difference = from_root(comm, [&]() -> std::string {
    const auto record = read_landscape_record(folder_);
    if (!record)
      return folder_ + " has no landscape.json, which says of which particles it is and whether it is whole";
    if (record->rows != text_.size())
      return fmt::format("{} has {}, but the landscape is of {}", text_.path(), counted(text_.size(), "row"),
                         record->rows);
    if (!parse_fingerprint(input_fingerprint("rows", text_.path()))
             .same_content(parse_fingerprint(record->rows_fingerprint)))
      return text_.path() + " is not as elastem landscape wrote it";
    return "";
  });
  if (!difference.empty())
    report_mismatch("option --landscape: " + difference, "make the landscape again", accept_mismatch);
}

RowMatch LandscapeRows::match(const Communicator& comm, const NamedTable& table, Range part,
                              bool accept_mismatch) const {
  RowMatch match = match_rows(comm, keyed_rows(table), part, keyed_rows(text_), accept_mismatch);
  const std::vector<std::string> now = stacks_of(table.table.provenance());
  const std::string other = from_root(comm, [&]() -> std::string {
    const auto record = read_landscape_record(folder_);
    if (!record || !table.table.has_keys() || table.table.size() == 0) return "";
    const std::string first = table.table.keys(0, 1).front();
    if (first.substr(first.find('@') + 1) != match.stack) return "";  // not of one stack
    return differing_stack(record->images, now, match.in_order && match.unused == 0);
  });
  if (!other.empty())
    report_mismatch(fmt::format("option --landscape: {} is of other particles than {}: the images of {} have "
                                "another checksum or size",
                                folder_, table.path, other),
                    "make the landscape of this result", accept_mismatch);
  if (match.missing > 0)
    spdlog::warn("{} of the {} particles of {} are not in {} and have no state", match.missing,
                 table.table.size(), table.path, text_.path());
  return match;
}

std::vector<double> LandscapeRows::values(std::span<const std::int64_t> rows) const {
  const std::size_t width = columns_.count();
  std::vector<double> values(rows.size() * width, unknown);
  for_each_run(rows, [&](Range run, std::span<const std::size_t> wanted) {
    std::size_t next = 0;  // rows come in ascending order on both sides
    text_.for_each(run.first, run.count, [&](std::int64_t row, std::span<const std::string> fields) {
      for (; next < wanted.size() && rows[wanted[next]] == row; ++next)
        for (std::size_t i = 0; i < width; ++i) {
          const std::string& field = fields[places_[i]];
          if (double number = 0; parse_number(field, number))
            values[wanted[next] * width + i] = number;
          else if (!field.empty())
            throw Error(fmt::format("{}: row {}: \"{}\" is no number", text_.path(), row + 1, field));
        }
    });
  });
  return values;
}

}  // namespace elastem
