#include "mpi/commands/inspect/file_kind.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "mpi/commands/inspect/network_report.hpp"
#include "mpi/storage/hdf5_file.hpp"

namespace elastem {

namespace {

FileKind kind_of_hdf5(const std::string& path) {
  const auto file = hdf5::open_file(path, hdf5::Access::read);
  if (hdf5::exists(file, "particles/amplitudes")) return FileKind::results;
  if (hdf5::exists(file, "modes/vectors")) return FileKind::modes;
  throw Error(
      path +
      ": an HDF5 file, but neither modes nor particle results of elastem; give a modes.h5, alignment.h5, "
      "predictions.h5 or truth.h5, a network, particles, images or a structure");
}

bool names_structure(std::filesystem::path path) {
  if (path.extension() == ".gz") path.replace_extension();
  constexpr std::array endings = {".pdb", ".ent", ".cif", ".mmcif"};
  return std::find(endings.begin(), endings.end(), path.extension()) != endings.end();
}

}  // namespace

FileKind file_kind(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    throw Error(path + ": is not there, or no regular file");
  std::array<char, 1024> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  const std::string head(bytes.data(), static_cast<std::size_t>(file.gcount()));
  const std::string extension = std::filesystem::path(path).extension().string();
  if (head.starts_with("\x89HDF") || extension == ".h5") return kind_of_hdf5(path);
  if (head.starts_with(network_magic)) return FileKind::network;
  if (names_structure(path)) return FileKind::structure;
  if (extension == ".star" || extension == ".xmd" || head.starts_with("\x93NUMPY"))
    return FileKind::particles;
  // Text has no byte of 0.
  if (extension == ".gz" || head.find('\0') != std::string::npos) return FileKind::images;
  throw Error(
      path +
      ": is nothing that elastem knows: modes or results (.h5), a network (.pt), particles (.star, .xmd), "
      "images or a map (MRC, SPIDER), a structure (.pdb, .cif)");
}

}  // namespace elastem
