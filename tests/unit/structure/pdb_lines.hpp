#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "structure/structure_file.hpp"

namespace elastem::pdb {

/// One ATOM record, after the format's columns.
struct Line {
  std::string name = "CA", residue = "ALA", chain = "A";
  int number = 1;
  double x = 0, y = 0, z = 0;
  std::string end = "  1.00  9.00";  ///< columns 55 on
  char location = ' ';
  bool hetero = false;
  bool flush_left = false;
};

inline std::string text(const Line& line) {
  const std::string name = line.flush_left || line.name.size() == 4 ? line.name : " " + line.name;
  return fmt::format("{:<6}{:5} {:<4}{}{:>3} {:>1}{:4}    {:8.3f}{:8.3f}{:8.3f}{}\n",
                     line.hetero ? "HETATM" : "ATOM", 1, name, line.location, line.residue, line.chain,
                     line.number, line.x, line.y, line.z, line.end);
}

/// Backbones N, CA, C, O of residues a bond apart along x, numbered from `first`.
struct Chain {
  std::vector<std::string> sequence;
  std::string name = "A";
  int first = 1;
  double y = 0;
  double x = 0;
};

inline std::string text(const Chain& chain) {
  std::string all;
  for (std::size_t i = 0; i < chain.sequence.size(); ++i) {
    const double x = chain.x + 3.8 * static_cast<double>(i);
    const auto add = [&](const char* name, double dx, double dy) {
      all += text(Line{.name = name,
                       .residue = chain.sequence[i],
                       .chain = chain.name,
                       .number = chain.first + static_cast<int>(i),
                       .x = x + dx,
                       .y = chain.y + dy,
                       .end = fmt::format("  1.00  9.00          {:>2}", std::string(name).substr(0, 1))});
    };
    add("N", 0, 0);
    add("CA", 1.4, 0.4);
    add("C", 2.6, 0);
    add("O", 2.6, -1.2);
  }
  return all;
}

/// A file that is gone with the variable.
class File {
 public:
  explicit File(const std::string& content, const std::string& extension = ".pdb")
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("elastem_{}_{}{}", ::getpid(), static_cast<const void*>(this), extension)) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline StructureFile read(const std::string& content, const StructureSelection& selection = {}) {
  const File file(content);
  return read_structure(file.path(), selection);
}

}  // namespace elastem::pdb
