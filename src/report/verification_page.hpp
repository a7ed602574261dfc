#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "verification/half_agreement.hpp"
#include "verification/pose_leakage.hpp"
#include "verification/verdict.hpp"

namespace elastem {

/// What the report of a verification shows.
struct VerificationReport {
  std::string result_path, modes_path, command_line, version, date;
  double atom_count = 1;
  double map_resolution = 0;       ///< Å, of the map that the twin is made of
  std::vector<int> decoy_sources;  ///< modes that decoys are made of
  Verification found;
  std::optional<HalfAgreement> halves;             ///< along the first component of the truth; none: too few
  std::vector<PoseLeakage> leakage, twin_leakage;  ///< of each mode, of the set and of the map's twin
};

/// As JSON for programs; RMSD and amplitudes in Å.
std::string verification_json(const VerificationReport& report);
/// A line per direction: mode (0: a decoy), the members of Direction in Å RMSD, the share of the variance
/// that views explain of the set and of the twin.
std::string verification_csv(const VerificationReport& report);

/// Writes verification.png, verification.csv, verification.json and index.html into a folder that is there.
/// Throws Error when it cannot.
void write_verification_report(const std::filesystem::path& folder, const VerificationReport& report);

}  // namespace elastem
