#include "mpi/particles/particle_check.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"
#include "particles/particle_key.hpp"
#include "particles/particle_survey.hpp"

namespace elastem {

namespace {

constexpr std::size_t most_logged = 20;

// The stacks of all ranks, the same list on every rank, with the place of each one's bits in a common row of
// words.
class CommonStacks {
 public:
  CommonStacks(const Communicator& comm, const std::vector<UsedStack>& mine) {
    std::string text;
    for (const auto& stack : mine)
      text += std::to_string(stack.images) + '\0' + stack.name + '\0' + stack.path + '\0';
    std::string all;
    for (const auto& part : comm.all_gathered(text)) all += part;
    for (std::size_t at = 0; at < all.size();) {
      const auto field = [&] {
        const std::size_t end = all.find('\0', at);
        std::string value = all.substr(at, end - at);
        at = end + 1;
        return value;
      };
      const auto images = static_cast<std::size_t>(std::stoll(field()));
      std::string name = field(), path = field();
      if (!index_.emplace(path, paths_.size()).second) continue;
      names_.push_back(std::move(name));
      paths_.push_back(std::move(path));
      first_word_.push_back(words_);
      words_ += (images + 63) / 64;
    }
  }

  std::size_t words() const { return words_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& paths() const { return paths_; }
  std::size_t first_word(const std::string& path) const { return first_word_[index_.at(path)]; }
  // The stack that holds a word, and the image at a bit.
  std::size_t stack_at(std::size_t word) const {
    const auto after = std::upper_bound(first_word_.begin(), first_word_.end(), word);
    return static_cast<std::size_t>(after - first_word_.begin()) - 1;
  }
  std::int64_t image_at(std::size_t bit) const {
    return static_cast<std::int64_t>(bit - 64 * first_word_[stack_at(bit / 64)]);
  }

 private:
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> names_, paths_;
  std::vector<std::size_t> first_word_;
  std::size_t words_ = 0;
};

// What all lower ranks have set, or-ed. Collective.
std::vector<std::uint64_t> lower_ranks(const Communicator& comm, const std::vector<std::uint64_t>& mine) {
  constexpr std::size_t piece = std::size_t{1} << 28;
  std::vector<std::uint64_t> lower(mine.size(), 0);
  for (std::size_t at = 0; at < mine.size(); at += piece)
    MPI_Exscan(mine.data() + at, lower.data() + at, static_cast<int>(std::min(piece, mine.size() - at)),
               MPI_UINT64_T, MPI_BOR, comm.handle());
  if (comm.root()) std::fill(lower.begin(), lower.end(), 0);
  return lower;
}

// Throws Error when an image is a particle of two ranks; those of one rank are refused before. Collective.
void refuse_duplicates(const Communicator& comm, const ParticleFile& file, ParticleSurvey& survey,
                       const CommonStacks& stacks, Range share) {
  if (comm.size() == 1) return;
  std::vector<std::uint64_t> mine(stacks.words(), 0);
  for (const auto& stack : survey.stacks())
    std::copy(stack.taken.begin(), stack.taken.end(),
              mine.begin() + static_cast<std::ptrdiff_t>(stacks.first_word(stack.path)));
  const auto lower = lower_ranks(comm, mine);
  constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t place = none;  // of the bit of the first image that is also a lower rank's
  for (std::size_t word = 0; word < mine.size() && place == none; ++word) {
    const std::uint64_t both = mine[word] & lower[word];
    if (both != 0) place = 64 * word + static_cast<std::uint64_t>(std::countr_zero(both));
  }
  place = comm.min(place);
  if (place == none) return;
  const std::size_t stack = stacks.stack_at(place / 64);
  std::vector<std::uint64_t> lines;
  collectively(comm, [&] {
    lines = survey.lines_of(stacks.paths()[stack], stacks.image_at(place), share.first, share.count);
  });
  const std::uint64_t low = comm.min(lines.empty() ? none : lines.front());
  const std::uint64_t high = comm.max(lines.empty() ? 0 : lines.back());
  refuse_duplicate(file.path(), low, high, stacks.image_at(place), stacks.names()[stack]);
}

void log_places(const CommonStacks& stacks) {
  std::size_t logged = 0;
  for (std::size_t i = 0; i < stacks.names().size(); ++i) {
    const std::filesystem::path name(stacks.names()[i]);
    if (std::find(name.begin(), name.end(), "..") == name.end()) continue;
    const auto level = ++logged > most_logged ? spdlog::level::debug : spdlog::level::info;
    spdlog::log(level, "the stack {} is {}", name.string(), stacks.paths()[i]);
  }
  if (logged > most_logged)
    spdlog::info("{} more stacks are named with ..; --verbose lists them", logged - most_logged);
}

Occurrence together(const Communicator& comm, const Occurrence& mine) {
  return {comm.sum(mine.count), comm.min(mine.line)};
}

void warn_of_boxes(const Communicator& comm, const ParticleFile& file, const ParticleSurvey& survey) {
  const Occurrence box = together(comm, survey.other_box), image = together(comm, survey.other_image);
  if (!comm.root()) return;
  if (box.count > 0) {
    spdlog::warn(
        "{}:{}: has another box or pixel size than {}, and so have {} of {} particles: they will be marked "
        "as "
        "failed",
        file.path(), box.line,
        survey.by_group() ? "the first particle of its optics group"
                          : fmt::format("the first particle, {}² pixels of {:.4g} Å", survey.grid().size,
                                        survey.grid().pixel_size),
        box.count, file.size());
  }
  if (image.count > 0) {
    spdlog::warn(
        "{}:{}: its image has another box than the particle file says, and so have those of {} of {} "
        "particles: "
        "they will be marked as failed",
        file.path(), image.line, image.count, file.size());
  }
}

void warn_of_defocus(const Communicator& comm, const ParticleFile& file, const ParticleSurvey& survey) {
  const double highest = comm.max(survey.defocus.high);
  const double lowest = comm.min(survey.defocus.low);
  if (!comm.root() || !file.xmipp() || lowest > highest) return;
  if (file.defocus_sign() == DefocusSign::as_written && highest < 0) {
    spdlog::warn(
        "{}: every defocus is negative, from {:.0f} to {:.0f} Å: overfocus. Files of ContinuousFlex mean "
        "underfocus by a negative value: give --xmipp-negative-defocus",
        file.path(), lowest, highest);
  }
  if (file.defocus_sign() == DefocusSign::opposite && lowest < 0) {
    spdlog::warn(
        "{}: has positive defoci too, which --xmipp-negative-defocus turns into overfocus, down to {:.0f} Å",
        file.path(), lowest);
  }
}

// The grids of the groups of all ranks. Collective.
std::vector<ImageGrid> grids_of_all(const Communicator& comm, const ParticleSurvey& survey) {
  std::vector<ImageGrid> grids = {survey.grid()};
  if (!survey.by_group()) return grids;
  std::map<std::size_t, ImageGrid> by_row;  // the lowest rank's word counts: its particles come first
  for (const GroupGrid& group : comm.all_gathered(survey.groups()))
    by_row.emplace(group.optics_row, group.grid);
  for (const auto& [unused, one] : by_row) {
    const auto same = [&](const ImageGrid& known) { return same_grid(one, known); };
    if (std::none_of(grids.begin(), grids.end(), same)) grids.push_back(one);
  }
  return grids;
}

}  // namespace

CheckedParticles check_particles(const Communicator& comm, const ParticleFile& file, Accepted accepted) {
  const Range share = equal_share(comm, file.size());
  std::optional<ParticleSurvey> survey;
  std::size_t longest_key = 0;
  collectively(comm, [&] {
    survey.emplace(file, ParticleSurvey::Faults::refuse, accepted);
    survey->add(share.first, share.count, [&](const ParticleFile::Row& row) {
      longest_key = std::max(longest_key, particle_key(row.particle).size());
    });
  });
  const CommonStacks stacks(comm, survey->stacks());
  if (!accepted.repeated_images) refuse_duplicates(comm, file, *survey, stacks, share);
  if (comm.root()) log_places(stacks);
  warn_of_boxes(comm, file, *survey);
  warn_of_defocus(comm, file, *survey);
  return {grids_of_all(comm, *survey), stacks.paths(), comm.max(longest_key)};
}

}  // namespace elastem
