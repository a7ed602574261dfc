#pragma once

#include "options/synthesize_options.hpp"

namespace elastem::cli {

/// The options of `elastem synthesize` that say what distinguishes one set from another, each group under a
/// headline of its own, with the checks that they go together.
void add_conformation_options(OptionTable& table, SynthesizeOptions& o);
void add_pose_options(OptionTable& table, SynthesizeOptions& o);
void add_optics_options(OptionTable& table, SynthesizeOptions& o);
void add_grey_scale_options(OptionTable& table, SynthesizeOptions& o);

}  // namespace elastem::cli
