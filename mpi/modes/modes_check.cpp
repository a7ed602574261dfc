#include "mpi/modes/modes_check.hpp"

#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/modes/modes_file.hpp"
#include "mpi/run/mismatch.hpp"

namespace elastem {
namespace {

// "modes.h5 (214 atoms, modes 7-15)", without the brackets where the file cannot be read any more.
std::string described(const std::string& path) {
  try {
    const ModesFile file = read_modes_table(path);
    return fmt::format("{} ({} atoms, modes {})", path, file.structure.size(),
                       format_number_list(file.modes.numbers));
  } catch (const Error&) {
    return path;
  }
}

InputFingerprint modes_fingerprint(const std::string& path) {
  InputFingerprint input = parse_fingerprint(input_fingerprint("modes", path));
  input.content = modes_content(path);
  return input;
}

}  // namespace

void add_modes_input(const Communicator& comm, const std::string& path, Provenance& provenance) {
  add_inputs(comm, {{"modes", path}}, provenance);
  provenance.inputs.push_back(from_root(comm, [&] { return content_line(modes_fingerprint(path)); }));
}

void require_modes_of(const Communicator& comm, const std::string& result_path, const Provenance& result,
                      const std::string& modes_path, bool accept) {
  const auto known = result.input("modes");
  if (!known) return;
  const std::string difference = from_root(comm, [&]() -> std::string {
    if (modes_fingerprint(modes_path).same_content(*known)) return "";
    return fmt::format("{} holds amplitudes of the modes of {}, but {} holds other modes", result_path,
                       described(known->path), described(modes_path));
  });
  if (!difference.empty()) report_mismatch(difference, "give the modes file of the result", accept);
}

void require_same_conformation(const Communicator& comm, const std::string& first_path,
                               const std::string& second_path, const std::string& option, bool accept) {
  constexpr double same = 0.01;  // Å, more than files round to
  const std::string difference = from_root(comm, [&]() -> std::string {
    const auto made_of = modes_provenance(first_path).input("modes");
    if (made_of && modes_fingerprint(second_path).same_content(*made_of)) return "";
    const Eigen::Matrix3Xd one = read_modes_table(first_path).structure.positions,
                           other = read_modes_table(second_path).structure.positions;
    if (one.cols() != other.cols())
      return fmt::format("{} has {} atoms, but {} has {}", second_path, other.cols(), first_path, one.cols());
    const double apart = std::sqrt((one - other).squaredNorm() / static_cast<double>(one.cols()));
    if (apart <= same) return "";
    return fmt::format(
        "{} is of another conformation than {}, or of another frame: its atoms lie {:.2f} Å RMSD "
        "from there",
        second_path, first_path, apart);
  });
  if (!difference.empty())
    report_mismatch("option " + option + ": " + difference, "name modes of the same structure", accept);
}

void require_same_modes(const std::string& first_path, const Provenance& first,
                        const std::string& second_path, const Provenance& second, bool accept) {
  const auto one = first.input("modes"), other = second.input("modes");
  if (!one || !other || one->same_content(*other)) return;
  report_mismatch(fmt::format("{} holds amplitudes of the modes of {}, but {} those of other modes, {}",
                              first_path, one->path, second_path, other->path),
                  "give results of the same modes", accept);
}

}  // namespace elastem
