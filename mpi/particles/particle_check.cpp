#include "mpi/particles/particle_check.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "mpi/comm/work_queue.hpp"
#include "particles/ignored_columns.hpp"
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

// How many rows show an image that an earlier row shows, on this rank or a lower one. Collective.
std::int64_t count_repeated(const Communicator& comm, const ParticleSurvey& survey,
                            const CommonStacks& stacks) {
  std::int64_t repeated = survey.repeated.count;
  if (comm.size() == 1) return repeated;
  std::vector<std::uint64_t> mine(stacks.words(), 0);
  for (const auto& stack : survey.stacks())
    std::copy(stack.taken.begin(), stack.taken.end(),
              mine.begin() + static_cast<std::ptrdiff_t>(stacks.first_word(stack.path)));
  const auto lower = lower_ranks(comm, mine);
  for (std::size_t word = 0; word < mine.size(); ++word) repeated += std::popcount(mine[word] & lower[word]);
  return comm.sum(repeated);
}

void tell_of_repeated(const Communicator& comm, const ParticleFile& file, std::int64_t repeated) {
  if (!comm.root() || repeated == 0) return;
  spdlog::warn(
      "{}: {} of {} rows show an image that an earlier row shows, as in a symmetry-expanded file: each row "
      "has a result of "
      "its own",
      file.path(), repeated, file.size());
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

Extremes together(const Communicator& comm, const Extremes& mine) {
  return {comm.min(mine.low), comm.max(mine.high)};
}

QuantityRanges together(const Communicator& comm, const QuantityRanges& mine) {
  QuantityRanges all;
  for (const auto range : {&QuantityRanges::voltage, &QuantityRanges::cs, &QuantityRanges::contrast,
                           &QuantityRanges::pixel_size, &QuantityRanges::defocus,
                           &QuantityRanges::phase_shift, &QuantityRanges::b_factor, &QuantityRanges::angle})
    all.*range = together(comm, mine.*range);
  all.posed = comm.sum(mine.posed);
  all.odd_boxes = comm.sum(mine.odd_boxes);
  return all;
}

void tell_of_disabled(const Communicator& comm, const ParticleFile& file, const ParticleSurvey& survey) {
  const Occurrence disabled = together(comm, survey.disabled);
  if (!comm.root() || disabled.count == 0) return;
  if (disabled.count == file.size())
    throw Error(file.path() + ": every particle is disabled (_enabled -1); enable some with 1");
  spdlog::info("{}: {} of {} {} disabled (_enabled -1) and left out", file.path(), disabled.count,
               counted(file.size(), "particle"), verb(disabled.count, "is", "are"));
}

// Collective.
void warn_of_ignored(const Communicator& comm, const ParticleFile& file, Range share) {
  std::string mine;
  collectively(comm, [&] {
    for (const std::string& name : ignored_columns(file, share.first, share.count)) mine += name + '\n';
  });
  std::set<std::string> names;
  for (const std::string& part : comm.all_gathered(mine))
    for (std::size_t at = 0; at < part.size(); at = part.find('\n', at) + 1)
      names.insert(part.substr(at, part.find('\n', at) - at));
  if (comm.root() && !names.empty())
    spdlog::warn("{}", ignored_warning(file.path(), {names.begin(), names.end()}));
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
  tell_of_repeated(comm, file, count_repeated(comm, *survey, stacks));
  if (comm.root()) log_places(stacks);
  warn_of_boxes(comm, file, *survey);
  const QuantityRanges ranges = together(comm, survey->ranges);
  if (comm.root())
    for (const auto& doubt : unit_doubts(file, ranges)) spdlog::warn("{}", doubt);
  warn_of_ignored(comm, file, share);
  collectively(comm, [&] { tell_of_disabled(comm, file, *survey); });
  return {grids_of_all(comm, *survey), stacks.paths(), comm.max(longest_key), all_overfocus(ranges)};
}

}  // namespace elastem
