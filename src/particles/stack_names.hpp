#pragma once

#include <string>
#include <vector>

namespace elastem {

/// Which stack of another file each stack of this one is, where the two name them from different folders (a
/// particle file that was moved, an absolute path against a relative one): the same text, else among the
/// stacks left over the one that agrees in most path components from the end, at least in the file's name.
/// `names` and `others` hold each stack once; `file` and `other_file` are for messages. Gives the other
/// file's name of each stack, or "" where it has none. Throws Error, naming both files, where two stacks
/// agree equally well.
std::vector<std::string> matched_stacks(const std::vector<std::string>& names, const std::string& file,
                                        const std::vector<std::string>& others,
                                        const std::string& other_file);

}  // namespace elastem
