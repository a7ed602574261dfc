#include "particles/xmipp_labels.hpp"

#include <array>
#include <utility>

namespace elastem {

namespace {

using Pair = std::pair<const char*, const char*>;

constexpr std::array same_meaning = {Pair{"rlnAngleRot", "angleRot"},
                                     Pair{"rlnAngleTilt", "angleTilt"},
                                     Pair{"rlnAnglePsi", "anglePsi"},
                                     Pair{"rlnDefocusU", "ctfDefocusU"},
                                     Pair{"rlnDefocusV", "ctfDefocusV"},
                                     Pair{"rlnDefocusAngle", "ctfDefocusAngle"},
                                     Pair{"rlnPhaseShift", "ctfPhaseShift"},
                                     Pair{"rlnCtfBfactor", "ctfBfactor"},
                                     Pair{"rlnVoltage", "ctfVoltage"},
                                     Pair{"rlnSphericalAberration", "ctfSphericalAberration"},
                                     Pair{"rlnAmplitudeContrast", "ctfQ0"},
                                     Pair{"rlnImagePixelSize", "samplingRate"},
                                     Pair{"rlnCtfDataArePhaseFlipped", "ctfPhaseFlipped"},
                                     Pair{"rlnCtfDataAreCtfPremultiplied", "elastemCtfPremultiplied"}};

}  // namespace

std::string relion_label(const std::string& xmipp) {
  for (const auto& [relion, other] : same_meaning)
    if (xmipp == other) return relion;
  return "";
}

std::string xmipp_label(const std::string& relion) {
  for (const auto& [other, xmipp] : same_meaning)
    if (relion == other) return xmipp;
  return "";
}

}  // namespace elastem
