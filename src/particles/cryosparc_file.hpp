#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "particles/numpy_table.hpp"

namespace elastem {

/// Particles of cryoSPARC: a .cs file and the passthrough files of its job, whose rows belong together by
/// their uid. Rows are given in the words of RELION:
///
///   blob/path, idx, psize_A, shape   rlnImageName (counted from 1), rlnImagePixelSize, rlnImageSize
///   ctf/accel_kv, cs_mm, …           rlnVoltage …, rlnDefocusAngle and rlnPhaseShift in degrees
///   alignments3D/pose                rlnAngleRot, Tilt, Psi of R = exp(−[pose]×)
///   alignments3D/shift, psize_A      rlnOriginXAngst, YAngst: the shift in pixels times the size of those
///   alignments3D/split               rlnRandomSubset, 1 or 2
///   location/micrograph_path         rlnMicrographName
///   uid                              ucsfUid
///   blob/sign                        inverted(); the same in all rows
class CryosparcFile {
 public:
  /// Throws Error that names the file: see NumpyTable; no uid, no blob/path in any of them, a passthrough
  /// that lacks every particle, images of either blob/sign.
  CryosparcFile(const std::string& path, const std::vector<std::string>& passthrough);

  std::int64_t size() const { return main().rows(); }
  const std::vector<std::string>& labels() const { return labels_; }
  /// The values of a row, as text, in the order of the labels. Throws Error for a particle that a passthrough
  /// lacks.
  std::vector<std::string> row(std::int64_t row) const;

  /// Fields of aberrations, beam tilt and anisotropic magnification that are not neutral in these rows: they
  /// are not taken into account.
  std::vector<std::string> ignored_fields(std::int64_t first, std::int64_t count) const;
  /// Whether blob/sign is −1: pixels are to be read with the other sign.
  bool inverted() const { return inverted_; }

 private:
  // What a label is made from.
  struct Column {
    std::size_t table = 0;
    const NumpyTable::Field* field = nullptr;
    std::int64_t value = 0;
    enum class Kind { image, text, integer, number, degrees, subset, angle, origin } kind = Kind::number;
  };
  using UidRow = std::pair<std::uint64_t, std::int64_t>;

  const NumpyTable& main() const { return tables_.front(); }
  Column find(const std::string& name) const;
  void add(const std::string& label, const std::string& name, Column::Kind kind, std::int64_t value = 0);
  void add_pose();
  void read_sign();
  std::int64_t row_in(std::size_t table, std::int64_t row) const;
  std::string text(const Column& column, std::int64_t row, const std::string& image) const;

  std::vector<NumpyTable> tables_;
  std::vector<std::vector<UidRow>> by_uid_;  ///< of each passthrough, sorted
  std::vector<std::string> labels_;
  std::vector<Column> columns_;
  Column index_, pose_, pose_pixel_;
  bool inverted_ = false;
};

}  // namespace elastem
