#include "mpi/synthesis/structure_truth.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/particles/result_match.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;

constexpr const char* name_label = "elastemStructure";

// The particle file at `path`, or beside the table there.
std::string particle_file_of(const Communicator& comm, const std::string& path) {
  const fs::path extension = fs::path(path).extension();
  if (extension == ".star" || extension == ".xmd") return path;
  std::string beside = fs::path(path).replace_extension(".star").string();
  const bool there = from_root(comm, [&] { return fs::exists(beside); });
  if (!there)
    throw Error(
        fmt::format("--structures: {} does not say which structure each image shows, and there is no "
                    "{} beside it: give the truth.star of synthesize --relation structures as --truth",
                    path, fs::path(beside).filename().string()));
  return beside;
}

// "a.pdb, b.pdb, c.pdb, …"
std::string first_few(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  return text + (names.size() > most ? ", …" : "");
}

}  // namespace

StructureTruth::StructureTruth(const Communicator& comm, const std::string& path,
                               const std::string& structures, const StructureSet& set)
    : structures_(structures), file_(open_particle_file(comm, {.path = particle_file_of(comm, path)})) {
  for (const KnownConformation& known : set.conformations) {
    places_.emplace(known.name, names_.size());
    names_.push_back(known.name);
  }
  const auto& labels = file_.labels();
  const auto found = std::ranges::find(labels, name_label);
  if (found == labels.end())
    throw Error(
        fmt::format("--structures: {} has no column _{}, which says what each image shows: give the "
                    "truth.star of synthesize --relation structures as --truth",
                    file_.path(), name_label));
  column_ = static_cast<std::size_t>(found - labels.begin());
  const bool poses = file_.size() == 0 || from_root(comm, [&] { return file_.read(0, 1).front().has_pose; });
  if (!poses)
    throw Error(
        fmt::format("--structures: {} has no angles (rot, tilt and psi): give the truth.star of "
                    "synthesize --relation structures as --truth",
                    file_.path()));
}

TrueParticle StructureTruth::particle(const ParticleFile::Row& row) const {
  const std::string& name = row.values[column_];
  const auto found = places_.find(name);
  if (found == places_.end())
    throw Error(
        fmt::format("{}:{}: column {}, _{}: {} is not among the {} of --structures {} ({}): give the "
                    "folder or the file that synthesize drew from",
                    file_.path(), row.line, column_ + 1, name_label, name, names_.size(), structures_,
                    first_few(names_)));
  return {found->second, row.particle.pose};
}

std::vector<std::optional<TrueParticle>> StructureTruth::read(std::span<const std::int64_t> rows) const {
  std::vector<std::optional<TrueParticle>> particles(rows.size());
  for_each_run(rows, [&](Range run, std::span<const std::size_t> places) {
    std::size_t next = 0;
    std::int64_t at = run.first;
    file_.for_each(run.first, run.count, [&](const ParticleFile::Row& row) {
      for (; next < places.size() && rows[places[next]] == at; ++next)
        particles[places[next]] = particle(row);
      ++at;
    });
  });
  return particles;
}

std::vector<TrueConformation> true_conformations(const Communicator& comm, const ElasticModel& model,
                                                 const StructureSet& set) {
  const auto count = static_cast<Eigen::Index>(set.conformations.size());
  const Eigen::Index modes = model.mode_count();
  Eigen::MatrixXd reaches = Eigen::MatrixXd::Zero(modes + 2, count);  // each column of one rank, 0 of others
  const ModeFitter fitter(model);
  collectively(comm, [&] {
    for (Eigen::Index i = comm.rank(); i < count; i += comm.size()) {
      const Reach reach = reach_of(fitter, *set.conformations[static_cast<std::size_t>(i)].atoms);
      reaches.col(i) << reach.amplitudes, reach.rmsd, reach.unmoved_rmsd;
    }
  });
  comm.sum(reaches);
  std::vector<TrueConformation> conformations;
  for (Eigen::Index i = 0; i < count; ++i)
    conformations.push_back({set.conformations[static_cast<std::size_t>(i)].atoms,
                             {reaches.col(i).head(modes), reaches(modes, i), reaches(modes + 1, i)}});
  return conformations;
}

}  // namespace elastem
