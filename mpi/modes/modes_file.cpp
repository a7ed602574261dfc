#include "mpi/modes/modes_file.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <type_traits>

#include <spdlog/fmt/fmt.h>
#include <zlib.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/modes/modes_checksum.hpp"
#include "mpi/modes/modes_fields.hpp"
#include "mpi/storage/shared_new_file.hpp"
#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

constexpr int modes_format = 1;  // of the layout of the file
constexpr std::uint64_t most_nodes_per_chunk = 1 << 17;
constexpr const char *vectors_name = "modes/vectors", *rotations_name = "modes/rotations";

void require_count(const ModesField& field, std::size_t count, std::size_t wanted) {
  if (count == wanted) return;
  throw Error(fmt::format("{} has {} {} for {} {}", field.path, count, count == 1 ? "value" : "values",
                          wanted, field.extent == Extent::per_mode ? "modes" : "atoms"));
}

class FieldWriter {
 public:
  FieldWriter(hid_t file, const ModesFile& content) : file_(file), structure_(&content.structure) {}

  template <class T>
  void operator()(const ModesField& field, T Atom::*member) const {
    write(field, of_atoms(*structure_, member));
  }
  template <class T>
  void operator()(const ModesField& field, const T& value) const {
    write(field, value);
  }

 private:
  void write(const ModesField& field, double value) const {
    hdf5::write_value(file_, field.path, value, field.note);
  }
  void write(const ModesField& field, const std::string& text) const { write(field, std::vector{text}); }
  void write(const ModesField& field, AtomDensity density) const { write(field, to_string(density)); }
  void write(const ModesField& field, const std::vector<std::string>& texts) const {
    hdf5::write_strings(file_, field.path, texts, field.note);
  }
  template <class T>
  void write(const ModesField& field, const std::vector<T>& values) const {
    hdf5::write_values(file_, field.path, {values.size()}, values.data(), field.note);
  }
  template <class Derived>
  void write(const ModesField& field, const Eigen::PlainObjectBase<Derived>& values) const {
    std::vector<std::uint64_t> shape = {static_cast<std::uint64_t>(values.size())};
    if (values.cols() > 1 || Derived::ColsAtCompileTime == Eigen::Dynamic)  // row-major on disk
      shape = {static_cast<std::uint64_t>(values.cols()), static_cast<std::uint64_t>(values.rows())};
    hdf5::write_values(file_, field.path, shape, values.data(), field.note);
  }

  hid_t file_;
  const Structure* structure_;
};

class FieldReader {
 public:
  FieldReader(hid_t file, ModesFile& content) : file_(file), atoms_(&content.structure.atoms) {}

  template <class T>
  void operator()(const ModesField& field, T Atom::*member) const {
    if (!field.in_older_files && !hdf5::exists(file_, field.path)) return;
    const auto values = read<std::vector<T>>(field);
    if (atoms_->empty()) atoms_->resize(values.size());
    require_count(field, values.size(), atoms_->size());
    for (std::size_t i = 0; i < values.size(); ++i) (*atoms_)[i].*member = values[i];
  }
  template <class T>
  void operator()(const ModesField& field, T& value) const {
    if (field.in_older_files || hdf5::exists(file_, field.path)) value = read<T>(field);
  }

 private:
  template <class T>
  T read(const ModesField& field) const {
    if constexpr (std::is_same_v<T, double>) {
      return hdf5::read_value<double>(file_, field.path);
    } else if constexpr (std::is_same_v<T, AtomDensity>) {
      return parse_atom_density(read<std::string>(field), field.path);
    } else if constexpr (std::is_same_v<T, std::string>) {
      const auto texts = read<std::vector<std::string>>(field);
      return texts.empty() ? std::string() : texts.front();
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      return hdf5::read_strings(file_, field.path);
    } else if constexpr (std::is_base_of_v<Eigen::PlainObjectBase<T>, T>) {
      constexpr Eigen::Index rows = T::RowsAtCompileTime;
      const auto values = hdf5::read_values<double>(file_, field.path);
      const auto count = static_cast<Eigen::Index>(values.size());
      if constexpr (rows == Eigen::Dynamic)
        return Eigen::Map<const T>(values.data(), count);
      else {
        if (count % rows != 0 || (T::ColsAtCompileTime == 1 && count != rows))
          throw Error(fmt::format("{} has {} values", field.path, count));
        return Eigen::Map<const T>(values.data(), rows, count / rows);
      }
    } else {
      return hdf5::read_values<typename T::value_type>(file_, field.path);
    }
  }

