#pragma once

#include <string>
#include <vector>

namespace elastem {

/// Why tables with these labels are of subtomograms or other volumes, whose rows are no images: RELION's
/// tomography (rlnTomo…, of which rlnTomoName alone says nothing), or a CTF that is an image of its own
/// (rlnCtfImage); "" where nothing says so.
std::string volume_labels(const std::vector<std::string>& labels);

}  // namespace elastem
