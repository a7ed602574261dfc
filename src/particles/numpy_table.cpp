#include "particles/numpy_table.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

constexpr std::int64_t most_values = 1 << 20, most_rows = std::int64_t{1} << 40;

// Goes over the Python literal of a NumPy header: {'descr': [('a', '<f4'), ('b', '<f4', (2,))], …}.
class Literal {
 public:
  Literal(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  bool take(char wanted) {
    skip();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail();
  }
  std::string quoted() {
    skip();
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    if (quote != '\'' && quote != '"') fail();
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail();
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }
  std::int64_t integer() {
    skip();
    std::size_t end = at_;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    std::int64_t value = 0;
    if (!parse_number(text_.substr(at_, end - at_), value)) fail();
    at_ = end;
    return value;
  }
  // The product of a tuple of numbers.
  std::int64_t product(std::int64_t most) {
    std::int64_t all = 1;
    expect('(');
    while (!take(')')) {
      const std::int64_t next = integer();
      if (next > most || (next > 0 && all > most / next)) fail();
      all *= next;
      take(',');
    }
    return all;
  }
  std::string word() {
    skip();
    const std::size_t end = std::min(text_.find_first_of(",} \n", at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }
  [[noreturn]] void fail() const {
    throw Error(fmt::format(
        "{}: is no table of NumPy as cryoSPARC writes them: its header cannot be understood near \"{}\"",
        path_, text_.substr(std::min(at_, text_.size()), 40)));
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

NumpyTable::Field field_of(Literal& literal, const std::string& path) {
  NumpyTable::Field field;
  field.name = literal.quoted();
  literal.expect(',');
  const std::string type = literal.quoted();
  // A byte order, <, > or | where there is none, may come first.
  const std::size_t place = type.find_first_not_of("<>|=");
  std::int64_t size = -1;
  if (place != std::string::npos && parse_number(std::string_view(type).substr(place + 1), size) &&
      size <= most_values) {
    field.kind = type[place];
    field.bytes = size;
  } else {
    field.kind = ' ';
    field.bytes = -1;
  }
  const bool plain = std::string_view("fuib").find(field.kind) != std::string_view::npos &&
                     (field.bytes == 1 || field.bytes == 2 || field.bytes == 4 || field.bytes == 8) &&
                     !(field.kind == 'f' && field.bytes < 4);
  if (field.kind == 'U') field.bytes *= 4;
  if (type.empty() || type[0] == '>' || field.bytes < 0 || !(plain || field.kind == 'S' || field.kind == 'U'))
    throw Error(
        fmt::format("{}: its field {} has the type {}, which elastem does not read", path, field.name, type));
  if (literal.take(',')) field.count = literal.product(most_values);
  literal.expect(')');
  return field;
}

}  // namespace

NumpyTable::NumpyTable(const std::string& path) : path_(path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw Error(path + ": cannot be opened: " + std::strerror(errno));
  struct ::stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  length_ = regular ? static_cast<std::size_t>(status.st_size) : 0;
  map_ = regular ? ::mmap(nullptr, length_, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  ::close(descriptor);
  if (map_ == MAP_FAILED) throw Error(path + ": cannot be read, or is empty");
  try {
    parse({static_cast<const char*>(map_), length_});
  } catch (...) {
    ::munmap(map_, length_);
    throw;
  }
}

NumpyTable::NumpyTable(NumpyTable&& other) noexcept
    : path_(std::move(other.path_)),
      map_(std::exchange(other.map_, nullptr)),
      length_(other.length_),
      rows_(other.rows_),
      row_bytes_(other.row_bytes_),
      data_(other.data_),
      fields_(std::move(other.fields_)) {}

NumpyTable::~NumpyTable() {
  if (map_ != nullptr) ::munmap(map_, length_);
}

void NumpyTable::parse(std::string_view file) {
  if (file.starts_with("\x94"
                       "CSDAT"))
    throw Error(
        path_ +
        ": is in cryoSPARC's compressed form; save it as NumPy (cryosparc-tools: Dataset.save), or export "
        "the particle group from the job");
  if (!file.starts_with("\x93NUMPY") || file.size() < 12) throw Error(path_ + ": is no table of NumPy (.cs)");
  const std::size_t wide = file[6] == 1 ? 2 : 4;
  std::uint32_t length = 0;
  std::memcpy(&length, file.data() + 8, wide);
  if (length > file.size() - 8 - wide) throw Error(path_ + ": is cut off within its header");
  data_ = static_cast<std::int64_t>(8 + wide + length);
  Literal literal(file.substr(8 + wide, length), path_);
  literal.expect('{');
  rows_ = -1;
  while (!literal.take('}')) {
    const std::string key = literal.quoted();
    literal.expect(':');
    if (key == "descr") {
      literal.expect('[');
      while (!literal.take(']')) {
        literal.expect('(');
        fields_.push_back(field_of(literal, path_));
        fields_.back().offset = row_bytes_;
        row_bytes_ += fields_.back().bytes * fields_.back().count;
        if (row_bytes_ > static_cast<std::int64_t>(file.size()))
          literal.fail();  // nor could one row be there
        literal.take(',');
      }
    } else if (key == "shape") {
      rows_ = literal.product(most_rows);
    } else {
      literal.word();
    }
    literal.take(',');
  }
  if (rows_ < 0 || row_bytes_ <= 0) throw Error(path_ + ": its header names no rows or no fields");
  const std::int64_t there = static_cast<std::int64_t>(file.size()) - data_;
  if (there / row_bytes_ < rows_)
    throw Error(
        fmt::format("{}: is shorter than its header says: {} of {} rows; it was cut off, copy it again",
                    path_, there / row_bytes_, rows_));
}

const NumpyTable::Field* NumpyTable::field(std::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == name; });
  return found == fields_.end() ? nullptr : &*found;
}

const char* NumpyTable::at(const Field& field, std::int64_t row) const {
  require(row >= 0 && row < rows_, "a row of the table");
  return static_cast<const char*>(map_) + data_ + row * row_bytes_ + field.offset;
}

double NumpyTable::number(const Field& field, std::int64_t row, std::int64_t value) const {
  require(value < field.count, "a value of the field");
  const char* const from = at(field, row) + value * field.bytes;
  const auto as = [&](auto stored) {
    std::memcpy(&stored, from, sizeof stored);
    return static_cast<double>(stored);
  };
  if (field.kind == 'f') return field.bytes == 4 ? as(0.0F) : as(0.0);
  if (field.kind == 'i')
    return field.bytes == 8   ? as(std::int64_t{})
           : field.bytes == 4 ? as(std::int32_t{})
           : field.bytes == 2 ? as(std::int16_t{})
                              : as(std::int8_t{});
  return field.bytes == 8   ? as(std::uint64_t{})
         : field.bytes == 4 ? as(std::uint32_t{})
         : field.bytes == 2 ? as(std::uint16_t{})
                            : as(std::uint8_t{});
}

std::uint64_t NumpyTable::integer(const Field& field, std::int64_t row) const {
  if (field.bytes != 8 || field.kind == 'f')
    return static_cast<std::uint64_t>(std::max(0.0, number(field, row)));
  std::uint64_t value = 0;
  std::memcpy(&value, at(field, row), sizeof value);
  return value;
}

std::string NumpyTable::text(const Field& field, std::int64_t row) const {
  const char* const from = at(field, row);
  std::string text;
  const std::int64_t step = field.kind == 'U' ? 4 : 1;
  for (std::int64_t i = 0; i < field.bytes && from[i] != '\0'; i += step) text += from[i];
  return text;
}

}  // namespace elastem
