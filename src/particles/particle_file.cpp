#include "particles/particle_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"
#include "particles/particle_rows.hpp"

namespace elastem {

struct ParticleFile::Impl {
  Impl(const std::string& star_path, ParticleIndex star_index, const std::string& folder,
       DefocusSign defocus_sign)
      : path(star_path),
        datadir(folder),
        sign(defocus_sign),
        index(std::move(star_index)),
        rows(path, tables_of(index), sign) {
    const auto blocks = (index.count + particle_block_rows - 1) / particle_block_rows;
    require(index.offsets.size() == static_cast<std::size_t>(blocks) + 1 &&
                index.lines.size() == static_cast<std::size_t>(blocks),
            "the index does not fit its count");
  }

  static ParticleTables tables_of(const ParticleIndex& index) {
    ParticleTables tables = parse_head(index.head);
    tables.optics_lines = index.optics_lines;
    return tables;
  }

  std::string path, datadir;
  DefocusSign sign;
  ParticleIndex index;
  RowReader rows;
  mutable std::map<std::string, MrcHeader> headers;

  const MrcHeader& header(const std::string& stack) const {
    const auto found = headers.find(stack);
    if (found != headers.end()) return found->second;
    return headers.emplace(stack, StackReader(find_stack(stack, path, datadir)).header()).first->second;
  }

  // Calls `use(row's text, its line in the file)` for the rows first … first+count−1.
  template <class Use>
  void for_each_line(std::int64_t first, std::int64_t count, Use use) const {
    require(first >= 0 && count >= 0 && first + count <= index.count, "rows outside the particle file");
    if (count == 0) return;
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(path + ": cannot be opened");
    const auto block = static_cast<std::size_t>(first / particle_block_rows);
    file.seekg(static_cast<std::streamoff>(index.offsets[block]));
    std::uint64_t line = index.lines[block];
    std::int64_t row = static_cast<std::int64_t>(block) * particle_block_rows;
    for (std::string text; row < first + count; ++line) {
      if (!std::getline(file, text)) {
        throw Error(fmt::format("{}: ends before row {} of {}; it was changed meanwhile", rows.place(line),
                                row + 1, index.count));
      }
      const std::string_view content = trimmed(text);
      if (content.empty() || content.front() == '#') continue;
      if (row >= first) use(content, line);
      ++row;
    }
  }

  Particle particle(const std::vector<std::string>& values, std::uint64_t line) const {
    Particle particle = rows.particle(values, line);
    if (particle.size == 0) particle.size = static_cast<int>(header(particle.stack).columns);
    if (particle.pixel_size == 0) {
      particle.pixel_size = header(particle.stack).pixel_size;
      if (!(particle.pixel_size > 0)) {
        throw Error(rows.place(line) +
                    ": the pixel size is unknown: neither the particle file nor the header of " +
                    particle.stack + " has it; add a column _samplingRate in Å");
      }
      if (rows.shifts_in_pixels()) particle.pose.shift *= particle.pixel_size;
    }
    return particle;
  }
};

ParticleFile::ParticleFile(const std::string& path, ParticleIndex index, const std::string& datadir,
                           DefocusSign sign)
    : impl_(std::make_unique<Impl>(path, std::move(index), datadir, sign)) {}
ParticleFile::ParticleFile(ParticleFile&&) noexcept = default;
ParticleFile& ParticleFile::operator=(ParticleFile&&) noexcept = default;
ParticleFile::~ParticleFile() = default;

const std::string& ParticleFile::path() const {
  return impl_->path;
}
const std::string& ParticleFile::datadir() const {
  return impl_->datadir;
}
DefocusSign ParticleFile::defocus_sign() const {
  return impl_->sign;
}
std::int64_t ParticleFile::size() const {
  return impl_->index.count;
}
const std::vector<std::string>& ParticleFile::labels() const {
  return impl_->rows.tables().labels;
}
bool ParticleFile::reads(const std::string& label) const {
  const auto& read = impl_->rows.labels_read();
  return std::find(read.begin(), read.end(), label) != read.end();
}
const StarTable& ParticleFile::optics() const {
  return impl_->rows.tables().optics;
}
bool ParticleFile::xmipp() const {
  return impl_->rows.tables().xmipp;
}
bool ParticleFile::shifts_in_pixels() const {
  return impl_->rows.shifts_in_pixels();
}
bool ParticleFile::box_from_optics() const {
  return impl_->rows.box_from_optics();
}

std::vector<Particle> ParticleFile::read(std::int64_t first, std::int64_t count) const {
  std::vector<Particle> particles;
  particles.reserve(static_cast<std::size_t>(count));
  std::vector<std::string> values;
  impl_->for_each_line(first, count, [&](std::string_view text, std::uint64_t line) {
    impl_->rows.split(text, line, values);
    particles.push_back(impl_->particle(values, line));
  });
  return particles;
}

void ParticleFile::for_each(std::int64_t first, std::int64_t count,
                            const std::function<void(const Row&)>& use) const {
  Row row;
  impl_->for_each_line(first, count, [&](std::string_view text, std::uint64_t line) {
    row.line = line;
    impl_->rows.split(text, line, row.values);
    row.optics_row = optics().rows.empty() ? 0 : impl_->rows.optics_row(row.values, line);
    row.particle = impl_->particle(row.values, line);
    use(row);
  });
}

std::string ParticleFile::other_blocks() const {
  std::string text;
  std::ifstream file(impl_->path, std::ios::binary);
  const auto& others = impl_->index.others;
  for (std::size_t i = 0; i < others.size(); i += 2) {
    std::string block(others[i + 1] - others[i], '\0');
    file.seekg(static_cast<std::streamoff>(others[i]));
    if (!file.read(block.data(), static_cast<std::streamsize>(block.size())))
      throw Error(impl_->path + ": cannot be read; was it changed meanwhile?");
    while (!block.empty() && (block.back() == '\n' || block.back() == '\r')) block.pop_back();
    text += block + "\n\n";
  }
  return text;
}

}  // namespace elastem
