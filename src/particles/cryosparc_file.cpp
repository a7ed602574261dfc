#include "particles/cryosparc_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "imaging/pose.hpp"
#include "particles/particle_writer.hpp"

namespace elastem {

namespace {

constexpr double degrees = 180 / std::numbers::pi;

// Paths of a project may begin with a mark of cryoSPARC.
std::string plain_path(std::string path) {
  if (path.starts_with('>')) path.erase(0, 1);
  return path;
}

bool holds_values(const NumpyTable::Field& field) {
  return field.count > 0 && field.bytes > 0;
}

}  // namespace

CryosparcFile::CryosparcFile(const std::string& path, const std::vector<std::string>& passthrough) {
  tables_.emplace_back(path);
  for (const auto& other : passthrough) tables_.emplace_back(other);
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    const NumpyTable::Field* const uid = tables_[t].field("uid");
    if (uid == nullptr || !holds_values(*uid))
      throw Error(tables_[t].path() + ": has no field uid: it is no particle file of cryoSPARC");
    auto& rows = by_uid_.emplace_back();
    if (t == 0) continue;
    for (std::int64_t row = 0; row < tables_[t].rows(); ++row)
      rows.emplace_back(tables_[t].integer(*uid, row), row);
    std::sort(rows.begin(), rows.end());
  }
  using Kind = Column::Kind;
  add("rlnImageName", "blob/path", Kind::image);
  index_ = find("blob/idx");
  if (labels_.empty() || index_.field == nullptr)
    throw Error(
        path +
        ": has no blob/path and blob/idx, which say where the images are: give the passthrough file of the "
        "same job (…_passthrough_particles.cs) with --passthrough");
  add("rlnImagePixelSize", "blob/psize_A", Kind::number);
  add("rlnImageSize", "blob/shape", Kind::integer);
  add("rlnDefocusU", "ctf/df1_A", Kind::number);
  add("rlnDefocusV", "ctf/df2_A", Kind::number);
  add("rlnDefocusAngle", "ctf/df_angle_rad", Kind::degrees);
  add("rlnPhaseShift", "ctf/phase_shift_rad", Kind::degrees);
  add("rlnVoltage", "ctf/accel_kv", Kind::number);
  add("rlnSphericalAberration", "ctf/cs_mm", Kind::number);
  add("rlnAmplitudeContrast", "ctf/amp_contrast", Kind::number);
  add_pose();
  add("rlnRandomSubset", "alignments3D/split", Kind::subset);
  add("rlnMicrographName", "location/micrograph_path", Kind::text);
  add("ucsfUid", "uid", Kind::integer);
  read_sign();
}

void CryosparcFile::read_sign() {
  const Column sign = find("blob/sign");
  if (sign.field == nullptr || main().rows() == 0) return;
  const auto negative = [&](std::int64_t row) {
    return tables_[sign.table].number(*sign.field, row_in(sign.table, row)) < 0;
  };
  inverted_ = negative(0);
  for (std::int64_t row = 1; row < main().rows(); ++row)
    if (negative(row) != inverted_)
      throw Error(fmt::format(
          "{}:{}: blob/sign is another than that of the first particle: bright and dark molecules "
          "in one file; split it by that field",
          main().path(), row + 1));
}

std::vector<std::string> CryosparcFile::ignored_fields(std::int64_t first, std::int64_t count) const {
  constexpr double neutral_within = 1e-6;
  std::vector<std::string> found;
  for (const char* name : {"ctf/anisomag", "ctf/shift_A", "ctf/tetra_A", "ctf/tilt_A", "ctf/trefoil_A"}) {
    const Column column = find(name);
    if (column.field == nullptr || column.field->kind == 'S' || column.field->kind == 'U') continue;
    const NumpyTable& table = tables_[column.table];
    const auto zero_or_identity = [&](std::int64_t row) {
      bool zero = true, identity = column.field->count == 4 && std::string_view(name) == "ctf/anisomag";
      for (std::int64_t value = 0; value < column.field->count; ++value) {
        const double number = table.number(*column.field, row, value);
        zero &= std::abs(number) <= neutral_within;
        identity &= std::abs(number - (value % 3 == 0 ? 1 : 0)) <= neutral_within;
      }
      return zero || identity;
    };
    for (std::int64_t row = first; row < first + count; ++row)
      if (!zero_or_identity(row_in(column.table, row))) {
        found.emplace_back(name);
        break;
      }
  }
  return found;
}

