#pragma once

#include <string>

#include "imaging/ctf.hpp"

namespace elastem {

/// Reads an Xmipp file of CTF parameters (.ctfparam), to which the column _ctfModel of an XMD points: pairs
/// of label and value, or a table of one row, in the block data_fullMicrograph, or else in the first block
/// that has _ctfDefocusU; `block` names another. The envelope and the sampling rate, which is the
/// micrograph's, are not read. Throws Error with file and line.
Ctf read_ctf_parameters(const std::string& path, const std::string& block = "");

}  // namespace elastem
