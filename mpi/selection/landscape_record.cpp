#include "mpi/selection/landscape_record.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/new_file.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;

constexpr int format = 1;
constexpr const char* rows_role = "rows";

constexpr std::array fixed_names = {"index.html",     "landscape.json", "trajectory.pdb", "trajectory.cxc",
                                    "trajectory.pml", "components.csv", "frames.csv",     "profile.csv",
                                    "plane.csv",      "states.csv",     "states.pdb",     "paths.csv",
                                    "residues.csv",   "domains.csv",    "particles.csv",  "scatter.png",
                                    "density.png",    "profile.png",    "free_energy.png"};

bool is_page_of_landscape(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(4096, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.find("Conformational landscape") != std::string::npos;
}

}  // namespace

std::vector<std::string> stacks_of(const Provenance& provenance) {
  std::vector<std::string> lines;
  if (!provenance.images.empty()) lines.push_back(provenance.images);
  std::ranges::copy_if(provenance.inputs, std::back_inserter(lines), [](const std::string& line) {
    return line.starts_with("stack ") || line.starts_with("stacks ");
  });
  return lines;
}

std::string landscape_rows_path(const std::string& folder) {
  return (fs::path(folder) / "particles.csv").string();
}

std::string landscape_record_path(const std::string& folder) {
  return (fs::path(folder) / "landscape.json").string();
}

void write_landscape_record(const std::string& folder, LandscapeRecord record) {
  record.rows_fingerprint = input_fingerprint(rows_role, landscape_rows_path(folder));
  const nlohmann::json json = {{"format", format},        {"version", program_version()},
                               {"result", record.result}, {"rows", record.rows},
                               {"images", record.images}, {"particles.csv", record.rows_fingerprint},
                               {"files", record.files}};
  write_text_file(landscape_record_path(folder),
                  json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::optional<LandscapeRecord> read_landscape_record(const std::string& folder) {
  const std::string path = landscape_record_path(folder);
  if (!fs::exists(path)) return std::nullopt;
  LandscapeRecord record;
  try {
    const nlohmann::json json = nlohmann::json::parse(std::ifstream(path));
    if (json.at("format").get<int>() > format)
      throw Error(path + " is of a newer elastem; make the landscape again, or use that version");
    json.at("result").get_to(record.result);
    json.at("rows").get_to(record.rows);
    json.at("images").get_to(record.images);
    json.at("particles.csv").get_to(record.rows_fingerprint);
    json.at("files").get_to(record.files);
    for (const std::string& line : record.images) parse_fingerprint(line);
    parse_fingerprint(record.rows_fingerprint);
  } catch (const nlohmann::json::exception&) {
    throw Error(path + " is damaged; make the landscape again");
  }
  return record;
}

bool is_landscape_file(const std::string& name) {
  static const std::regex numbered(
      "path_[0-9]+_[0-9]+\\.(pdb|cxc|pml)|chosen_path_[0-9]+\\.(pdb|cxc|pml)|coordinate_[0-9]+\\.(csv|png)");
  return std::ranges::find(fixed_names, name) != fixed_names.end() || std::regex_match(name, numbered);
}

std::vector<std::string> files_of_landscape(const std::string& folder) {
  std::vector<std::string> names;
  if (const auto record = read_landscape_record(folder)) {
    names = record->files;
  } else if (is_page_of_landscape(fs::path(folder) / "index.html")) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
  }
  std::erase_if(names, [&](const std::string& name) {
    return !is_landscape_file(name) || !fs::is_regular_file(fs::symlink_status(fs::path(folder) / name));
  });
  std::ranges::sort(names);
  return names;
}

}  // namespace elastem
