#include "mpi/commands/inspect/network_report.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "mpi/commands/inspect/say.hpp"

namespace elastem {

namespace {

using nlohmann::json;

json header_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::uint64_t length = 0;
  if (!std::getline(file, line) || !line.starts_with(network_magic) ||
      !file.read(reinterpret_cast<char*>(&length), sizeof length))
    throw Error(path + ": is no network of elastem");
  if (length > std::filesystem::file_size(path))
    throw Error(path + ": is damaged: its header is longer than the file");
  std::string text(length, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(length)))
    throw Error(path + ": is cut off within its header");
  return json::parse(text);
}

void say_texts(const char* name, const json& texts) {
  bool first = true;
  for (const json& text : texts) {
    say("  {:<14}{}", first ? name : "", text.get<std::string>());
    first = false;
  }
}

void say_header(const std::string& path, const json& header) {
  const json& architecture = header.at("architecture");
  const json& grid = header.at("grid");
  say("{}: a network {} for modes {}, of images of {}² pixels of {:.4g} Å, which it sees as {}²", path,
      architecture.at("name").get<std::string>(),
      format_number_list(header.at("modes").get<std::vector<int>>()), grid.at("size").get<int>(),
      grid.at("pixel_size").get<double>(), architecture.at("input_size").get<int>());
  say("  {} weights, {} epochs, {} images seen", header.at("weights").get<std::int64_t>(),
      header.at("epoch").get<std::int64_t>(), header.at("images").get<std::int64_t>());
  const json& history = header.at("history");
  if (!history.empty()) {
    std::string text;
    for (const auto& [name, value] : history.back().items())
      if (value.is_number()) text += fmt::format(" {}={:g}", name, value.get<double>());
    say("  last epoch:{}", text);
  }
  say_texts("inputs", header.at("inputs"));
  say_texts("options", header.at("options"));
}

}  // namespace

void report_network(const std::string& path) {
  try {
    say_header(path, header_of(path));
  } catch (const json::exception& problem) {
    throw Error(path + ": its header cannot be read (" + problem.what() +
                "); was it written by another version?");
  }
}

}  // namespace elastem
