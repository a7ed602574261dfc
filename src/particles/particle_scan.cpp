// The one pass over a particle file that finds its tables.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unordered_set>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "core/file_kind.hpp"
#include "core/suggestion.hpp"
#include "maps/stack_reader.hpp"
#include "particles/numpy_table.hpp"
#include "particles/particle_file.hpp"
#include "particles/particle_rows.hpp"
#include "particles/volume_refusal.hpp"

namespace elastem {

namespace {

std::string place(const std::string& path, std::uint64_t line) {
  return fmt::format("{}:{}", path, line);
}

// Goes through a STAR file line by line: blocks, loops, labels, rows; keeps the optics table, counts the
// particles.
class Scanner {
 public:
  explicit Scanner(const std::string& path) : path_(path) {}

  ParticleIndex run() {
    if (std::filesystem::is_directory(path_)) throw Error(path_ + ": is a folder, not a particle file");
    require_regular_file(path_);
    std::ifstream file(path_, std::ios::binary);
    if (!file) throw Error(path_ + ": cannot be opened; give a RELION STAR file or an Xmipp XMD");
    std::string text;
    while (std::getline(file, text)) {
      ++line_;
      take(text);
      offset_ += text.size() + 1;
    }
    if (file.bad()) throw Error(place(path_, line_) + ": cannot be read");
    return finish();
  }

 private:
  enum class Part { outside, labels, rows };

  void take(std::string_view raw) {
    block_end_now_ = offset_ + raw.size();
    if (line_ == 1) raw.remove_prefix(byte_order_mark(raw));
    if (!raw.empty() && raw.front() == ';' && part_ == Part::outside) in_text_ = !in_text_;
    const std::string_view text = trimmed(raw);
    if (!in_text_ && (text.empty() || text.front() == '#')) return;
    const bool one_word = text.find_first_of(" \t") == std::string_view::npos;
    if (!in_text_ && one_word && text.substr(0, 5) == "data_") begin_block(text.substr(5));
    block_end_ = block_end_now_;
    if (!in_text_) take_content(text, one_word);
  }

  // Bytes of the mark that some editors begin a text with.
  std::size_t byte_order_mark(std::string_view text) const {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
      throw Error(path_ + ": is a text in UTF-16; save it as UTF-8 or plain text");
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  }

  void take_content(std::string_view text, bool one_word) {
    if (one_word && text.substr(0, 5) == "data_") return;
    if (one_word && text == "loop_") return begin_loop();
    if (text.front() == '_' && !(part_ == Part::rows && in_particles_ && !one_word)) return label(text);
    if (part_ == Part::labels) begin_rows();
    if (part_ == Part::rows) row(text);
  }

  void begin_block(std::string_view name) {
    end_block();
    block_ = name;
    block_begin_ = offset_;
    any_block_ = true;
    if (block_ == "optics" && !optics_.labels.empty())
      throw Error(place(path_, line_) + ": a second optics table; join the two into one");
    read_ = block_ == "optics";
  }

  // A block that is not read is remembered, so that a copy of the file can have it too.
  void end_block() {
    end_loop();
    if (any_block_ && !read_) {
      index_.others.push_back(block_begin_);
      index_.others.push_back(block_end_);
    }
  }

  void begin_loop() {
    end_loop();
    part_ = Part::labels;
    labels_.clear();
    label_set_.clear();
    labels_line_ = line_;
  }

  void label(std::string_view text) {
    if (part_ == Part::rows) end_loop();
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string name(text.substr(1, end - 1));
    all_labels_.push_back(name);
    if (part_ == Part::labels) {
      if (!label_set_.insert(name).second)
        throw Error(place(path_, line_) + ": the label _" + name + " stands twice in one table");
      labels_.push_back(name);
    } else if (block_ == "optics") {
      pair(name, text.substr(end));
    }
  }

  // A table of one row may stand as pairs of label and value.
  void pair(const std::string& name, std::string_view value) {
    std::vector<std::string> values;
    if (!split_star_line(value, values) || values.size() != 1) {
      throw Error(place(path_, line_) + ": _" + name + " needs one value");
    }
    if (optics_looped_ || optics_.column(name) >= 0)
      throw Error(place(path_, line_) + ": _" + name + " stands outside the optics table or twice in it");
    if (optics_.rows.empty()) {
      optics_.rows.emplace_back();
      index_.optics_lines.push_back(line_);
    }
    optics_.labels.push_back(name);
    optics_.rows.front().push_back(values.front());
  }

  void begin_rows() {
    part_ = Part::rows;
    if (block_ == "optics") {
      if (!optics_.labels.empty())
        throw Error(place(path_, labels_line_) + ": a second optics table; join the two into one");
      optics_ = StarTable{block_, labels_, {}};
      optics_looped_ = true;
    } else if (found_ && image_column(labels_) >= 0) {
      throw Error(place(path_, labels_line_) + ": a second table of particles (data_" + block_ +
                  ", the first is data_" + particle_block_ + "); give a file with one");
    } else if (!found_ && image_column(labels_) >= 0) {
      found_ = in_particles_ = read_ = true;
      particle_labels_ = labels_;
      particle_block_ = block_;
    } else if (block_ == "particles" && !found_) {
      const std::string volumes = volume_labels(labels_);
      if (!volumes.empty()) throw Error(path_ + ": " + volumes);
      throw Error(place(path_, labels_line_) + ": the table of particles has no label _rlnImageName" +
                  suggestion("rlnImageName", labels_) + "; add it, or give the particle file that has it");
    }
    any_labels_.insert(any_labels_.end(), labels_.begin(), labels_.end());
  }

