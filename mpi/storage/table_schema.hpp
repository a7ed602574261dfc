#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace elastem {

/// The format of new tables: the highest `since` of a column.
inline constexpr int table_format = 2;

/// What the shapes of a table's data sets follow from.
struct TableShape {
  std::int64_t rows = 0;
  std::size_t modes = 0;       ///< K
  std::size_t key_length = 0;  ///< bytes of a key
  int format = table_format;   ///< an older table lacks the columns that are newer
};

/// The values of one row of a data set.
enum class PerRow { one, two, three, amplitudes, parameters, covariance, text };

/// The sides of a data set behind its rows, e.g. {K+5, K+5}; none for one value or text per row.
inline std::vector<std::uint64_t> sides(PerRow values, const TableShape& table) {
  const std::uint64_t k = table.modes;
  switch (values) {
    case PerRow::two:
      return {2};
    case PerRow::three:
      return {3};
    case PerRow::amplitudes:
      return {k};
    case PerRow::parameters:
      return {k + 5};
    case PerRow::covariance:
      return {k + 5, k + 5};
    case PerRow::one:
    case PerRow::text:
      break;
  }
  return {};
}

/// Values in memory per row: bytes of a text.
inline std::size_t width(PerRow values, const TableShape& table) {
  if (values == PerRow::text) return table.key_length;
  std::size_t count = 1;
  for (const auto side : sides(values, table)) count *= side;
  return count;
}

/// What a data set is for in its row. The checksum covers fields, details and the state, in the order of the
/// schema.
enum class Role {
  field,
  key,       ///< a field that is also read alone
  detail,    ///< a field that a brief reading leaves out
  flag,      ///< may change later, so no part of the checksum
  checksum,  ///< CRC-32 of the row
  state,     ///< written last, read first: it makes the row count
};

/// A data set of a table: this is the only place where it stands. Creating, opening, checking, reading,
/// writing, checksum and documentation follow from it.
template <class Values, class T>
struct Column {
  using Value = T;
  constexpr Column(const char* its_name, std::vector<T> Values::*where, PerRow its_values,
                   const char* its_units, const char* its_description, Role its_role = Role::field,
                   int its_since = 1)
      : name(its_name),
        member(where),
        per_row(its_values),
        units(its_units),
        description(its_description),
        role(its_role),
        since(its_since) {}

  const char* name;
  std::vector<T> Values::*member;
  PerRow per_row;
  const char* units;
  const char* description;
  Role role;
  int since;  ///< the first format of tables that has it
};

/// Values in memory per row; none of a column that tables of this format lack.
template <class Values, class T>
std::size_t width(const Column<Values, T>& column, const TableShape& table) {
  return column.since <= table.format ? width(column.per_row, table) : 0;
}

/// /particles: the results.
struct ResultValues {
  std::vector<char> image;
  std::vector<double> amplitudes, euler_angles, shifts, standard_errors, score;
  std::vector<std::uint8_t> state, reason;
  std::vector<std::uint32_t> checksum;
};

/// /fit: what an alignment knows beyond them, from the images alone. It stays when a learnt prior changes the
/// results.
struct FitValues {
  std::vector<float> covariance;
  std::vector<double> amplitudes, euler_angles, shifts, chi2, defocus_change;
  std::vector<std::uint8_t> outlier;
  std::vector<std::uint32_t> checksum;
};

template <class Values>
struct Schema;

template <>
struct Schema<ResultValues> {
  using V = ResultValues;
  static constexpr const char* group = "particles";
  static constexpr std::tuple columns = {
      Column<V, char>{"image", &V::image, PerRow::text, "none",
                      "key of the image: INDEX@STACK, INDEX from 1, STACK the path as the particle file has "
                      "it, normalised",
                      Role::key, 2},
      Column<V, double>{"amplitudes", &V::amplitudes, PerRow::amplitudes, "Å",
                        "amplitudes of the modes named by the attribute modes"},
      Column<V, double>{"euler_angles", &V::euler_angles, PerRow::three, "degrees",
                        "rot, tilt, psi; ZYZ as in RELION and Xmipp"},
      Column<V, double>{"shifts", &V::shifts, PerRow::two, "Å",
                        "x, y of the particle's centre from the image's centre; rlnOriginXAngst is -x"},
      Column<V, double>{"standard_errors", &V::standard_errors, PerRow::parameters, "Å; degrees; Å",
                        "standard errors: amplitudes; rotations about image x, y and the view axis; shifts "
                        "x, y. In truth.h5 the Cramér–Rao values"},
      Column<V, double>{"score", &V::score, PerRow::one, "none",
                        "normalised cross-correlation of image and model"},
      Column<V, std::uint8_t>{"state", &V::state, PerRow::one, "none",
                              "0 pending, 1 done, 2 failed; the attribute codes says so", Role::state},
      Column<V, std::uint8_t>{"reason", &V::reason, PerRow::one, "none",
                              "why it failed; see the attribute codes"},
      Column<V, std::uint32_t>{"checksum", &V::checksum, PerRow::one, "none",
                               "CRC-32 of the row's other values, in this order", Role::checksum},
  };
};

template <>
struct Schema<FitValues> {
  using V = FitValues;
  static constexpr const char* group = "fit";
  static constexpr std::tuple columns = {
      Column<V, float>{"covariance", &V::covariance, PerRow::covariance, "products of Å; degrees; Å",
                       "covariance of what the image alone says, in the order and units of standard_errors",
                       Role::detail},
      Column<V, double>{"amplitudes", &V::amplitudes, PerRow::amplitudes, "Å",
                        "amplitudes from the image alone, before a learnt prior"},
      Column<V, double>{"euler_angles", &V::euler_angles, PerRow::three, "degrees",
                        "rot, tilt, psi from the image alone", Role::detail},
      Column<V, double>{"shifts", &V::shifts, PerRow::two, "Å", "x, y from the image alone", Role::detail},
      Column<V, double>{"chi2", &V::chi2, PerRow::one, "1",
                        "chi-square over its degrees of freedom, for the noise of the data set"},
      Column<V, double>{"defocus_change", &V::defocus_change, PerRow::one, "Å", "added to both defoci"},
      Column<V, std::uint8_t>{"outlier", &V::outlier, PerRow::one, "none",
                              "1 where the structure does not explain the image; no part of the checksum",
                              Role::flag},
      Column<V, std::uint32_t>{"checksum", &V::checksum, PerRow::one, "none",
                               "CRC-32 of the row's values under /fit but the flag, in this order",
                               Role::checksum},
  };
};

/// Calls visit(place in the schema, column) for each column.
template <class Values, class Visit>
void for_each_column(Visit&& visit) {
  std::apply(
      [&](const auto&... column) {
        std::size_t place = 0;
        (visit(place++, column), ...);
      },
      Schema<Values>::columns);
}

template <class Values>
constexpr int newest_column() {
  return std::apply([](const auto&... column) { return std::max({column.since...}); },
                    Schema<Values>::columns);
}
static_assert(std::max(newest_column<ResultValues>(), newest_column<FitValues>()) == table_format,
              "table_format is the highest since of a column: raise it with the column");

}  // namespace elastem
