#include "io/particle_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "core/error.hpp"
#include "io/mrc.hpp"
#include "io/particle_rows.hpp"

namespace elastem {

struct ParticleFile::Impl {
  Impl(const std::string& star_path, ParticleIndex star_index, const std::string& folder)
      : path(star_path), datadir(folder), index(std::move(star_index)), rows(path, parse_head(index.head)) {
    const auto blocks = (index.count + particle_block_rows - 1) / particle_block_rows;
    require(index.offsets.size() == static_cast<std::size_t>(blocks) + 1 &&
                index.lines.size() == static_cast<std::size_t>(blocks),
            "the index does not fit its count");
  }

  std::string path, datadir;
  ParticleIndex index;
  RowReader rows;
  mutable std::map<std::string, MrcHeader> headers;

  const MrcHeader& header(const std::string& stack) const {
    const auto found = headers.find(stack);
    if (found != headers.end()) return found->second;
    return headers.emplace(stack, MrcReader(find_stack(stack, path, datadir)).header()).first->second;
  }

  // Calls `use(row's line, its number in the file)` for the rows first … first+count−1.
  template <class Use>
  void for_each_row(std::int64_t first, std::int64_t count, Use use) const {
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
        throw Error(path + ":" + std::to_string(line) + ": ends before row " + std::to_string(row + 1) +
                    " of " + std::to_string(index.count) + "; it was changed meanwhile");
      }
      const std::string_view content = trimmed(text);
      if (content.empty() || content.front() == '#') continue;
      if (row >= first) use(content, path + ":" + std::to_string(line));
      ++row;
    }
  }

  Particle particle(std::string_view text, const std::string& place, std::vector<std::string>& values) const {
    if (!split_star_line(text, values)) throw Error(place + ": a quotation mark has no end");
    Particle particle = rows.particle(values, place);
    if (particle.size == 0) particle.size = static_cast<int>(header(particle.stack).columns);
    if (particle.pixel_size == 0) {
      particle.pixel_size = header(particle.stack).pixel_size;
      if (!(particle.pixel_size > 0)) {
        throw Error(place + ": the pixel size is unknown: neither the particle file nor the header of " +
                    particle.stack + " has it; add a column _samplingRate in Å");
      }
      if (rows.shifts_in_pixels()) particle.pose.shift *= particle.pixel_size;
    }
    return particle;
  }
};

ParticleFile::ParticleFile(const std::string& path, ParticleIndex index, const std::string& datadir)
    : impl_(std::make_unique<Impl>(path, std::move(index), datadir)) {}
ParticleFile::ParticleFile(ParticleFile&&) noexcept = default;
ParticleFile& ParticleFile::operator=(ParticleFile&&) noexcept = default;
ParticleFile::~ParticleFile() = default;

const std::string& ParticleFile::path() const {
  return impl_->path;
}
std::int64_t ParticleFile::size() const {
  return impl_->index.count;
}
const std::vector<std::string>& ParticleFile::labels() const {
  return impl_->rows.tables().labels;
}
const StarTable& ParticleFile::optics() const {
  return impl_->rows.tables().optics;
}
bool ParticleFile::xmipp() const {
  return impl_->rows.tables().xmipp;
}

std::vector<Particle> ParticleFile::read(std::int64_t first, std::int64_t count) const {
  std::vector<Particle> particles;
  particles.reserve(static_cast<std::size_t>(count));
  std::vector<std::string> values;
  impl_->for_each_row(first, count, [&](std::string_view text, const std::string& place) {
    particles.push_back(impl_->particle(text, place, values));
  });
  return particles;
}

std::vector<std::vector<std::string>> ParticleFile::read_text(std::int64_t first, std::int64_t count) const {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(static_cast<std::size_t>(count));
  impl_->for_each_row(first, count, [&](std::string_view text, const std::string& place) {
    rows.emplace_back();
    if (!split_star_line(text, rows.back())) throw Error(place + ": a quotation mark has no end");
    if (rows.back().size() != labels().size()) {
      throw Error(place + ": the row has " + std::to_string(rows.back().size()) +
                  " values, but the table has " + std::to_string(labels().size()) + " labels");
    }
  });
  return rows;
}

void ParticleFile::check_stacks(std::int64_t first, std::int64_t count) const {
  std::vector<std::string> values;
  impl_->for_each_row(first, count, [&](std::string_view text, const std::string& place) {
    if (!split_star_line(text, values)) throw Error(place + ": a quotation mark has no end");
    const Particle particle = impl_->rows.particle(values, place);
    const std::int64_t sections = impl_->header(particle.stack).sections;
    if (particle.slice >= sections) {
      throw Error(place + ": refers to image " + std::to_string(particle.slice + 1) + " of " +
                  particle.stack + ", which has " + std::to_string(sections) +
                  ": the stack is shorter than the particle file; give the stack that belongs to it");
    }
  });
}

}  // namespace elastem