  hid_t file_;
  std::vector<Atom>* atoms_;
};

// Throws Error that names what does not fit together.
void require_consistency(const ModesFile& content) {
  const auto atoms = static_cast<std::size_t>(content.structure.size());
  const auto modes = content.modes.numbers.size();
  if (atoms == 0) throw Error("there are no atoms in it");
  require_count({"structure/element", Extent::per_atom, {}}, content.structure.atoms.size(), atoms);
  for_each_field(content, [&]<class T>(const ModesField& field, const T& value) {
    if constexpr (std::is_same_v<T, Eigen::Matrix3Xd>)
      require_count(field, static_cast<std::size_t>(value.cols()), atoms);
    else if constexpr (!std::is_member_pointer_v<T> && requires { value.size(); })
      if (field.extent != Extent::single)
        require_count(field, static_cast<std::size_t>(value.size()),
                      field.extent == Extent::per_atom ? atoms : modes);
  });
  require_count({vectors_name, Extent::per_mode, {}}, static_cast<std::size_t>(content.modes.count()), modes);
}

std::string content_of(const ModesFile& file) {
  uLong crc = crc32(0, nullptr, 0);
  std::uint64_t bytes = 0;
  const auto add = [&](const auto& values) {
    const auto all = std::as_bytes(std::span(values.data(), static_cast<std::size_t>(values.size())));
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(all.data()), all.size());
    bytes += all.size();
  };
  add(file.modes.numbers);
  add(file.modes.eigenvalues);
  add(file.structure.positions);
  add(file.weights);
  if (file.curved) add(std::string_view("curved"));  // amplitudes of linear motion mean something else
  return fmt::format("{:08x} {}", crc, bytes);
}

// The rows of all ranks are those of all nodes, in the order of the ranks. Collective.
void require_every_row(const Communicator& comm, const ModesFile& content, std::int64_t first_node) {
  const Eigen::Index rows = content.modes.vectors.rows();
  const std::int64_t before = comm.sum_below(rows / 3), all = comm.sum(rows / 3);
  const Eigen::Index nodes = from_root(comm, [&] { return content.structure.size(); });
  collectively(comm, [&] {
    require(rows % 3 == 0 && first_node == before && nodes == all &&
                content.modes.vectors.cols() == static_cast<Eigen::Index>(content.modes.numbers.size()),
            "each row of each mode is held by one rank");
    const Eigen::MatrixXd& rotations = content.modes.rotations;
    require(rotations.cols() == 0 || (rotations.cols() == content.modes.count() && rotations.rows() == rows),
            "rotations are those of the same modes and nodes");
  });
}

// Everything but the numbers of the vectors and rotations, whose space is taken.
void write_all_but_vectors(const std::string& path, const ModesFile& content, const Provenance& provenance,
                           const VectorChecksums& checksums) {
  const auto nodes = static_cast<std::uint64_t>(content.structure.size()),
             modes = static_cast<std::uint64_t>(content.modes.count());
  const bool curved = content.modes.rotations.cols() > 0;
  // Vectors, rotations and positions.
  const std::uint64_t data_bytes = sizeof(double) * nodes * ((curved ? 6 : 3) * modes + 3);
  const hdf5::Handle file = hdf5::create_file(path, data_bytes);
  hdf5::write_format(file, "normal modes", modes_format);
  for (const char* group : {"structure", "modes"}) hdf5::make_group(file, group);
  const auto make = [&](const char* name, const hdf5::Note& note) {
    hdf5::make_chunked_dataset(file, name, H5T_IEEE_F64LE, {modes, nodes, 3},
                               {1, std::min(nodes, most_nodes_per_chunk), 3}, note);
  };
  make(vectors_name, {"none", "mode, atom, x y z; unit norm over all atoms of a mode"});
  if (curved)
    make(rotations_name, {"rad/Å", "mode, atom, x y z; turn of an atom's surroundings per Å of amplitude"});
  for_each_field(content, FieldWriter(file, content));
  write_provenance(file, provenance);
  write_checksums(file, content, provenance, checksums);
}

