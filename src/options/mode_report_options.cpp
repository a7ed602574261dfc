#include "options/mode_report_options.hpp"

#include <filesystem>
#include <system_error>

#include <spdlog/fmt/fmt.h>

#include "core/number_list.hpp"

namespace elastem::cli {

namespace {

void check_animated(const OptionTable& table, const std::string& list, int last_mode) {
  if (list.empty()) return;
  const std::vector<int> modes = parse_number_list(list, "option --animate");
  if (modes.front() < 7) refuse_option("animate", list + "; modes 1-6 are the rigid-body ones");
  if (!table.given("import") && modes.back() > last_mode)
    refuse_option(
        "animate",
        fmt::format("{}; the last mode that is computed is {}; ask for more with --modes", list, last_mode));
}

namespace fs = std::filesystem;

bool is_animation(const std::string& name) {
  return name.starts_with("mode") && name.ends_with(".pdb") &&
         name.find_first_not_of("0123456789", 4) == name.size() - 4;
}

// Which modes are animated may only show later: animations that are there already.
std::vector<std::string> report_files(const fs::path& folder) {
  std::vector<std::string> files;
  if (folder.empty()) return files;
  for (const char* name : {"index.html", "modes.csv", "nodes.csv", "overlaps.png", "collectivity.png",
                           "eigenvalues.png", "fluctuations.png", "shifts.png"})
    files.push_back((folder / name).string());
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (is_animation(entry->path().filename().string())) files.push_back(entry->path().string());
  return files;
}

}  // namespace

void add_mode_report_options(OptionTable& table, ModeReportOptions& o, const int& last_mode) {
  table.option("report", o.folder, "DIR", "folder for index.html, plots, tables and animations of the modes")
      .unstored()
      .folder()
      .written({.makes_folders = true});
  table.also_writes("report", [&o] { return report_files(o.folder); });
  table
      .option("target", o.target, "FILE",
              "another conformation of the molecule: how well each mode describes the change to it")
      .unstored()
      .file({".pdb", ".cif", ".ent", ".gz"});
  table
      .option("animate", o.animate, "LIST",
              "modes that --report animates, e.g. 7-9 (by default the first three enabled ones)")
      .unstored();
  table.option("animation-rmsd", o.animation_rmsd, "Å", "RMSD from the structure at the ends of an animation")
      .above(0)
      .unstored();
  table.check([&](const OptionTable& given) {
    if (o.folder.empty()) given.refuse({"animate", "animation-rmsd"}, "goes with --report only");
    if (given.given("from-map"))
      given.refuse({"target"},
                   "pseudoatoms of a map have no residues to compare; give a structure with --input");
    if (given.given("import"))
      given.refuse({"modes", "solver", "block-residues", "from-map"},
                   "means nothing for modes that --import takes from a file");
    check_animated(given, o.animate, last_mode);
  });
}

}  // namespace elastem::cli
