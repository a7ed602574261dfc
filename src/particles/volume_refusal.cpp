#include "particles/volume_refusal.hpp"

namespace elastem {

std::string volume_labels(const std::vector<std::string>& labels) {
  for (const auto& label : labels)
    if (label.starts_with("rlnTomo") && label != "rlnTomoName")
      return "the label _" + label +
             " says that these are subtomograms of RELION's tomography (volumes, or stacks of tilts), not "
             "images of "
             "particles: elastem works on images of single particles";
  for (const auto& label : labels)
    if (label == "rlnCtfImage")
      return "the label _rlnCtfImage says that the CTF of each particle is a file of its own, as of "
             "subtomograms: "
             "elastem works on images of single particles";
  return "";
}

}  // namespace elastem
