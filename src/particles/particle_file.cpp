#include "particles/particle_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"
#include "particles/cryosparc_file.hpp"
#include "particles/ctf_parameters.hpp"
#include "particles/particle_rows.hpp"
#include "particles/particle_writer.hpp"

namespace elastem {

struct ParticleFile::Impl {
  Impl(const ParticleSource& from, ParticleIndex star_index)
      : source(from),
        index(std::move(star_index)),
        cryosparc(cryosparc_of(index, source)),
        rows(source, tables_of(index, cryosparc.get())) {
    namespace fs = std::filesystem;
    if (!source.stack.empty()) source.stack = fs::absolute(source.stack).lexically_normal().string();
    if (!source.passthrough.empty() && !cryosparc)
      throw Error("option --passthrough: means nothing for " + path + ", which is no .cs file of cryoSPARC");
    const auto blocks = (index.count + particle_block_rows - 1) / particle_block_rows;
    require(index.form != ParticleIndex::Form::text ||
                (index.offsets.size() == static_cast<std::size_t>(blocks) + 1 &&
                 index.lines.size() == static_cast<std::size_t>(blocks)),
            "the index does not fit its count");
  }

  static std::unique_ptr<const CryosparcFile> cryosparc_of(const ParticleIndex& index,
                                                           const ParticleSource& source) {
    if (index.form != ParticleIndex::Form::cryosparc) return nullptr;
    return std::make_unique<const CryosparcFile>(source.path, source.passthrough);
  }

  static ParticleTables tables_of(const ParticleIndex& index, const CryosparcFile* cryosparc) {
    ParticleTables tables;
    if (index.form == ParticleIndex::Form::text) {
      tables = parse_head(index.head);
    } else {
      tables.labels = cryosparc != nullptr ? cryosparc->labels() : std::vector<std::string>{"rlnImageName"};
      tables.block = "particles";
    }
    tables.form = index.form;
    tables.optics_lines = index.optics_lines;
    return tables;
  }

  ParticleSource source;
  const std::string& path = source.path;
  const std::string& datadir = source.datadir;
  ParticleIndex index;
  std::unique_ptr<const CryosparcFile> cryosparc;
  RowReader rows;
  mutable std::map<std::string, MrcHeader> headers;
  mutable std::map<std::string, Ctf> parameters;

  const MrcHeader& header(const std::string& stack) const {
    const auto found = headers.find(stack);
    if (found != headers.end()) return found->second;
    return headers.emplace(stack, StackReader(find_stack(stack, path, datadir)).header()).first->second;
  }

  // Of a file of parameters, "block@path" or a path.
  const Ctf& ctf_of(const std::string& name) const {
    const auto found = parameters.find(name);
    if (found != parameters.end()) return found->second;
    const std::size_t mark = name.find('@');
    const std::string file = mark == std::string::npos ? name : name.substr(mark + 1);
    const Ctf ctf = read_ctf_parameters(find_beside(file, path, datadir, "file of CTF parameters"),
                                        mark == std::string::npos ? "" : name.substr(0, mark));
    return parameters.emplace(name, ctf).first->second;
  }

  // Calls `use(row's text, its line in the file)` for the rows first … first+count−1.
  template <class Use>
  void for_each_line(std::int64_t first, std::int64_t count, Use use) const {
    require(first >= 0 && count >= 0 && first + count <= index.count, "rows outside the particle file");
    if (count == 0) return;
    if (index.form != ParticleIndex::Form::text) return for_each_made_line(first, count, use);
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

  // The same of a file that has no lines: they are counted by the rows.
  template <class Use>
  void for_each_made_line(std::int64_t first, std::int64_t count, Use use) const {
    const std::string name = std::filesystem::path(path).filename().string();
    for (std::int64_t row = first; row < first + count; ++row) {
      const std::string text = cryosparc ? star_line(cryosparc->row(row)) : image_name(row, name);
      use(trimmed(text), static_cast<std::uint64_t>(row) + 1);
    }
  }

  Particle particle(const std::vector<std::string>& values, std::uint64_t line) const {
    const std::string* const ctf_file = rows.ctf_file(values);
    Particle particle = rows.particle(values, line, ctf_file == nullptr ? nullptr : &ctf_of(*ctf_file));
    if (!source.stack.empty()) particle.stack = source.stack;
    if (particle.size == 0) particle.size = static_cast<int>(header(particle.stack).columns);
    if (particle.pixel_size == 0) {
      particle.pixel_size = source.pixel_size > 0 ? source.pixel_size : header(particle.stack).pixel_size;
      if (!(particle.pixel_size > 0)) {
        throw Error(rows.place(line) +
                    ": the pixel size is unknown: neither the particle file nor the header of " +
                    particle.stack + " has it; give it with --pixel-size");
      }
      if (rows.shifts_in_pixels()) particle.pose.shift *= particle.pixel_size;
    }
    if (index.form == ParticleIndex::Form::text && !rows.tables().xmipp)
      particle.pose.shift.array() += relion_origin_offset(particle.size) * particle.pixel_size;
    return particle;
  }
};

ParticleFile::ParticleFile(const std::string& path, ParticleIndex index, const std::string& datadir,
                           DefocusSign sign)
    : ParticleFile(ParticleSource{path, datadir, sign == DefocusSign::opposite, false, "", 0, {}},
                   std::move(index)) {}
ParticleFile::ParticleFile(const ParticleSource& source, ParticleIndex index)
    : impl_(std::make_unique<Impl>(source, std::move(index))) {}
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
  return impl_->source.defocus_sign();
}
ParticleIndex::Form ParticleFile::form() const {
  return impl_->index.form;
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

bool ParticleFile::ctf_from_files() const {
  return impl_->rows.ctf_from_files();
}

const CryosparcFile* ParticleFile::cryosparc() const {
  return impl_->cryosparc.get();
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
  if (impl_->index.others.empty()) return text;
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
