#include "particles/particle_survey.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"
#include "particles/particle_rows.hpp"

namespace elastem {

namespace {

constexpr std::int64_t bits = 64;

std::string box_of(const Particle& particle) {
  std::string pixel = fmt::format("{:f}", particle.pixel_size);
  while (pixel.back() == '0') pixel.pop_back();
  if (pixel.back() == '.') pixel.pop_back();
  return fmt::format("{}² pixels of {} Å", particle.size, pixel);
}

// "optics group 2 (name)" of a row of the optics table.
std::string group_name(const StarTable& optics, std::size_t row) {
  const auto value = [&](std::string_view label) {
    const int column = optics.column(label);
    return column < 0 ? std::string() : optics.rows[row][static_cast<std::size_t>(column)];
  };
  const std::string name = value("rlnOpticsGroupName");
  return "optics group " + value("rlnOpticsGroup") + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace

ParticleSurvey::ParticleSurvey(const ParticleFile& file, Faults faults, Accepted accepted)
    : file_(&file), faults_(faults), accepted_(accepted) {
  if (file.size() == 0) throw Error(file.path() + ": holds no particles");
  file.for_each(0, 1, [&](const ParticleFile::Row& row) { first_ = row; });
  grid_ = {first_.particle.size, first_.particle.pixel_size};
}

std::string ParticleSurvey::place(std::uint64_t line) const {
  return fmt::format("{}:{}", file_->path(), line);
}

void ParticleSurvey::add(std::int64_t first, std::int64_t count,
                         const std::function<void(const ParticleFile::Row&)>& also) {
  file_->for_each(first, count, [&](const ParticleFile::Row& row) {
    if (row.particle.enabled) {
      note_box(row);
      note_image(row);
      note_ctf(row.particle.ctf);
      ranges.add(row.particle);
    } else {
      disabled.add(row.line);
    }
    if (also) also(row);
  });
}

UsedStack& ParticleSurvey::stack_of(const std::string& name) {
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) return stacks_[known->second];
  UsedStack stack{name, name, 0, 0, 0, 0, {}, 0};
  try {
    const std::string found = find_stack(name, file_->path(), file_->datadir());
    const MrcHeader header = StackReader(found).header();
    stack.path = std::filesystem::canonical(found).string();
    stack.images = header.sections;
    stack.columns = header.columns;
    stack.rows = header.rows;
    stack.volumes = header.volumes;
  } catch (const Error&) {
    if (faults_ == Faults::refuse) throw;
  }
  const auto [there, fresh] = by_path_.emplace(stack.path, stacks_.size());
  if (fresh) stacks_.push_back(std::move(stack));
  by_name_.emplace(name, there->second);
  return stacks_[there->second];
}

// The grid of the row's group, which the first particle of it sets.
const ImageGrid& ParticleSurvey::note_group(const ParticleFile::Row& row) {
  auto at = std::lower_bound(groups_.begin(), groups_.end(), row.optics_row,
                             [](const GroupGrid& group, std::size_t r) { return group.optics_row < r; });
  if (at == groups_.end() || at->optics_row != row.optics_row)
    at = groups_.insert(at, {row.optics_row, {row.particle.size, row.particle.pixel_size}, 0});
  ++at->particles;
  return at->grid;
}

void ParticleSurvey::note_box(const ParticleFile::Row& row) {
  const Particle& particle = row.particle;
  const ImageGrid& of_group = note_group(row);
  if (same_grid({particle.size, particle.pixel_size}, by_group() ? of_group : grid_)) return;
  other_box.add(row.line);
  if (by_group()) return;
  if (faults_ == Faults::count || !file_->box_from_optics() || row.optics_row == first_.optics_row) return;
  throw Error(fmt::format(
      "{}: {} has {}, but {} of line {} has {}: this command works on images of one size; bring them "
      "to one, or give each group a file of its own",
      place(row.line), group_name(file_->optics(), row.optics_row), box_of(particle),
      group_name(file_->optics(), first_.optics_row), first_.line, box_of(first_.particle)));
}

// Whether the row's image is none: a whole file of several sections, or one of a stack of volumes.
bool ParticleSurvey::note_volume(const ParticleFile::Row& row, const UsedStack& stack) {
  const std::string& name = row.values[static_cast<std::size_t>(image_column(file_->labels()))];
  const bool whole = name.find('@') == std::string::npos && stack.images > 1;
  if (!whole && stack.volumes < 2) return false;
  volumes.add(row.line);
  if (faults_ == Faults::count) return true;
  if (stack.volumes > 1)
    throw Error(
        fmt::format("{}: {} is a stack of {} volumes (subtomograms?): elastem works on images of particles",
                    place(row.line), row.particle.stack, stack.volumes));
  throw Error(
      fmt::format("{}: {} holds {} sections and the row names none of them: a volume (a subtomogram?) or a "
                  "stack of tilts, where an "
                  "image of a particle is needed; an image of a stack is named as 000001@{}",
                  place(row.line), row.particle.stack, stack.images, row.particle.stack));
}

void ParticleSurvey::note_image(const ParticleFile::Row& row) {
  const Particle& particle = row.particle;
  UsedStack& stack = stack_of(particle.stack);
  ++stack.particles;
  if (stack.images == 0) return missing.add(row.line);
  if (note_volume(row, stack)) return;
  if (stack.columns != stack.rows && faults_ == Faults::refuse) {
    throw Error(
        fmt::format("{}: the images of {} are {}×{} pixels, but particles must be square: cut or pad them",
                    place(row.line), particle.stack, stack.columns, stack.rows));
  }
  if (stack.columns != particle.size || stack.rows != particle.size) other_image.add(row.line);
  if (particle.slice >= stack.images) {
    short_stack.add(row.line);
    if (faults_ == Faults::count) return;
    throw Error(fmt::format(
        "{}: refers to image {} of {}, which has {}: the stack is shorter than the particle file; "
        "give the stack that belongs to it",
        place(row.line), particle.slice + 1, particle.stack, stack.images));
  }
  const auto word = static_cast<std::size_t>(particle.slice / bits);
  const std::uint64_t bit = std::uint64_t{1} << (particle.slice % bits);
  if (word >= stack.taken.size()) stack.taken.resize(word + 1);
  if ((stack.taken[word] & bit) != 0) repeated.add(row.line);
  stack.taken[word] |= bit;
}

void ParticleSurvey::note_ctf(const Ctf& ctf) {
  if (!ctf.enabled) return;
  astigmatism.add(std::abs(ctf.defocus_u - ctf.defocus_v));
  ++corrections.at(static_cast<std::size_t>(ctf.correction));
}

}  // namespace elastem
