#include "particles/ctf_parameters.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/star_text.hpp"

namespace elastem {

namespace {

struct Value {
  std::string text;
  std::uint64_t line = 0;
};
struct Block {
  std::string name;
  std::map<std::string, Value> values;
  std::vector<std::string> labels;  ///< of the loop that is read
};

std::vector<Block> blocks_of(const std::string& path) {
  constexpr std::uint64_t most_lines = 100000;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot be opened; it is the file of CTF parameters of an XMD");
  std::vector<Block> blocks;
  std::vector<std::string> values;
  std::uint64_t line = 0;
  for (std::string raw; std::getline(file, raw) && line < most_lines;) {
    ++line;
    if (!split_star_line(trimmed(raw), values))
      throw Error(fmt::format("{}:{}: a quotation mark has no end", path, line));
    if (values.empty()) continue;
    if (values[0].starts_with("data_")) {
      blocks.push_back({values[0].substr(5), {}, {}});
    } else if (blocks.empty() || values[0] == "loop_") {
      if (!blocks.empty()) blocks.back().labels.clear();
    } else if (values[0].front() == '_' && values.size() == 2) {
      blocks.back().values[values[0].substr(1)] = {values[1], line};
    } else if (values[0].front() == '_') {
      blocks.back().labels.push_back(values[0].substr(1));
    } else {
      for (std::size_t i = 0; i < std::min(values.size(), blocks.back().labels.size()); ++i)
        blocks.back().values.emplace(blocks.back().labels[i], Value{values[i], line});
    }
  }
  return blocks;
}

const Block& chosen(const std::vector<Block>& blocks, const std::string& path, const std::string& wanted) {
  const Block* first = nullptr;
  for (const Block& block : blocks) {
    if (!block.values.contains("ctfDefocusU")) continue;
    if (block.name == (wanted.empty() ? "fullMicrograph" : wanted)) return block;
    if (first == nullptr) first = &block;
  }
  if (first != nullptr && wanted.empty()) return *first;
  throw Error(fmt::format("{}: no block{} has _ctfDefocusU: it is no file of CTF parameters of Xmipp", path,
                          wanted.empty() ? "" : " data_" + wanted));
}

}  // namespace

Ctf read_ctf_parameters(const std::string& path, const std::string& block) {
  const auto blocks = blocks_of(path);
  const Block& found = chosen(blocks, path, block);
  const auto number = [&](const std::string& label, std::optional<double> otherwise = {}) {
    const auto value = found.values.find(label);
    if (value == found.values.end()) {
      if (otherwise) return *otherwise;
      throw Error(fmt::format("{}: the label _{} is missing; the CTF needs it", path, label));
    }
    double parsed = 0;
    if (!parse_number(value->second.text, parsed))
      throw Error(fmt::format("{}:{}: _{} is \"{}\", not a finite number", path, value->second.line, label,
                              value->second.text));
    return parsed;
  };
  Ctf ctf;
  ctf.defocus_u = number("ctfDefocusU");
  ctf.defocus_v = number("ctfDefocusV", ctf.defocus_u);
  ctf.defocus_angle = number("ctfDefocusAngle", 0.0);
  ctf.phase_shift = number("ctfPhaseShift", 0.0);
  ctf.voltage_kv = number("ctfVoltage");
  ctf.cs_mm = number("ctfSphericalAberration");
  ctf.amplitude_contrast = number("ctfQ0");
  return ctf;
}

}  // namespace elastem
