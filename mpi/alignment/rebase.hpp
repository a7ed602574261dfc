#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "alignment/component_analysis.hpp"
#include "imaging/elastic_model.hpp"
#include "mpi/particles/particle_set.hpp"
#include "mpi/run/provenance.hpp"
#include "options/align_options.hpp"

namespace elastem {

/// A model with what the images say of its reference and of its modes.
struct Rebased {
  ElasticModel model;  ///< at the mean conformation; its modes are the components, the most motion first
  int rounds = 0;      ///< 0: the first model is as good as any
};

/// Learns from a sample of at most 1024 particles where the molecule is and how it moves (ComponentAnalysis):
/// the first `chosen` modes of `wide` are fitted to each image, each image says something of all modes of
/// `wide` (Lineariser), and of what they say together a new reference and new modes are made, with which the
/// sample is aligned again; as long as a quarter of it, which does not teach, becomes more likely. The first
/// model where the sample is too small; none where a stop was asked for. The same on any number of ranks.
/// Collective.
std::optional<Rebased> rebase(const Communicator& comm, const ElasticModel& wide, Eigen::Index chosen,
                              const ParticleSet& set, const cli::AlignOptions& o, std::int64_t particles);

/// A model of at most 200 modes of a file, those selected by `selection` first, and how many these are.
struct WideModel {
  ElasticModel model;
  Eigen::Index chosen = 0;
};
/// Warns where the file has hardly more modes than are selected. Collective. Throws Error.
WideModel read_wide_model(const Communicator& comm, const std::string& modes_file,
                          const std::string& selection, const cli::AtomModelOption& option);

/// Writes a rebased model as a modes file: the atoms of `first`, at other places. Collective. Throws Error.
void write_rebased(const Communicator& comm, const std::string& path, const std::string& first,
                   const ElasticModel& model, const Provenance& provenance);

}  // namespace elastem