// Each rank its rows, some modes at a time. Collective.
void write_vectors(const Communicator& comm, const std::string& path, const char* name,
                   const Eigen::MatrixXd& rows, std::int64_t first_node) {
  constexpr double most_bytes = 64 << 20;  // per call: MPI counts are int
  const double bytes = comm.max(static_cast<double>(sizeof(double)) * static_cast<double>(rows.rows()));
  const auto step = static_cast<Eigen::Index>(std::max(1.0, most_bytes / std::max(bytes, 1.0)));
  const hdf5::Handle file = hdf5::open_file(comm, path, hdf5::Access::write);
  const hdf5::Handle dataset = hdf5::open_dataset(file, name);
  const hdf5::Handle together(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "cannot describe a transfer");
  if (comm.size() > 1)
    hdf5::check(H5Pset_dxpl_mpio(together, H5FD_MPIO_COLLECTIVE), "cannot write in parallel");
  const auto nodes = static_cast<std::uint64_t>(rows.rows() / 3),
             first = static_cast<std::uint64_t>(first_node);
  const double nothing = 0;  // HDF5 wants an address also when there is nothing to write
  for (Eigen::Index k = 0; k < rows.cols(); k += step) {
    const auto count = static_cast<std::uint64_t>(std::min(step, rows.cols() - k));
    const auto box =
        hdf5::select(dataset, {static_cast<std::uint64_t>(k), nodes > 0 ? first : 0, 0}, {count, nodes, 3});
    const herr_t status = H5Dwrite(dataset, H5T_NATIVE_DOUBLE, box.memory, box.file, together,
                                   nodes > 0 ? rows.col(k).data() : &nothing);
    collectively(comm, [&] { hdf5::check(status, fmt::format("cannot write {}; is the disk full?", name)); });
  }
}

hdf5::Handle open_modes(const std::string& path) {
  hdf5::Handle file = hdf5::open_file(path, hdf5::Access::read);
  if (!hdf5::exists(file, vectors_name))
    throw Error(path + " holds no normal modes (there is no /modes/vectors); make it with elastem modes");
  hdf5::check_format(file, path, modes_format);
  return file;
}

}  // namespace

std::string no_such_mode(int number, const std::vector<int>& numbers, const std::string& path) {
  return fmt::format(
      "mode {} is not in {}, which has {}{}; choose among these or compute more with elastem modes --modes",
      number, path, format_number_list(numbers),
      number < first_elastic_mode ? "; modes 1-6 are the rigid-body ones" : "");
}

void write_modes(const Communicator& comm, const std::string& path, const ModesFile& content,
                 std::int64_t first_node, const Provenance& provenance) {
  on_root(comm, [&] {
    try {
      require_consistency(content);
    } catch (const Error&) {
      require(false, "the parts of the modes fit together");
    }
  });
  require_every_row(comm, content, first_node);
  const VectorChecksums checksums = vector_checksums(comm, content.modes);
  SharedNewFile target(comm, path);
  try {
    on_root(comm, [&] {
      write_all_but_vectors(target.temporary(), content, provenance, checksums);
      hdf5::reserve_space(target.temporary());  // a full disk is found here, by one rank
    });
    write_vectors(comm, target.temporary(), vectors_name, content.modes.vectors, first_node);
    if (content.modes.rotations.cols() > 0)
      write_vectors(comm, target.temporary(), rotations_name, content.modes.rotations, first_node);
    on_root(comm, [&] {
      hdf5::Handle file = hdf5::open_file(target.temporary(), hdf5::Access::write);
      write_end(file);
      hdf5::close_file(std::move(file));
    });
  } catch (const Error& error) {  // the same on all ranks
    throw Error("cannot write " + path + ": " + error.what());
  }
  target.publish();
}

