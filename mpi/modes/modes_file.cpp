#include "mpi/modes/modes_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <span>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/storage/hdf5_file.hpp"
#include "mpi/storage/stored_provenance.hpp"

namespace elastem {
namespace {

using hdf5::Note;

constexpr std::uint64_t most_nodes_a_chunk = 1 << 17;

template <class T, class F>
std::vector<T> of_atoms(const Structure& structure, F&& field) {
  std::vector<T> values;
  values.reserve(structure.atoms.size());
  for (const auto& atom : structure.atoms) values.push_back(field(atom));
  return values;
}

void write_structure(hid_t file, const ModesFile& content) {
  const auto group = hdf5::make_group(file, "structure");
  const Structure& structure = content.structure;
  const auto n = static_cast<std::uint64_t>(structure.size());
  const auto texts = [&](const char* name, std::string Atom::*field, const char* description) {
    hdf5::write_strings(group, name,
                        of_atoms<std::string>(structure, [&](const Atom& a) { return a.*field; }),
                        {"none", description});
  };
  const auto numbers = [&](const char* name, double Atom::*field, const Note& note) {
    const auto values = of_atoms<double>(structure, [&](const Atom& a) { return a.*field; });
    hdf5::write_values(group, name, {n}, values.data(), note);
  };
  hdf5::write_values(group, "positions", {n, 3}, structure.positions.data(),
                     Note{"Å", "reference positions from the centre of mass"});
  hdf5::write_values(group, "centre", {3}, content.centre.data(),
                     Note{"Å", "what was taken off the positions of the input file"});
  hdf5::write_values(group, "weights", {n}, content.weights.data(),
                     Note{"electrons", "density of each atom"});
  hdf5::write_strings(group, "atom_model", {to_string(content.atom_model.density)},
                      {"none", "density of an atom: gaussian or scattering"});
  hdf5::write_value(group, "atom_sigma", content.atom_model.sigma,
                    Note{"Å", "standard deviation of the Gaussian of an atom"});
  hdf5::write_value(group, "scattering_b_factor", content.atom_model.b_factor,
                    Note{"Å²", "blur of the electron scattering factors of an atom"});
  hdf5::write_strings(group, "atoms", {content.atoms}, {"none", "which atoms: all or ca"});
  texts("atom_name", &Atom::name, "atom names");
  texts("element", &Atom::element, "chemical elements");
  texts("residue_name", &Atom::residue_name, "residue names");
  texts("chain", &Atom::chain, "chain names");
  texts("insertion_code", &Atom::insertion_code, "insertion codes of the residues");
  const auto residues = of_atoms<int>(structure, [](const Atom& a) { return a.residue_number; });
  hdf5::write_values(group, "residue_number", {n}, residues.data(), Note{"none", "residue numbers"});
  numbers("b_factor", &Atom::b_factor, {"Å²", "B-factors of the input file"});
  numbers("mass", &Atom::mass, {"atomic mass units", "atomic masses"});
  numbers("charge_sum", &Atom::charge_sum,
          {"elementary charges", "sum of the atomic numbers that a node stands for"});
}

// All but the numbers of the vectors, whose space is taken.
void write_normal_modes(hid_t file, const ModesFile& content) {
  const auto group = hdf5::make_group(file, "modes");
  const NormalModes& modes = content.modes;
  const auto k = static_cast<std::uint64_t>(modes.count());
  const auto nodes = static_cast<std::uint64_t>(content.structure.size());
  hdf5::make_chunked_dataset(group, "vectors", H5T_IEEE_F64LE, {k, nodes, 3},
                             {1, std::min<std::uint64_t>(nodes, most_nodes_a_chunk), 3},
                             Note{"none", "mode, atom, x y z; unit norm over all atoms of a mode"});
  hdf5::write_values(group, "eigenvalues", {k}, modes.eigenvalues.data(),
                     Note{"spring constants", "ascending"});
  hdf5::write_values(group, "numbers", {k}, modes.numbers.data(),
                     Note{"none", "counted from 1 with the six rigid-body modes"});
  hdf5::write_values(group, "collectivity", {k}, modes.collectivity.data(),
                     Note{"none", "Brüschweiler 1995, 0 to 1"});
  hdf5::write_values(group, "score", {k}, modes.score.data(),
                     Note{"none", "rank by order and collectivity; low is good"});
  hdf5::write_values(group, "enabled", {k}, modes.enabled.data(),
                     Note{"none", "0: switched off, hardly collective"});
  hdf5::write_value(group, "cutoff", content.cutoff, Note{"Å", "longest spring of the elastic network"});
}

Eigen::VectorXd read_vector(hid_t group, const char* name) {
  const auto values = hdf5::read_values<double>(group, name);
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

void read_atoms(hid_t group, Structure& structure) {
  const auto n = static_cast<std::size_t>(structure.size());
  structure.atoms.resize(n);
  const auto fill = [&](const char* name, const auto& values, auto Atom::*field) {
    if (values.size() != n)
      throw Error(std::string("structure/") + name + " has " + std::to_string(values.size()) +
                  " values for " + std::to_string(n) + " atoms");
    for (std::size_t i = 0; i < n; ++i) structure.atoms[i].*field = values[i];
  };
  const auto texts = [&](const char* name, std::string Atom::*field) {
    fill(name, hdf5::read_strings(group, name), field);
  };
  const auto numbers = [&](const char* name, double Atom::*field) {
    fill(name, hdf5::read_values<double>(group, name), field);
  };
  texts("atom_name", &Atom::name);
  texts("element", &Atom::element);
  texts("residue_name", &Atom::residue_name);
  texts("chain", &Atom::chain);
  texts("insertion_code", &Atom::insertion_code);
  fill("residue_number", hdf5::read_values<int>(group, "residue_number"), &Atom::residue_number);
  numbers("b_factor", &Atom::b_factor);
  numbers("mass", &Atom::mass);
  numbers("charge_sum", &Atom::charge_sum);
}

// Files of older versions hold the σ of Gaussian atoms only.
void read_atom_model(hid_t group, AtomModel& model) {
  model.sigma = hdf5::read_value<double>(group, "atom_sigma");
  if (!hdf5::exists(group, "atom_model")) return;
  const auto names = hdf5::read_strings(group, "atom_model");
  model.density = parse_atom_density(names.empty() ? "" : names.front(), "structure/atom_model");
  model.b_factor = hdf5::read_value<double>(group, "scattering_b_factor");
}

void read_structure(hid_t file, ModesFile& content) {
  const hdf5::Handle group(H5Gopen2(file, "structure", H5P_DEFAULT), H5Gclose,
                           "there is no group /structure");
  const auto positions = hdf5::read_values<double>(group, "positions");
  content.structure.positions = Eigen::Map<const Eigen::Matrix3Xd>(
      positions.data(), 3, static_cast<Eigen::Index>(positions.size() / 3));
  const auto centre = read_vector(group, "centre");
  if (centre.size() != 3) throw Error("structure/centre does not hold three values");
  content.centre = centre;
  content.weights = read_vector(group, "weights");
  read_atom_model(group, content.atom_model);
  const auto atoms = hdf5::read_strings(group, "atoms");
  content.atoms = atoms.empty() ? "" : atoms.front();
  read_atoms(group, content.structure);
}

enum class Vectors { all, none };

void read_normal_modes(hid_t file, ModesFile& content, Vectors wanted) {
  const hdf5::Handle group(H5Gopen2(file, "modes", H5P_DEFAULT), H5Gclose, "there is no group /modes");
  NormalModes& modes = content.modes;
  modes.numbers = hdf5::read_values<int>(group, "numbers");
  modes.eigenvalues = read_vector(group, "eigenvalues");
  modes.collectivity = read_vector(group, "collectivity");
  modes.score = read_vector(group, "score");
  modes.enabled = hdf5::read_values<std::uint8_t>(group, "enabled");
  content.cutoff = hdf5::read_value<double>(group, "cutoff");
  const auto k = static_cast<Eigen::Index>(modes.numbers.size());
  if (wanted == Vectors::none) {
    modes.vectors.resize(0, k);
    return;
  }
  const auto vectors = hdf5::read_values<double>(group, "vectors");
  const Eigen::Index rows = 3 * content.structure.size();
  if (static_cast<Eigen::Index>(vectors.size()) != rows * k)
    throw Error("modes/vectors does not hold " + std::to_string(k) + " modes of " +
                std::to_string(content.structure.size()) + " atoms");
  modes.vectors = Eigen::Map<const Eigen::MatrixXd>(vectors.data(), rows, k);
}

// "" when the parts fit together, else what does not.
std::string inconsistency(const ModesFile& content) {
  const NormalModes& modes = content.modes;
  const auto k = modes.numbers.size();
  const auto has_k = [&](const Eigen::VectorXd& values) {
    return static_cast<std::size_t>(values.size()) == k;
  };
  if (!has_k(modes.eigenvalues) || !has_k(modes.collectivity) || !has_k(modes.score) ||
      modes.enabled.size() != k)
    return "the data sets of /modes differ in their number of modes";
  if (static_cast<std::size_t>(modes.vectors.cols()) != k)
    return "/modes/vectors has another shape than " + std::to_string(k) + " modes";
  if (content.weights.size() != content.structure.size() ||
      content.structure.atoms.size() != static_cast<std::size_t>(content.structure.size()))
    return "/structure does not have a value of everything for each atom";
  return content.structure.size() == 0 ? "there are no atoms in it" : "";
}

ModesFile read_alone(const std::string& path, Vectors wanted) {
  const auto file = hdf5::open_file(path, hdf5::Access::read);
  if (!hdf5::exists(file, "modes/vectors"))
    throw Error(path + " holds no normal modes (there is no /modes/vectors); make it with elastem modes");
  ModesFile content;
  try {
    read_structure(file, content);
    read_normal_modes(file, content, wanted);
    if (const auto text = inconsistency(content); !text.empty()) throw Error(text);
  } catch (const Error& error) {
    throw Error(path + ": " + error.what() + "; make it anew with elastem modes");
  }
  return content;
}

// The rows of all ranks are those of all nodes, in the order of the ranks. Collective.
void require_every_row(const Communicator& comm, const ModesFile& content, std::int64_t first_node) {
  const Eigen::Index rows = content.modes.vectors.rows();
  std::vector<std::int64_t> nodes(static_cast<std::size_t>(comm.size()) + 1);
  nodes[static_cast<std::size_t>(comm.rank())] = rows / 3;
  if (comm.root()) nodes.back() = content.structure.size();
  comm.sum(std::span(nodes));
  const auto here = nodes.begin() + comm.rank();
  collectively(comm, [&] {
    require(rows % 3 == 0 && first_node == std::accumulate(nodes.begin(), here, std::int64_t{0}) &&
                nodes.back() == std::accumulate(nodes.begin(), nodes.end() - 1, std::int64_t{0}) &&
                content.modes.vectors.cols() == static_cast<Eigen::Index>(content.modes.numbers.size()),
            "the ranks hold every row of every mode once");
  });
}

void write_all_but_vectors(const std::string& path, const ModesFile& content, const Provenance& provenance) {
  const auto nodes = static_cast<std::uint64_t>(content.structure.size()),
             modes = static_cast<std::uint64_t>(content.modes.count());
  const std::uint64_t data_bytes = sizeof(double) * nodes * (3 * modes + 3);  // vectors and positions
  const hdf5::Handle file = hdf5::create_file(path, data_bytes);
  hdf5::write_attribute(file, "elastem", "normal modes");
  write_structure(file, content);
  write_normal_modes(file, content);
  write_provenance(file, provenance);
}

// Each rank its rows, some modes at a time. Collective.
void write_vectors(const Communicator& comm, const std::string& path, const Eigen::MatrixXd& rows,
                   std::int64_t first_node) {
  constexpr double most_bytes = 64 << 20;  // a call: MPI counts are int
  const double bytes = comm.max(static_cast<double>(sizeof(double)) * static_cast<double>(rows.rows()));
  const auto step = static_cast<Eigen::Index>(std::max(1.0, most_bytes / std::max(bytes, 1.0)));
  const hdf5::Handle file = hdf5::open_file(comm, path, hdf5::Access::write);
  const hdf5::Handle dataset = hdf5::open_dataset(file, "modes/vectors");
  const hdf5::Handle together(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "cannot describe a transfer");
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
    collectively(comm, [&] { hdf5::check(status, "cannot write modes/vectors; is the disk full?"); });
  }
}

// Broadcasts: sizes first, then the numbers, and each text field as one text with a line an atom.
template <class T>
void broadcast_values(const Communicator& comm, std::vector<T>& values) {
  std::uint64_t size = values.size();
  comm.broadcast(std::span<std::uint64_t>(&size, 1));
  values.resize(size);
  comm.broadcast(std::span<T>(values));
}

template <class Matrix>
void broadcast_matrix(const Communicator& comm, Matrix& matrix) {
  std::array<Eigen::Index, 2> shape = {matrix.rows(), matrix.cols()};
  comm.broadcast(std::span<Eigen::Index>(shape));
  matrix.resize(shape[0], shape[1]);
  comm.broadcast(std::span<double>(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

void broadcast_atom_texts(const Communicator& comm, std::vector<Atom>& atoms, std::string Atom::*field) {
  std::string text;
  for (const auto& atom : atoms) text += atom.*field + '\n';
  comm.broadcast(text);
  std::size_t at = 0;
  for (auto& atom : atoms) {
    const auto end = text.find('\n', at);
    atom.*field = text.substr(at, end - at);
    at = end + 1;
  }
}

void broadcast_atoms(const Communicator& comm, std::vector<Atom>& atoms) {
  std::uint64_t count = atoms.size();
  comm.broadcast(std::span<std::uint64_t>(&count, 1));
  atoms.resize(count);
  for (auto field : {&Atom::name, &Atom::element, &Atom::residue_name, &Atom::chain, &Atom::insertion_code})
    broadcast_atom_texts(comm, atoms, field);
  std::vector<double> numbers;
  for (const auto& a : atoms)
    for (const double value : {static_cast<double>(a.residue_number), a.b_factor, a.mass, a.charge_sum})
      numbers.push_back(value);
  comm.broadcast(std::span<double>(numbers));
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    atoms[i].residue_number = static_cast<int>(numbers[4 * i]);
    atoms[i].b_factor = numbers[4 * i + 1];
    atoms[i].mass = numbers[4 * i + 2];
    atoms[i].charge_sum = numbers[4 * i + 3];
  }
}

}  // namespace

std::string no_such_mode(int number, const std::vector<int>& numbers, const std::string& path) {
  return "mode " + std::to_string(number) + " is not in " + path + ", which has " +
         format_number_list(numbers) + (number <= 6 ? "; modes 1-6 are the rigid-body ones" : "") +
         "; choose among these or compute more with elastem modes --modes";
}

void write_modes(const Communicator& comm, const std::string& path, const ModesFile& content,
                 std::int64_t first_node, const Provenance& provenance) {
  collectively(comm, [&] {
    if (comm.root()) require(inconsistency(content).empty(), "the parts of the modes do not fit together");
  });
  require_every_row(comm, content, first_node);
  const std::string temporary = path + ".partial";
  try {
    collectively(comm, [&] {
      if (!comm.root()) return;
      write_all_but_vectors(temporary, content, provenance);
      hdf5::reserve_space(temporary);  // a full disk is found here, by one rank
    });
    write_vectors(comm, temporary, content.modes.vectors, first_node);
    collectively(comm, [&] {
      if (!comm.root()) return;
      hdf5::Handle file = hdf5::open_file(temporary, hdf5::Access::write);
      write_end(file);
      hdf5::publish_file(std::move(file), temporary, path);
    });
  } catch (const Error& error) {  // the same on all ranks
    if (comm.root()) std::remove(temporary.c_str());
    throw Error("cannot write " + path + ": " + error.what());
  }
}

ModesFile read_modes(const Communicator& comm, const std::string& path) {
  ModesFile content;
  collectively(comm, [&] {
    if (comm.root()) content = read_alone(path, Vectors::all);
  });
  broadcast_atoms(comm, content.structure.atoms);
  broadcast_matrix(comm, content.structure.positions);
  comm.broadcast(std::span<double>(content.centre.data(), 3));
  broadcast_values(comm, content.modes.numbers);
  broadcast_values(comm, content.modes.enabled);
  broadcast_matrix(comm, content.modes.eigenvalues);
  broadcast_matrix(comm, content.modes.vectors);
  broadcast_matrix(comm, content.modes.collectivity);
  broadcast_matrix(comm, content.modes.score);
  broadcast_matrix(comm, content.weights);
  comm.broadcast(content.atoms);
  comm.broadcast(std::span<AtomModel>(&content.atom_model, 1));
  comm.broadcast(std::span<double>(&content.cutoff, 1));
  content.path = path;
  return content;
}

ModesFile read_modes_table(const std::string& path) {
  ModesFile content = read_alone(path, Vectors::none);
  content.path = path;
  return content;
}

Eigen::VectorXd read_mode_vector(const std::string& path, int number) {
  const hdf5::Handle file = hdf5::open_file(path, hdf5::Access::read);
  const std::vector<int> numbers = hdf5::read_values<int>(file, "modes/numbers");
  const auto at = std::ranges::find(numbers, number);
  if (at == numbers.end()) throw Error(no_such_mode(number, numbers, path));
  const hdf5::Handle dataset = hdf5::open_dataset(file, "modes/vectors");
  const std::vector<std::uint64_t> shape = hdf5::shape(dataset);
  if (shape.size() != 3 || shape[0] != numbers.size() || shape[2] != 3)
    throw Error(path + ": /modes/vectors does not hold " + std::to_string(numbers.size()) +
                " modes; make it anew with elastem modes");
  Eigen::VectorXd vector(static_cast<Eigen::Index>(3 * shape[1]));
  const auto box =
      hdf5::select(dataset, {static_cast<std::uint64_t>(at - numbers.begin()), 0, 0}, {1, shape[1], 3});
  hdf5::check(H5Dread(dataset, H5T_NATIVE_DOUBLE, box.memory, box.file, H5P_DEFAULT, vector.data()),
              "cannot read mode " + std::to_string(number) + " of " + path);
  return vector;
}

}  // namespace elastem
