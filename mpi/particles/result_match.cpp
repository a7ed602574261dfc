#include "mpi/particles/result_match.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "mpi/run/mismatch.hpp"
#include "particles/particle_key.hpp"

namespace elastem {
namespace {

// Rows of a table that lie this close together are read in one piece, the needless ones between them too.
constexpr std::int64_t largest_gap = 16;
constexpr const char* pixel_size = "pixel_size";
constexpr double same_pixel_within = 1e-3;  // headers and particle files round differently

// "3@a.mrcs, 5@a.mrcs, …"
std::string first_few(const std::vector<std::string>& keys, std::int64_t all) {
  return fmt::format("{}{}", fmt::join(keys, ", "),
                     all > static_cast<std::int64_t>(keys.size()) ? ", …" : "");
}

void report(const RowMatch& match, const std::string& first, const std::string& second) {
  if (match.missing > 0)
    spdlog::warn("{0} of the {1} of {2} {3} not in {4} and {3} left out: {5}", match.missing,
                 counted(match.missing + match.matched, "particle"), first, verb(match.missing, "is", "are"),
                 second, first_few(match.missing_keys, match.missing));
  if (match.unused > 0)
    spdlog::info("{} also has {} that {} has not", second, counted(match.unused, "particle"), first);
}

using Images = std::optional<InputFingerprint>;

// The stack that a table's first row is of, as it was when the table was made; none where it does not say.
Images images_of(const Provenance& provenance) {
  if (!provenance.images.empty()) return parse_fingerprint(provenance.images);
  return provenance.input("stack");
}

// What the particle file calls that stack, as it is now; none where it is not to be found.
Images images_of(const ParticleFile& file, const std::string& stack) {
  std::string path;
  try {
    path = find_stack(stack, file.path(), file.datadir());
  } catch (const Error&) {
    return std::nullopt;  // the rows of a file can be used without its images
  }
  return parse_fingerprint(input_fingerprint("stack", path));
}

bool differ(const Images& one, const Images& other) {
  return one && other && !one->same_content(*other);
}

// What is not stored is not compared.
void require_pixel_size_of(const Communicator& comm, const ParticleFile& file, const NamedTable& result,
                           bool accept_mismatch) {
  const auto then = result.table.load_vector(pixel_size);
  if (then.empty() || file.size() == 0) return;
  const double now = from_root(comm, [&] { return file.read(0, 1).front().pixel_size; });
  const bool known = std::any_of(then.begin(), then.end(), [&](double size) {
    return std::abs(size - now) <= same_pixel_within * size;
  });
  if (!known)
    report_mismatch(fmt::format("{} is a result of pixels of {:.4g} Å, but those of {} have {:.4g} Å",
                                result.path, then.front(), file.path(), now),
                    "give the particles that the result was made from", accept_mismatch);
}

}  // namespace

KeyedRows keyed_rows(const ParticleFile& file) {
  KeyedRows rows{file.path(), file.size(), true, {}};
  rows.keys = [&file](std::int64_t first, std::int64_t count) {
    std::vector<std::string> keys;
    keys.reserve(static_cast<std::size_t>(count));
    for (const Particle& particle : file.read(first, count)) keys.push_back(particle_key(particle));
    return keys;
  };
  return rows;
}

KeyedRows keyed_rows(const NamedTable& named) {
  const ResultTable& table = named.table;
  return {named.path, table.size(), table.has_keys(),
          [&table](std::int64_t first, std::int64_t count) { return table.keys(first, count); }};
}

StoredVector stored_pixel_sizes(std::vector<double> sizes) {
  return {pixel_size, std::move(sizes), "Å", "pixel sizes of the images"};
}

RowMatch match_particles(const Communicator& comm, const ParticleFile& file, Range part,
                         const NamedTable& result, bool accept_mismatch) {
  RowMatch match = match_rows(comm, keyed_rows(file), part, keyed_rows(result), accept_mismatch);
  const Images then = images_of(result.table.provenance());
  const bool other_images =
      !match.stack.empty() && from_root(comm, [&] { return differ(then, images_of(file, match.stack)); });
  if (other_images)
    report_mismatch(fmt::format("{} is a result of other images than those of {}: its stack {} has another "
                                "checksum or size",
                                result.path, file.path(), match.stack),
                    "give the particles that the result was made from", accept_mismatch);
  require_pixel_size_of(comm, file, result, accept_mismatch);
  report(match, file.path(), result.path);
  return match;
}

RowMatch match_results(const Communicator& comm, const NamedTable& result, Range part,
                       const NamedTable& truth, bool accept_mismatch) {
  RowMatch match = match_rows(comm, keyed_rows(result), part, keyed_rows(truth), accept_mismatch);
  if (differ(images_of(result.table.provenance()), images_of(truth.table.provenance())))
    report_mismatch(fmt::format("{} and {} are of different images of the same names (their stacks differ in "
                                "checksum or size)",
                                result.path, truth.path),
                    "give results of the same images", accept_mismatch);
  report(match, result.path, truth.path);
  return match;
}

RowMatch match_truth(const Communicator& comm, const NamedTable& result, Range part,
                     const ParticleFile& truth, bool accept_mismatch) {
  RowMatch match = match_rows(comm, keyed_rows(result), part, keyed_rows(truth), accept_mismatch);
  const Images then = images_of(result.table.provenance());  // of the stack of the result's first row
  const bool other_images = comm.any(collectively_get(comm, [&] {
    if (part.first > 0 || part.count == 0 || match.others.front() == RowMatch::none) return false;
    return differ(then, images_of(truth, truth.read(match.others.front(), 1).front().stack));
  }));
  if (other_images)
    report_mismatch(fmt::format("{} and {} are of different images of the same names (their stacks differ in "
                                "checksum or size)",
                                result.path, truth.path()),
                    "give the truth of the images that were aligned", accept_mismatch);
  require_pixel_size_of(comm, truth, result, accept_mismatch);
  report(match, result.path, truth.path());
  return match;
}

void for_each_run(std::span<const std::int64_t> rows,
                  const std::function<void(Range, std::span<const std::size_t>)>& use) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a] < rows[b]; });
  std::size_t i = 0;
  while (i < order.size() && rows[order[i]] == RowMatch::none) ++i;
  while (i < order.size()) {
    std::size_t end = i + 1;
    while (end < order.size() && rows[order[end]] - rows[order[end - 1]] <= largest_gap) ++end;
    const std::int64_t first = rows[order[i]];
    use({first, rows[order[end - 1]] - first + 1}, std::span(order).subspan(i, end - i));
    i = end;
  }
}

std::vector<ParticleResult> matched_rows(const ResultTable& table, std::span<const std::int64_t> rows,
                                         ResultTable::Details details) {
  ParticleResult pending;
  const auto modes = static_cast<Eigen::Index>(table.modes().size());
  pending.amplitudes = Eigen::VectorXd::Zero(modes);
  pending.standard_errors = Eigen::VectorXd::Zero(modes + 5);
  std::vector<ParticleResult> results(rows.size(), pending);
  for_each_run(rows, [&](Range run, std::span<const std::size_t> places) {
    const auto read = table.read(run.first, run.count, details);
    for (const std::size_t place : places)
      results[place] = read[static_cast<std::size_t>(rows[place] - run.first)];
  });
  return results;
}

}  // namespace elastem
