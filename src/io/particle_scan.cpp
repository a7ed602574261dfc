// The one pass over a particle file that finds its tables.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"
#include "core/suggestion.hpp"
#include "io/particle_file.hpp"
#include "io/particle_rows.hpp"

namespace elastem {

namespace {

std::string place(const std::string& path, std::uint64_t line) {
  return path + ":" + std::to_string(line);
}

// Goes through a STAR file line by line: blocks, loops, labels, rows; keeps the optics table, counts the
// particles.
class Scanner {
 public:
  explicit Scanner(const std::string& path) : path_(path) {}

  ParticleIndex run() {
    if (std::filesystem::is_directory(path_)) throw Error(path_ + ": is a folder, not a particle file");
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
    if (!raw.empty() && raw.front() == ';' && part_ == Part::outside) in_text_ = !in_text_;
    if (in_text_) return;
    const std::string_view text = trimmed(raw);
    if (text.empty() || text.front() == '#') return;
    const bool one_word = text.find_first_of(" \t") == std::string_view::npos;
    if (one_word && text.substr(0, 5) == "data_") return begin_block(text.substr(5));
    if (one_word && text == "loop_") return begin_loop();
    if (text.front() == '_' && !(part_ == Part::rows && in_particles_ && !one_word)) return label(text);
    if (part_ == Part::labels) begin_rows();
    if (part_ == Part::rows) row(text);
  }

  void begin_block(std::string_view name) {
    end_loop();
    block_ = name;
    any_block_ = true;
  }

  void begin_loop() {
    end_loop();
    part_ = Part::labels;
    labels_.clear();
    labels_line_ = line_;
  }

  void label(std::string_view text) {
    if (part_ == Part::rows) end_loop();
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string name(text.substr(1, end - 1));
    if (part_ == Part::labels) {
      if (std::find(labels_.begin(), labels_.end(), name) != labels_.end()) {
        throw Error(place(path_, line_) + ": the label _" + name + " stands twice in one table");
      }
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
    if (optics_.rows.empty()) optics_.rows.emplace_back();
    optics_.labels.push_back(name);
    optics_.rows.front().push_back(values.front());
  }

  void begin_rows() {
    part_ = Part::rows;
    if (block_ == "optics") {
      optics_ = StarTable{block_, labels_, {}};
    } else if (!found_ && image_column(labels_) >= 0) {
      found_ = in_particles_ = true;
      particle_labels_ = labels_;
      particle_block_ = block_;
    } else if (block_ == "particles" && !found_) {
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
      optics_.rows.emplace_back();
      if (!split_star_line(text, optics_.rows.back()) ||
          optics_.rows.back().size() != optics_.labels.size()) {
        throw Error(place(path_, line_) + ": the optics table has " +
                    std::to_string(optics_.rows.back().size()) + " values for " +
                    std::to_string(optics_.labels.size()) + " labels");
      }
    }
  }

  void end_loop() {
    if (in_particles_) index_.offsets.push_back(offset_);
    in_particles_ = false;
    part_ = Part::outside;
  }

  ParticleIndex finish() {
    end_loop();
    if (!any_block_) throw Error(path_ + ": is neither a STAR file nor an XMD (no line begins with data_)");
    if (!found_) {
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
  std::uint64_t line_ = 0, offset_ = 0, labels_line_ = 0;
  Part part_ = Part::outside;
  bool in_text_ = false, in_particles_ = false, found_ = false, any_block_ = false;
  std::string block_, particle_block_;
  std::vector<std::string> labels_, particle_labels_, any_labels_;
  StarTable optics_;
  ParticleIndex index_;
};

}  // namespace

ParticleIndex ParticleFile::scan(const std::string& path) {
  return Scanner(path).run();
}

std::string ParticleIndex::serialise() const {
  const std::uint64_t blocks = lines.size();
  std::string text(sizeof(std::uint64_t) * (2 + offsets.size() + lines.size()), '\0');
  auto* to = text.data();
  const auto put = [&to](const void* from, std::size_t bytes) {
    to = std::copy_n(static_cast<const char*>(from), bytes, to);
  };
  put(&count, sizeof count);
  put(&blocks, sizeof blocks);
  put(offsets.data(), sizeof(std::uint64_t) * offsets.size());
  put(lines.data(), sizeof(std::uint64_t) * lines.size());
  return text + head;
}

ParticleIndex ParticleIndex::deserialise(const std::string& text) {
  ParticleIndex index;
  std::uint64_t blocks = 0;
  const char* from = text.data();
  const auto take = [&](void* to, std::size_t bytes) {
    require(bytes <= text.size() - static_cast<std::size_t>(from - text.data()), "the index is cut off");
    std::copy_n(from, bytes, static_cast<char*>(to));
    from += bytes;
  };
  take(&index.count, sizeof index.count);
  take(&blocks, sizeof blocks);
  require(blocks < text.size(), "the index is cut off");
  index.offsets.resize(blocks + 1);
  index.lines.resize(blocks);
  take(index.offsets.data(), sizeof(std::uint64_t) * index.offsets.size());
  take(index.lines.data(), sizeof(std::uint64_t) * index.lines.size());
  index.head.assign(from, text.data() + text.size());
  return index;
}

}  // namespace elastem
