#pragma once

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

/// Learns from a sample of the particles where the molecule is and how it moves (ComponentAnalysis): the
/// modes of `wide`, which are orthonormal and begin with those of interest, `count` of them, are aligned to
/// the sample, each image of it says something of all modes of `wide`, and of what they say together new
/// modes are made, with which the sample is aligned again; as long as particles that took no part in it
/// become more likely. The same on any number of ranks. Collective.
Rebased rebase(const Communicator& comm, const ElasticModel& wide, Eigen::Index count, const ParticleSet& set,
               const cli::AlignOptions& o, std::int64_t particles);

/// A model of all modes of a file, orthonormal, those selected by `selection` first; how many these are is
/// `count`. Collective. Throws Error.
ElasticModel read_wide_model(const Communicator& comm, const std::string& modes_file,
                             const std::string& selection, const cli::AtomModelOption& option,
                             Eigen::Index& count);

/// Writes a rebased model as a modes file: the atoms of `first`, at other places. Collective. Throws Error.
void write_rebased(const Communicator& comm, const std::string& path, const std::string& first,
                   const ElasticModel& model, const Provenance& provenance);

}  // namespace elastem
