#include "particles/unit_doubts.hpp"

#include <algorithm>
#include <cmath>

#include <spdlog/fmt/fmt.h>

#include "particles/xmipp_labels.hpp"

namespace elastem {

namespace {

constexpr double half_turn = 3.15;        // a little more than π
constexpr std::int64_t least_views = 10;  // of which angles up to π are no chance

// "column 3, _rlnDefocusU," of the particles or of the optics table.
std::string column_of(const ParticleFile& file, const std::string& relion) {
  const std::string label = file.xmipp() && !xmipp_label(relion).empty() ? xmipp_label(relion) : relion;
  const auto& labels = file.labels();
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found != labels.end()) return fmt::format("column {}, _{},", found - labels.begin() + 1, label);
  const int column = file.optics().column(label);
  return column < 0 ? "_" + label : fmt::format("column {} of the optics table, _{},", column + 1, label);
}

class Doubts {
 public:
  explicit Doubts(const ParticleFile& file) : file_(&file) {}

  // "FILE: COLUMN is 200000: kV are meant, these seem to be volts; divide by 1000"
  void add(const std::string& label, const Extremes& range, const std::string& rest) {
    const std::string values = range.low == range.high
                                   ? fmt::format("is {:g}", range.low)
                                   : fmt::format("goes from {:g} to {:g}", range.low, range.high);
    texts_.push_back(fmt::format("{}: {} {}: {}", file_->path(), column_of(*file_, label), values, rest));
  }
  void say(const std::string& text) { texts_.push_back(file_->path() + ": " + text); }
  std::vector<std::string> texts() && { return std::move(texts_); }

 private:
  const ParticleFile* file_;
  std::vector<std::string> texts_;
};

double size_of(const Extremes& range) {
  return std::max(std::abs(range.low), std::abs(range.high));
}

void doubt_microscope(const QuantityRanges& ranges, Doubts& doubts) {
  if (ranges.voltage.high > 5000)
    doubts.add("rlnVoltage", ranges.voltage, "kV are meant, these seem to be volts; divide by 1000");
  else if (ranges.voltage.low < 10)
    doubts.add("rlnVoltage", ranges.voltage, "kV are meant, e.g. 300; these seem to be MV, or are wrong");
  const double cs = size_of(ranges.cs);
  if (cs > 50)
    doubts.add("rlnSphericalAberration", ranges.cs,
               "mm are meant, e.g. 2.7; these seem to be µm; divide by 1000");
  else if (cs > 0 && cs < 0.0045)
    doubts.add("rlnSphericalAberration", ranges.cs,
               "mm are meant, e.g. 2.7; these seem to be m; multiply by 1000");
  if (ranges.contrast.high > 0 && ranges.contrast.high < 0.002)
    doubts.add("rlnAmplitudeContrast", ranges.contrast,
               "a share is meant, e.g. 0.1; is it a percentage of one?");
  if (ranges.phase_shift.high > 0 && size_of(ranges.phase_shift) < half_turn)
    doubts.add("rlnPhaseShift", ranges.phase_shift,
               "degrees are meant, these may be radians; multiply by 57.296");
}

void doubt_defocus(const ParticleFile& file, const QuantityRanges& ranges, Doubts& doubts) {
  const double size = size_of(ranges.defocus);
  if (size > 0 && size < 1e-3)
    doubts.add("rlnDefocusU", ranges.defocus, "Å are meant, these seem to be metres; multiply by 1e10");
  else if (size > 0 && size < 100)
    doubts.add("rlnDefocusU", ranges.defocus, "Å are meant, these seem to be µm; multiply by 10000");
  else if (size >= 100 && size < 4000)
    doubts.add("rlnDefocusU", ranges.defocus,
               "Å are meant, and less than 0.4 µm is unusual; if these are nm, multiply by 10");
  else if (size > 300000)
    doubts.add("rlnDefocusU", ranges.defocus,
               "Å are meant, and more than 30 µm is unusual; are they in another unit?");
  if (all_overfocus(ranges) && file.defocus_sign() == DefocusSign::as_written)
    doubts.add(
        "rlnDefocusU", ranges.defocus,
        "every defocus is negative: overfocus. Where underfocus is meant, as ContinuousFlex writes it, "
        "give --negative-defocus");
  if (file.defocus_sign() == DefocusSign::opposite && ranges.defocus.low < 0)
    doubts.add("rlnDefocusU", ranges.defocus,
               "as --negative-defocus reads it: some defoci are positive in the file and become overfocus");
  if (ranges.b_factor.low < 0)
    doubts.add("rlnCtfBfactor", ranges.b_factor,
               "a positive B-factor (Å²) is an envelope that falls with the frequency, a negative one lets "
               "it grow; Warp "
               "and M write the other sign: change it, or leave the column out");
}

}  // namespace

void QuantityRanges::add(const Particle& particle) {
  pixel_size.add(particle.pixel_size);
  odd_boxes += particle.size % 2;
  if (particle.has_pose) {
    ++posed;
    for (const double value : {particle.pose.rot, particle.pose.tilt, particle.pose.psi})
      angle.add(std::abs(value));
  }
  const Ctf& ctf = particle.ctf;
  if (!ctf.enabled) return;
  voltage.add(ctf.voltage_kv);
  cs.add(ctf.cs_mm);
  contrast.add(ctf.amplitude_contrast);
  defocus.add(ctf.defocus_u);
  defocus.add(ctf.defocus_v);
  phase_shift.add(ctf.phase_shift);
  b_factor.add(ctf.b_factor);
}

bool all_overfocus(const QuantityRanges& ranges) {
  return ranges.defocus.any() && ranges.defocus.high < 0;
}

std::vector<std::string> unit_doubts(const ParticleFile& file, const QuantityRanges& ranges) {
  Doubts doubts(file);
  if (ranges.pixel_size.low < 0.2)
    doubts.add("rlnImagePixelSize", ranges.pixel_size, "Å are meant, these seem to be nm; multiply by 10");
  else if (ranges.pixel_size.high > 50)
    doubts.add("rlnImagePixelSize", ranges.pixel_size, "Å are meant, these seem to be pm; divide by 100");
  if (ranges.odd_boxes > 0 && !file.xmipp() && file.form() == ParticleIndex::Form::text && ranges.posed > 0)
    doubts.say(
        fmt::format("{} images have an odd box: their origins are taken as relion_project means them, from "
                    "the pixel (S + 1)/2, counted from 0; shifts that are all off by one pixel come from a "
                    "program that counts from (S - 1)/2",
                    ranges.odd_boxes));
  if (ranges.posed >= least_views && ranges.angle.high > 0 && ranges.angle.high < 2 * half_turn &&
      ranges.angle.high > 1.5)
    doubts.add("rlnAngleRot", ranges.angle,
               "degrees are meant (rot, tilt and psi), these seem to be radians; multiply by 57.296");
  if (!ranges.defocus.any()) return std::move(doubts).texts();
  doubt_microscope(ranges, doubts);
  doubt_defocus(file, ranges, doubts);
  return std::move(doubts).texts();
}

}  // namespace elastem
