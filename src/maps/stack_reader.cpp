#include "maps/stack_reader.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include "core/error.hpp"
#include "maps/spider_header.hpp"

namespace elastem {

namespace {

std::string reason_of(int code) {
  return std::strerror(code);
}

// Reads exactly `bytes`; false at the end of the file. Throws Error when the system refuses.
bool read_fully(int descriptor, char* to, std::int64_t bytes, std::int64_t offset, const std::string& path) {
  while (bytes > 0) {
    const auto got = ::pread(descriptor, to, static_cast<std::size_t>(bytes), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(path + ": cannot be read: " + reason_of(errno));
    if (got == 0) return false;
    to += got;
    offset += got;
    bytes -= got;
  }
  return true;
}

// A gzipped file, read from its beginning.
class GzipStream {
 public:
  GzipStream(int descriptor, const std::string& path) : path_(path) {
    const int own = ::dup(descriptor);
    if (own < 0 || ::lseek(own, 0, SEEK_SET) != 0)
      throw Error(path + ": cannot be read: " + reason_of(errno));
    file_.reset(::gzdopen(own, "rb"));
    if (!file_) throw Error(path + ": cannot be decompressed");
  }

  // As many bytes as there are, at most `bytes`.
  std::size_t read(char* to, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
      const auto piece = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1 << 20));
      const int got = ::gzread(file_.get(), to + done, piece);
      int code = Z_OK;
      const char* const text = ::gzerror(file_.get(), &code);
      if (got < 0 || code == Z_BUF_ERROR)
        throw Error(fmt::format("{}: cannot be decompressed ({}); copy it again", path_,
                                code == Z_BUF_ERROR ? "it ends too early" : text));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  struct Close {
    void operator()(gzFile_s* file) const { ::gzclose(file); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

// A temporary file that no name leads to and that goes with its descriptor.
int open_nameless(const std::string& for_path) {
  std::string name = (std::filesystem::temp_directory_path() / "elastem-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0)
    throw Error(fmt::format("{}: no temporary file {} can be made to decompress it: {}", for_path, name,
                            reason_of(errno)));
  ::unlink(name.c_str());
  return descriptor;
}

// What else a file may be that is given as a stack; "" where its first bytes say nothing.
std::string other_format(std::string_view head) {
  using namespace std::string_view_literals;
  constexpr std::array known = {
      std::pair{"BZh"sv, "is compressed by bzip2: decompress it"},
      std::pair{"\xFD"
                "7zXZ"sv,
                "is compressed by xz: decompress it"},
      std::pair{"\x28\xB5\x2F\xFD"sv, "is compressed by zstd: decompress it"},
      std::pair{"PK\x03\x04"sv, "is a zip archive: unpack it"},
      std::pair{"\x89HDF"sv, "is an HDF5 file (EMAN2's .hdf?): convert it to MRC"},
      std::pair{"II*\0"sv, "is a TIFF file: convert it to MRC"},
      std::pair{"MM\0*"sv, "is a TIFF file: convert it to MRC"},
      std::pair{"\x89PNG"sv, "is a PNG picture; give the stack itself"},
      std::pair{"\x93NUMPY"sv, "is a NumPy array (.cs, .npy), not a stack of images"},
      std::pair{"data_"sv, "is a text (STAR?), not a stack of images"},
  };
  for (const auto& [magic, what] : known)
    if (head.starts_with(magic)) return what;
  return "";
}

void require_length(const MrcHeader& header, std::int64_t size, const std::string& path) {
  const std::int64_t needed = file_bytes(header);
  if (size >= needed) return;
  const std::int64_t extended = header.data_offset - mrc_header_bytes;
  if (header.format == MrcHeader::Format::mrc && extended > 0 && size >= needed - extended) {
    throw Error(
        fmt::format("{}: its header says that an extended header of {} bytes follows (NSYMBT, byte 92), but "
                    "the file has {} "
                    "bytes beside the header and the pixels: set NSYMBT to {}",
                    path, extended, size - (needed - extended), size - (needed - extended)));
  }
  throw Error(
      fmt::format("{}: is shorter than its header says: {} of {} bytes for {} sections of {}×{} pixels; the "
                  "file was cut off, copy it again",
                  path, size, needed, header.sections, header.columns, header.rows));
}

template <class Stored, class Convert>
void convert(const std::vector<char>& bytes, bool swapped, std::span<float> pixels, Convert value) {
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    if (swapped && sizeof(Stored) == 2)
      stored = static_cast<Stored>(__builtin_bswap16(static_cast<std::uint16_t>(stored)));
    pixels[i] = value(stored);
  }
}

float from_half(std::uint16_t bits) {
  return static_cast<float>(Eigen::half(Eigen::half_impl::raw_uint16_to_half(bits)));
}

}  // namespace

StackReader::StackReader(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ < 0) throw Error(path + ": cannot be opened: " + reason_of(errno));
  try {
    read_header();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

StackReader::StackReader(StackReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      gzipped_(other.gzipped_),
      decompressed_(other.decompressed_),
      header_(other.header_) {}

StackReader::~StackReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void StackReader::read_header() {
  struct ::stat status {};
  if (::fstat(descriptor_, &status) != 0) throw Error(path_ + ": cannot be read: " + reason_of(errno));
  if (!S_ISREG(status.st_mode)) throw Error(path_ + ": is no regular file; give a stack or a map");
  std::array<char, 6> magic{};
  gzipped_ = read_fully(descriptor_, magic.data(), 2, 0, path_) && magic[0] == '\x1f' && magic[1] == '\x8b';
  RawMrcHeader raw{};
  const bool whole = gzipped_ ? GzipStream(descriptor_, path_).read(raw.data(), raw.size()) == raw.size()
                              : read_fully(descriptor_, raw.data(), mrc_header_bytes, 0, path_);
  const std::string other = other_format({raw.data(), raw.size()});
  if (!other.empty()) throw Error(path_ + ": " + other);
  if (!whole) throw Error(path_ + ": is no MRC file: it ends before byte 1024, within the header");
  header_ = is_spider_header(raw) ? parse_spider_header(raw, path_) : parse_mrc_header(raw, path_);
  // Deflate makes at most 1032 bytes of one; what the file really holds is seen when it is decompressed.
  constexpr std::int64_t most_of_one = 1032;
  require_length(header_, gzipped_ ? most_of_one * status.st_size : status.st_size, path_);
}

void StackReader::decompress() const {
  GzipStream stream(descriptor_, path_);
  const int whole = open_nameless(path_);
  std::vector<char> piece(1 << 20);
  std::int64_t done = 0;
  const std::int64_t needed = file_bytes(header_);
  try {
    while (done < needed) {
      const std::size_t got = stream.read(piece.data(), piece.size());
      if (got == 0) break;
      for (std::size_t put = 0; put < got;) {
        const auto more = ::write(whole, piece.data() + put, got - put);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0)
          throw Error(fmt::format("{}: cannot be decompressed into {}: {}; give another folder by TMPDIR",
                                  path_, std::filesystem::temp_directory_path().string(), reason_of(errno)));
        put += static_cast<std::size_t>(more);
      }
      done += static_cast<std::int64_t>(got);
    }
    require_length(header_, done, path_);
  } catch (...) {
    ::close(whole);
    throw;
  }
  ::close(descriptor_);
  descriptor_ = whole;
  decompressed_ = true;
}

void StackReader::read(std::int64_t first, std::int64_t count, std::span<float> pixels) const {
  const auto each = static_cast<std::size_t>(section_pixels(header_));
  if (first < 0 || count < 0 || first + count > header_.sections) {
    throw Error(fmt::format("{}: has {} sections, but number {} was asked for", path_, header_.sections,
                            first + count));
  }
  require(pixels.size() == static_cast<std::size_t>(count) * each, "the buffer does not fit the sections");
  if (gzipped_ && !decompressed_) decompress();
  if (header_.section_header == 0) return read_run(first, count, pixels);
  for (std::int64_t i = 0; i < count; ++i)
    read_run(first + i, 1, pixels.subspan(static_cast<std::size_t>(i) * each, each));
}

// Sections that lie one after another without a header between them.
void StackReader::read_run(std::int64_t first, std::int64_t count, std::span<float> pixels) const {
  const std::int64_t stride = header_.section_header + section_bytes(header_);
  const std::int64_t offset = header_.data_offset + first * stride + header_.section_header;
  const std::int64_t bytes = count * section_bytes(header_);
  const auto load = [&](char* to) {
    if (!read_fully(descriptor_, to, bytes, offset, path_)) {
      throw Error(path_ + ": ended while it was read; it was shortened meanwhile");
    }
  };
  if (header_.mode == 2) {
    load(reinterpret_cast<char*>(pixels.data()));
    if (header_.swapped) {
      for (auto& pixel : pixels)
        pixel = std::bit_cast<float>(__builtin_bswap32(std::bit_cast<std::uint32_t>(pixel)));
    }
    return;
  }
  std::vector<char> stored(static_cast<std::size_t>(bytes));
  load(stored.data());
  const auto plain = [](auto value) { return static_cast<float>(value); };
  if (header_.mode == 0) convert<std::int8_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 1) convert<std::int16_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 6) convert<std::uint16_t>(stored, header_.swapped, pixels, plain);
  if (header_.mode == 12) convert<std::uint16_t>(stored, header_.swapped, pixels, from_half);
}

}  // namespace elastem