CryosparcFile::Column CryosparcFile::find(const std::string& name) const {
  for (std::size_t t = 0; t < tables_.size(); ++t)
    if (const NumpyTable::Field* const field = tables_[t].field(name);
        field != nullptr && holds_values(*field))
      return {t, field};
  return {};
}

void CryosparcFile::add(const std::string& label, const std::string& name, Column::Kind kind,
                        std::int64_t value) {
  Column column = find(name);
  if (column.field == nullptr) return;
  const bool wants_text = kind == Column::Kind::image || kind == Column::Kind::text;
  const bool is_text = column.field->kind == 'S' || column.field->kind == 'U';
  if (wants_text != is_text || value >= column.field->count)
    throw Error(fmt::format("{}: its field {} is no {}", tables_[column.table].path(), name,
                            wants_text ? "text" : "number, or not as many as are needed"));
  column.kind = kind;
  column.value = value;
  labels_.push_back(label);
  columns_.push_back(column);
}

// Of a refinement, else of the first class of an ab-initio reconstruction.
void CryosparcFile::add_pose() {
  for (const std::string group : {"alignments3D", "alignments_class_0", "alignments_class3D_0"}) {
    if (find(group + "/pose").field == nullptr) continue;
    for (const auto& [label, value] : {std::pair{"rlnAngleRot", 0}, {"rlnAngleTilt", 1}, {"rlnAnglePsi", 2}})
      add(label, group + "/pose", Column::Kind::angle, value);
    pose_pixel_ = find(group + "/psize_A");
    if (pose_pixel_.field == nullptr) pose_pixel_ = find("blob/psize_A");
    if (pose_pixel_.field == nullptr) return;
    add("rlnOriginXAngst", group + "/shift", Column::Kind::origin, 0);
    add("rlnOriginYAngst", group + "/shift", Column::Kind::origin, 1);
    return;
  }
}

std::int64_t CryosparcFile::row_in(std::size_t table, std::int64_t row) const {
  if (table == 0) return row;
  const std::uint64_t uid = main().integer(*main().field("uid"), row);
  const auto& rows = by_uid_[table];
  const auto found = std::lower_bound(rows.begin(), rows.end(), UidRow{uid, 0});
  if (found == rows.end() || found->first != uid)
    throw Error(fmt::format(
        "{}:{}: the particle of uid {} is not in the passthrough file {}; give that of the same job",
        main().path(), row + 1, uid, tables_[table].path()));
  return found->second;
}

std::string CryosparcFile::text(const Column& column, std::int64_t row, const std::string& image) const {
  const NumpyTable& table = tables_[column.table];
  const std::int64_t place = row_in(column.table, row);
  const auto number = [&](std::int64_t value) { return table.number(*column.field, place, value); };
  using Kind = Column::Kind;
  switch (column.kind) {
    case Kind::image:
      return image;
    case Kind::text:
      return plain_path(table.text(*column.field, place));
    case Kind::integer:
      return fmt::to_string(table.integer(*column.field, place));
    case Kind::subset:
      return fmt::to_string(table.integer(*column.field, place) + 1);
    case Kind::degrees:
      return star_number(number(0) * degrees);
    case Kind::angle: {
      const Eigen::Vector3d axis(number(0), number(1), number(2));
      return star_number(euler_angles(rotation_increment(-axis))[column.value]);
    }
    case Kind::origin:
      return star_number(number(column.value) * tables_[pose_pixel_.table].number(
                                                    *pose_pixel_.field, row_in(pose_pixel_.table, row)));
    default:
      // As many digits as a float32 has.
      return column.field->bytes == 4 ? fmt::to_string(static_cast<float>(number(0)))
                                      : fmt::to_string(number(0));
  }
}

std::vector<std::string> CryosparcFile::row(std::int64_t row) const {
  const Column& path = columns_.front();
  const std::string image = image_name(
      static_cast<std::int64_t>(tables_[index_.table].integer(*index_.field, row_in(index_.table, row))),
      plain_path(tables_[path.table].text(*path.field, row_in(path.table, row))));
  std::vector<std::string> values;
  values.reserve(columns_.size());
  for (const Column& column : columns_) values.push_back(text(column, row, image));
  return values;
}

}  // namespace elastem
