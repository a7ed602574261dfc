#include "mpi/modes/modes_checksum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include "core/error.hpp"
#include "mpi/modes/modes_fields.hpp"
#include "mpi/storage/row_checksum.hpp"
#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

constexpr const char *table_name = "checksum", *vectors_name = "modes/vector_checksums",
                     *rotations_name = "modes/rotation_checksums";

// The checksum of a mode's rows on all ranks, one after the other. Collective.
std::vector<std::uint32_t> joined_checksums(const Communicator& comm, const Eigen::MatrixXd& rows) {
  std::vector<std::uint32_t> own;
  for (Eigen::Index k = 0; k < rows.cols(); ++k)
    own.push_back(vector_checksum({rows.col(k).data(), static_cast<std::size_t>(rows.rows())}));
  own.resize(static_cast<std::size_t>(comm.max(rows.cols())),
             vector_checksum({}));  // where there are no rows
  const std::vector<std::int64_t> bytes =
      comm.all_gathered(std::vector<std::int64_t>{rows.rows() * std::int64_t{sizeof(double)}});
  const std::vector<std::uint32_t> all = comm.all_gathered(own);
  std::vector<std::uint32_t> joined(own.size(), vector_checksum({}));
  for (std::size_t rank = 0; rank < bytes.size(); ++rank)
    for (std::size_t k = 0; k < joined.size(); ++k)
      joined[k] = static_cast<std::uint32_t>(
          crc32_combine(joined[k], all[rank * joined.size() + k], static_cast<z_off_t>(bytes[rank])));
  return joined;
}

// Adds what a field holds.
class Summed {
 public:
  explicit Summed(const Structure& structure) : structure_(&structure) {}

  template <class T>
  void operator()(const ModesField& field, T Atom::*member) {
    (*this)(field, of_atoms(*structure_, member));
  }
  template <class T>
  void operator()(const ModesField&, const T& value) {
    add(value);
  }

  void add(double value) { sum_.add(&value, 1); }
  void add(std::uint64_t value) { sum_.add(&value, 1); }
  void add(const std::string& text) {
    add(std::uint64_t{text.size()});
    sum_.add(text.data(), text.size());
  }
  void add(AtomDensity density) { add(std::string(to_string(density))); }
  template <class T>
  void add(const std::vector<T>& values) {
    add(std::uint64_t{values.size()});
    if constexpr (std::is_arithmetic_v<T>)
      sum_.add(values.data(), values.size());
    else
      for (const T& value : values) add(value);
  }
  template <class Derived>
  void add(const Eigen::PlainObjectBase<Derived>& values) {
    add(static_cast<std::uint64_t>(values.size()));
    sum_.add(values.data(), static_cast<std::size_t>(values.size()));
  }

  std::uint32_t value() const { return sum_.value(); }

 private:
  const Structure* structure_;
  RowChecksum sum_;
};

// Of the fields that the file has: one of an older program lacks some.
std::uint32_t table_checksum(hid_t file, const ModesFile& content, const Provenance& provenance) {
  Summed sum(content.structure);
  for_each_field(content, [&](const ModesField& field, const auto& value) {
    if (field.in_older_files || hdf5::exists(file, field.path)) sum(field, value);
  });
  for (const auto* text : {&provenance.command_line, &provenance.version, &provenance.git_commit,
                           &provenance.host, &provenance.start})
    sum.add(*text);
  sum.add(provenance.seed);
  for (const auto* texts : {&provenance.options, &provenance.inputs, &provenance.libraries}) sum.add(*texts);
  return sum.value();
}

bool finite(double value) {
  return std::isfinite(value);
}
template <class Derived>
bool finite(const Eigen::PlainObjectBase<Derived>& values) {
  return values.allFinite();
}

// Throws Error that names a field with numbers that are none.
void require_finite(const ModesFile& content) {
  const auto check = [](const ModesField& field, bool is_finite) {
    if (!is_finite) throw Error(fmt::format("/{} is damaged: a value is not finite", field.path));
  };
  for_each_field(content, [&]<class T>(const ModesField& field, const T& value) {
    if constexpr (std::is_same_v<T, double Atom::*>)
      check(field, finite(of_atoms(content.structure, value)));
    else if constexpr (requires { finite(value); })
      check(field, finite(value));
  });
  if (!(content.cutoff > 0) || !(content.atom_model.sigma > 0))
    throw Error("/modes/cutoff or /structure/atom_sigma is damaged: it is not above 0");
}

void require_distinct(std::vector<int> numbers) {
  std::ranges::sort(numbers);
  if (!numbers.empty() && numbers.front() < 1) throw Error("/modes/numbers is damaged: numbers count from 1");
  if (const auto twice = std::ranges::adjacent_find(numbers); twice != numbers.end())
    throw Error(fmt::format("/modes/numbers is damaged: mode {} is there twice", *twice));
}

std::vector<std::uint32_t> read_checksums(hid_t file, const char* name, std::size_t modes) {
  if (!hdf5::exists(file, name)) return {};
  auto checksums = hdf5::read_values<std::uint32_t>(file, name);
  if (checksums.size() != modes)
    throw Error(fmt::format("/{} is damaged: {} checksums of {} modes", name, checksums.size(), modes));
  return checksums;
}

}  // namespace

std::uint32_t vector_checksum(std::span<const double> vector) {
  return RowChecksum().add(vector.data(), vector.size()).value();
}

VectorChecksums vector_checksums(const Communicator& comm, const NormalModes& modes) {
  return {joined_checksums(comm, modes.vectors), joined_checksums(comm, modes.rotations)};
}

void write_checksums(hid_t file, const ModesFile& content, const Provenance& provenance,
                     const VectorChecksums& checksums) {
  const auto write = [&](const char* name, const std::vector<std::uint32_t>& values, const char* what) {
    if (!values.empty()) hdf5::write_values(file, name, {values.size()}, values.data(), {"none", what});
  };
  write(vectors_name, checksums.vectors, "CRC-32 of the vector of each mode, its 3N numbers little-endian");
  write(rotations_name, checksums.rotations, "CRC-32 of the rotations of each mode, likewise");
  write(table_name, {table_checksum(file, content, provenance)},
        "CRC-32 of all other values and of /provenance, but for its end");
}

VectorChecksums read_vector_checksums(hid_t file, std::size_t modes) {
  return {read_checksums(file, vectors_name, modes), read_checksums(file, rotations_name, modes)};
}

void require_sound(hid_t file, const ModesFile& content) {
  require_finite(content);
  require_distinct(content.modes.numbers);
  if (hdf5::exists(file, table_name) && hdf5::read_value<std::uint32_t>(file, table_name) !=
                                            table_checksum(file, content, read_provenance(file)))
    throw Error("it is damaged: its checksum is wrong");
}

}  // namespace elastem
