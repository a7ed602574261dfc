#include "particles/keyed_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "core/star_text.hpp"
#include "particles/particle_key.hpp"
#include "particles/particle_rows.hpp"

namespace elastem {
namespace {

bool has_extension(const std::string& path, std::string_view extension) {
  return std::filesystem::path(path).extension() == extension;
}

bool is_row(std::string_view line) {
  return !line.empty() && line.front() != '#';
}

// Fields between commas; a quoted one may hold commas, and quotation marks twice.
std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  for (std::string& field : fields) field = std::string(trimmed(field));
  return fields;
}

std::size_t csv_image_column(const std::string& path, const std::vector<std::string>& columns) {
  for (const char* name : {"image", "rlnImageName"})
    if (const auto found = std::ranges::find(columns, name); found != columns.end())
      return static_cast<std::size_t>(found - columns.begin());
  throw Error(fmt::format(
      "{}: the first line has neither a column \"image\" nor the key of one, as 12@stack.mrcs", path));
}

KeyedText::Index index_of_star(const std::string& path) {
  const ParticleIndex particles = ParticleFile::scan(path);
  if (particles.form != ParticleIndex::Form::text) throw Error(path + ": is no text");
  KeyedText::Index index;
  index.count = particles.count;
  index.offsets = particles.offsets;
  index.columns = parse_head(particles.head).labels;
  index.image = static_cast<std::uint64_t>(image_column(index.columns));
  index.star = 1;
  return index;
}

// CSV with names of columns in its first line, or keys from the first line on.
KeyedText::Index index_of_lines(const std::string& path) {
  require_regular_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened; check the path and its permissions");
  KeyedText::Index index;
  std::uint64_t offset = 0;
  bool first = true;
  for (std::string raw; std::getline(file, raw); offset += raw.size() + 1) {
    std::string_view line = trimmed(raw);
    if (offset == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (!is_row(line)) continue;
    if (std::exchange(first, false) && line.find('@') == std::string_view::npos) {
      index.columns = csv_fields(line);
      index.image = csv_image_column(path, index.columns);
      continue;
    }
    if (index.count++ % particle_block_rows == 0) index.offsets.push_back(offset);
  }
  if (file.bad()) throw Error(path + ": cannot be read");
  if (index.count == 0) throw Error(path + ": holds no particles");
  index.offsets.push_back(offset);
  return index;
}

}  // namespace

bool names_keyed_text(const std::string& path) {
  constexpr std::array endings = {".star", ".xmd", ".csv", ".txt"};
  return std::ranges::any_of(endings, [&](const char* ending) { return has_extension(path, ending); });
}

KeyedText::Index KeyedText::scan(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Error(path + ": is not there; check the path");
  return has_extension(path, ".star") || has_extension(path, ".xmd") ? index_of_star(path)
                                                                     : index_of_lines(path);
}

KeyedText::KeyedText(std::string path, Index index) : path_(std::move(path)), index_(std::move(index)) {}

void KeyedText::for_each(std::int64_t first, std::int64_t count, const RowUse& use) const {
  require(first >= 0 && count >= 0 && first + count <= index_.count, "rows of the text");
  if (count == 0) return;
  std::ifstream file(path_, std::ios::binary);
  const std::int64_t block = first / particle_block_rows;
  file.seekg(static_cast<std::streamoff>(index_.offsets[static_cast<std::size_t>(block)]));
  std::vector<std::string> values;
  std::int64_t row = block * particle_block_rows;
  for (std::string raw; row < first + count && std::getline(file, raw);) {
    std::string_view line = trimmed(raw);
    if (row == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (!is_row(line)) continue;
    if (row++ < first) continue;
    if (index_.star == 1 ? !split_star_line(line, values) : false)
      throw Error(fmt::format("{}: row {}: a quotation mark has no end", path_, row));
    if (index_.star == 0)
      values = index_.columns.empty() && !has_extension(path_, ".csv") ? std::vector{std::string(line)}
                                                                       : csv_fields(line);
    if (!index_.columns.empty() && values.size() != index_.columns.size())
      throw Error(fmt::format("{}: row {} has {} values for {} columns", path_, row, values.size(),
                              index_.columns.size()));
    use(row - 1, values);
  }
  if (row < first + count) throw Error(path_ + ": became shorter while it was read");
}

std::vector<std::string> KeyedText::keys(std::int64_t first, std::int64_t count) const {
  std::vector<std::string> keys;
  keys.reserve(static_cast<std::size_t>(count));
  for_each(first, count, [&](std::int64_t row, std::span<const std::string> values) {
    Particle particle;
    const std::string& name = values[index_.image];
    if (name.empty()) {
      keys.emplace_back();  // of a row that was not written yet
      return;
    }
    const bool keyed = index_.star == 1 || name.find('@') != std::string::npos;
    if (!keyed || !parse_image_name(name, particle))
      throw Error(fmt::format("{}: row {}: \"{}\" names no image; give INDEX@STACK, as 12@stack.mrcs", path_,
                              row + 1, name));
    keys.push_back(particle_key(particle));
  });
  return keys;
}

}  // namespace elastem