ModesFile read_modes_table(const std::string& path) {
  const hdf5::Handle file = open_modes(path);
  ModesFile content;
  content.path = path;
  content.curved = hdf5::exists(file, rotations_name);
  try {
    for_each_field(content, FieldReader(file, content));
    content.modes.vectors.resize(0, static_cast<Eigen::Index>(content.modes.numbers.size()));
    require_consistency(content);
    require_sound(file, content);
  } catch (const Error& error) {
    throw hdf5::error_in(path, error.what(), "make it anew with elastem modes");
  }
  return content;
}

std::string modes_content(const std::string& path) {
  return content_of(read_modes_table(path));
}

Provenance modes_provenance(const std::string& path) {
  return read_provenance(open_modes(path));
}

ModeReader::ModeReader(const std::string& path)
    : path_(path),
      file_(open_modes(path)),
      vectors_(hdf5::open_dataset(file_, vectors_name)),
      numbers_(hdf5::read_values<int>(file_, "modes/numbers")),
      checksums_(read_vector_checksums(file_, numbers_.size())) {
  const std::vector<std::uint64_t> shape = hdf5::shape(vectors_);
  if (shape.size() != 3 || shape[0] != numbers_.size() || shape[2] != 3)
    throw Error(fmt::format("{}: /{} does not hold {} modes; make it anew with elastem modes", path,
                            vectors_name, numbers_.size()));
  entries_ = 3 * shape[1];
  if (!hdf5::exists(file_, rotations_name)) return;
  rotations_ = hdf5::open_dataset(file_, rotations_name);
  if (hdf5::shape(*rotations_) != shape)
    throw Error(fmt::format("{}: /{} is not of the shape of /{}; make it anew with elastem modes", path,
                            rotations_name, vectors_name));
}

Eigen::VectorXd ModeReader::read(int number) const {
  Eigen::VectorXd vector(static_cast<Eigen::Index>(entries_));
  read(number, {vector.data(), entries_});
  return vector;
}

void ModeReader::read(int number, std::span<double> vector) const {
  read(vectors_, checksums_.vectors, number, vector);
}

void ModeReader::read_rotation(int number, std::span<double> rotation) const {
  require(rotations_.has_value(), "motion is curved");
  read(*rotations_, checksums_.rotations, number, rotation);
}

void ModeReader::read(hid_t dataset, const std::vector<std::uint32_t>& checksums, int number,
                      std::span<double> vector) const {
  const auto at = std::ranges::find(numbers_, number);
  if (at == numbers_.end()) throw Error(no_such_mode(number, numbers_, path_));
  if (vector.size() != entries_)
    throw Error(fmt::format("{}: /{} does not have {} atoms; make it anew with elastem modes", path_,
                            vectors_name, vector.size() / 3));
  const auto box =
      hdf5::select(dataset, {static_cast<std::uint64_t>(at - numbers_.begin()), 0, 0}, {1, entries_ / 3, 3});
  hdf5::check(H5Dread(dataset, H5T_NATIVE_DOUBLE, box.memory, box.file, H5P_DEFAULT, vector.data()),
              fmt::format("cannot read mode {} of {}", number, path_));
  const auto row = static_cast<std::size_t>(at - numbers_.begin());
  if (!std::ranges::all_of(vector, [](double each) { return std::isfinite(each); }) ||
      (!checksums.empty() && checksums.at(row) != vector_checksum(vector)))
    throw Error(fmt::format("{}: mode {} is damaged; make it anew with elastem modes", path_, number));
}

}  // namespace elastem
