#include "structure/atom_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <zlib.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "structure/residue_composition.hpp"

namespace elastem {

namespace {

// The whole file, decompressed where it is gzipped: zlib passes plain files through.
std::string file_content(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Error("structure file not found: " + path + ". Check the path.");
  if (!std::filesystem::is_regular_file(path))
    throw Error(path + " is a directory or device; a PDB or mmCIF file is needed.");
  require_regular_file(path);
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose_r);
  if (!file) throw Error("cannot open " + path + ": " + std::strerror(errno) + ". Check its permissions.");
  std::string content;
  std::vector<char> buffer(1 << 20);
  int count = 0;
  while ((count = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
    content.append(buffer.data(), static_cast<std::size_t>(count));
  int code = Z_OK;
  const char* text = gzerror(file.get(), &code);
  if (count < 0 || code != Z_OK)
    throw Error("cannot read " + path + ": " + (code == Z_ERRNO ? std::strerror(errno) : text) +
                ". The file is damaged or truncated; fetch it again.");
  return content;
}

// mmCIF begins, after blanks and comments, with the name of a data block.
bool is_mmcif(std::string_view content) {
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') {
      std::string head(line.substr(first, 5));
      std::ranges::transform(head, head.begin(),
                             [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
      return head == "data_";
    }
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return false;
}

}  // namespace

AtomFile read_atom_file(const std::string& path) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::string content = file_content(path);
  std::string_view text = content;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos || text.front() == '{')
    throw Error(path + " is neither a PDB nor an mmCIF file: it holds no atom records.");
  AtomFile file = is_mmcif(text) ? parse_mmcif(text, path) : parse_pdb(text, path);
  if (file.models.empty())
    throw Error(path + " holds no atoms: it has no " +
                (is_mmcif(text) ? "_atom_site table" : "ATOM records") + ". Is it a PDB or mmCIF file?");
  return file;
}

bool begins_anew(const FileResidue& residue, const FileAtom& atom) {
  constexpr double same_place = 2.0, bond = 2.2;  // Å
  constexpr std::size_t most = 2000;              // atoms of a residue that is worth the search
  if (residue.atoms.empty() || residue.atoms.size() > most) return false;
  const FileAtom& first = residue.atoms.front();
  if (atom.name != first.name || atom.location != first.location) return false;
  if ((atom.position - first.position).norm() <= same_place) return false;
  // The next residue of a chain is bonded to this one; atoms of a ligand may all bear one name.
  return is_polymer_residue(residue.name) || std::ranges::none_of(residue.atoms, [&](const FileAtom& other) {
           return (other.position - atom.position).norm() <= bond;
         });
}

}  // namespace elastem
