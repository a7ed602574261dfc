#include "mpi/selection/landscape_rows.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"
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

}  // namespace

std::string landscape_rows_path(const std::string& folder) {
  return (fs::path(folder) / "particles.csv").string();
}

LandscapeRows::LandscapeRows(const Communicator& comm, const std::string& folder)
    : text_(open_rows(comm, folder)), columns_{folder, 0, 0} {
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