  void row(std::string_view text) {
    if (in_particles_) {
      if (index_.count % particle_block_rows == 0) {
        index_.offsets.push_back(offset_);
        index_.lines.push_back(line_);
      }
      ++index_.count;
    } else if (block_ == "optics") {
      optics_row(text);
    }
  }

  void optics_row(std::string_view text) {
    optics_.rows.emplace_back();
    index_.optics_lines.push_back(line_);
    auto& values = optics_.rows.back();
    if (!split_star_line(text, values)) throw Error(place(path_, line_) + ": a quotation mark has no end");
    if (values.size() == optics_.labels.size()) return;
    throw Error(fmt::format("{}: the optics table has {} values for {} labels{}", place(path_, line_),
                            values.size(), optics_.labels.size(),
                            values.size() < optics_.labels.size()
                                ? fmt::format("; the first without a value is column {}, _{}",
                                              values.size() + 1, optics_.labels[values.size()])
                                : ""));
  }

  void end_loop() {
    if (in_particles_) index_.offsets.push_back(offset_);
    if (part_ == Part::labels && (image_column(labels_) >= 0 || block_ == "particles"))
      empty_ = fmt::format("{}: the table of particles, data_{}, has {} labels and no rows",
                           place(path_, labels_line_), block_, labels_.size());
    in_particles_ = false;
    part_ = Part::outside;
  }

  ParticleIndex finish() {
    end_block();
    if (!any_block_) throw Error(path_ + ": is neither a STAR file nor an XMD (no line begins with data_)");
    const std::string volumes = volume_labels(all_labels_);
    if (!volumes.empty()) throw Error(path_ + ": " + volumes);
    if (!found_) {
      if (!empty_.empty()) throw Error(empty_);
      throw Error(
          path_ +
          ": has no particles: no table with rows has the label _rlnImageName (RELION) or _image (Xmipp)" +
          suggestion("rlnImageName", any_labels_));
    }
    if (!optics_.labels.empty()) {
      index_.head = star_head("optics", optics_.labels);
      for (const auto& row : optics_.rows) index_.head += star_line(row);
    }
    index_.head += star_head(particle_block_, particle_labels_);
    return std::move(index_);
  }

  std::string path_;
  std::uint64_t line_ = 0, offset_ = 0, labels_line_ = 0, block_begin_ = 0, block_end_ = 0,
                block_end_now_ = 0;
  Part part_ = Part::outside;
  bool in_text_ = false, in_particles_ = false, found_ = false, any_block_ = false;
  bool optics_looped_ = false;  ///< the optics stand in a loop, not as pairs
  bool read_ = false;           ///< whether something of this block is used
  std::string block_, particle_block_;
  std::string empty_;  ///< what is to be said of a table of particles without rows
  std::vector<std::string> labels_, particle_labels_, any_labels_, all_labels_;
  std::unordered_set<std::string> label_set_;
  StarTable optics_;
  ParticleIndex index_;
};

}  // namespace

ParticleIndex ParticleFile::scan(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(1024, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  ParticleIndex index;
  if (head.starts_with("\x93NUMPY") || head.starts_with("\x94"
                                                        "CSDAT")) {
    index.form = ParticleIndex::Form::cryosparc;
    index.count = NumpyTable(path).rows();
    return index;
  }
  // A text has no byte of 0, apart from one in UTF-16, which the scanner names.
  if (head.find('\0') == std::string::npos || head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
    return Scanner(path).run();
  const MrcHeader header = StackReader(path).header();
  if (header.volume || header.volumes > 1)
    throw Error(path + ": is a map, not a stack of particles; `elastem modes --from-map` takes maps");
  index.form = ParticleIndex::Form::stack;
  index.count = header.sections;
  return index;
}

std::string ParticleIndex::serialise() const {
  std::string text;
  const auto put = [&text](const std::vector<std::uint64_t>& values) {
    const std::uint64_t size = values.size();
    text.append(reinterpret_cast<const char*>(&size), sizeof size);
    text.append(reinterpret_cast<const char*>(values.data()), sizeof(std::uint64_t) * values.size());
  };
  put({static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(form)});
  for (const auto* values : {&offsets, &lines, &optics_lines, &others}) put(*values);
  return text + head;
}

ParticleIndex ParticleIndex::deserialise(const std::string& text) {
  ParticleIndex index;
  std::size_t at = 0;
  const auto take = [&](void* to, std::size_t bytes) {
    require(bytes <= text.size() - at, "the index is cut off");
    std::copy_n(text.data() + at, bytes, static_cast<char*>(to));
    at += bytes;
  };
  const auto take_values = [&](std::vector<std::uint64_t>& values) {
    std::uint64_t size = 0;
    take(&size, sizeof size);
    require(size <= text.size() / sizeof(std::uint64_t), "the index is cut off");
    values.resize(size);
    take(values.data(), sizeof(std::uint64_t) * size);
  };
  std::vector<std::uint64_t> count;
  take_values(count);
  require(count.size() == 2, "the index has no count");
  index.count = static_cast<std::int64_t>(count.front());
  index.form = static_cast<Form>(count.back());
  for (auto* values : {&index.offsets, &index.lines, &index.optics_lines, &index.others})
    take_values(*values);
  index.head = text.substr(at);
  return index;
}

}  // namespace elastem
