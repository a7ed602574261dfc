#include "cli/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include <boost/any.hpp>
#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/suggestion.hpp"

namespace elastem::cli {
namespace {

namespace po = boost::program_options;

constexpr std::size_t help_column = 34, help_width = 110;

// Those that do not shape the result.
const std::vector<std::string> not_stored = {"help",      "config", "dry-run", "output",         "resume",
                                             "overwrite", "quiet",  "verbose", "accept-mismatch"};

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

template <class T>
std::string number_text(T value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string text_of(const std::string& value) {
  return value;
}
std::string text_of(bool value) {
  return value ? "true" : "false";
}
template <class T>
requires(std::is_arithmetic_v<T>) std::string text_of(T value) {
  return number_text(value);
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : " ") + text_of(value);
  return text;
}

template <class T>
bool write_if(const boost::any& value, std::string& text) {
  const T* typed = boost::any_cast<T>(&value);
  if (typed) text = text_of(*typed);
  return typed != nullptr;
}

template <class... T>
bool write_any_of(const boost::any& value, std::string& text) {
  return (write_if<T>(value, text) || ...);
}

std::string value_text(const boost::any& value) {
  std::string text;
  const bool known =
      write_any_of<std::string, bool, int, unsigned, long, unsigned long, long long, unsigned long long,
                   float, double, std::vector<std::string>, std::vector<int>, std::vector<double>>(value,
                                                                                                   text);
  require(known, "an option has a type that cannot be written to the provenance");
  return text;
}

bool is_switch(const po::option_description& option) {
  return option.semantic()->max_tokens() == 0;
}

std::string default_text(const po::option_description& option) {
  boost::any value;
  if (is_switch(option) || !option.semantic()->apply_default(value)) return "";
  return value_text(value);
}

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back(option->long_name());
  return names;
}

// Characters of a UTF-8 text: "Å" is one of two bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// "  -i, --input FILE".
std::string help_names(const po::option_description& option) {
  std::string text = "  ";
  const std::string short_name = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  text += short_name.size() == 2 && short_name.front() == '-' ? short_name + ", " : "    ";
  text += "--" + option.long_name();
  if (is_switch(option)) return text;
  const std::string parameter = option.format_parameter();  // Boost appends the default: "ARG (=8)"
  return text + " " + parameter.substr(0, parameter.find(" (="));
}

std::string help_entry(const po::option_description& option) {
  std::string text = help_names(option);
  const std::size_t width = width_of(text);
  text +=
      width + 2 > help_column ? "\n" + std::string(help_column, ' ') : std::string(help_column - width, ' ');
  std::string description = option.description();
  if (option.semantic()->is_required()) description += " [required]";
  if (const auto standard = default_text(option); !standard.empty()) description += " [" + standard + "]";

  std::size_t column = help_column;
  for (std::size_t at = 0; at < description.size();) {
    const std::size_t end = std::min(description.find(' ', at), description.size());
    const std::string word = description.substr(at, end - at);
    if (column > help_column && column + width_of(word) > help_width) {
      text += "\n" + std::string(help_column, ' ');
      column = help_column;
    }
    text += (column > help_column ? " " : "") + word;
    column += width_of(word) + 1;
    at = end + 1;
  }
  return text + "\n";
}

// Boost turns "-1" into a large unsigned number, and takes "nan" for a number.
void refuse_impossible_numbers(const po::parsed_options& parsed, const po::options_description& options) {
  for (const auto& option : parsed.options) {
    const auto* known = options.find_nothrow(option.string_key, false);
    const auto* typed = known ? dynamic_cast<const po::typed_value_base*>(known->semantic().get()) : nullptr;
    if (!typed) continue;
    const auto& type = typed->value_type();
    const bool natural =
        type == typeid(unsigned) || type == typeid(unsigned long) || type == typeid(unsigned long long);
    const bool real = type == typeid(float) || type == typeid(double) || type == typeid(std::vector<double>);
    for (const auto& value : option.value) {
      if (natural && value.find('-') != std::string::npos)
        throw Error("option --" + option.string_key + ": " + value + " is negative; give 0 or more");
      if (real && value.find_first_of("nN") != std::string::npos)
        throw Error("option --" + option.string_key + ": " + value + " is not a finite number");
    }
  }
}

int line_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto first = std::min(line.find_first_not_of(" \t"), line.size());
    const auto last = std::min(line.find_first_of(" \t=", first), line.size());
    if (line.substr(first, last - first) == key) return number;
  }
  return 0;
}

}  // namespace

CommandLine::CommandLine(std::string command, std::string summary, CommonOptions& common, Resumable resumable)
    : command_(std::move(command)), summary_(std::move(summary)), common_(&common), resumable_(resumable) {}

po::options_description_easy_init CommandLine::add() {
  return own_.add_options();
}

void CommandLine::positional(const std::string& option, int count) {
  positional_.add(option.c_str(), count);
}

void CommandLine::topic(const std::string& headline) {
  topics_[own_.options().size()] = headline;
}

void CommandLine::without(const std::vector<std::string>& common_options) {
  without_.insert(without_.end(), common_options.begin(), common_options.end());
}

void CommandLine::describe_common() {
  if (!general_.options().empty()) return;
  const auto offer = [&](const char* names, const po::value_semantic* semantic, const char* description) {
    const std::string name = std::string(names).substr(0, std::string(names).find(','));
    const bool wanted = !contains(without_, name) && (name != "resume" || resumable_ == Resumable::yes);
    if (wanted)
      general_.add_options()(names, semantic, description);
    else
      delete semantic;
  };
  offer("seed", po::value(&common_->seed)->default_value(common_->seed)->value_name("N"),
        "seed of all random numbers");
  offer("config", po::value(&common_->config)->value_name("FILE"),
        "INI file with a line NAME = VALUE an option; the command line wins over it");
  offer("dry-run", po::bool_switch(&common_->dry_run), "say what would be done, and stop");
  offer("resume", po::bool_switch(&common_->resume), "go on from what the output already holds");
  offer("overwrite", po::bool_switch(&common_->overwrite), "replace an existing output");
  offer("verbose,v", po::bool_switch(&common_->verbose), "log more");
  offer("quiet,q", po::bool_switch(&common_->quiet), "log only warnings, no progress");
  offer("help,h", new po::untyped_value(true), "print this help");
}

po::parsed_options CommandLine::parse_config(const po::options_description& all) const {
  std::ifstream file(common_->config);
  if (!file) throw Error("cannot read the configuration file " + common_->config + " given by --config");
  try {
    return po::parse_config_file(file, all);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    throw Error(common_->config + ":" + std::to_string(line_of(common_->config, name)) + ": elastem " +
                command_ + " has no option \"" + name + "\"" + suggestion(name, long_names(all)));
  } catch (const po::error& error) {
    throw Error(common_->config + ": " + error.what() + "; write a line NAME = VALUE an option");
  }
}

bool CommandLine::parse(const std::vector<std::string>& arguments) {
  describe_common();
  po::options_description all;
  all.add(own_).add(general_);
  const std::string where = "elastem " + command_ + ": ";
  const std::string see_help = "; elastem " + command_ + " --help lists the options";
  try {
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    const auto parsed =
        po::command_line_parser(arguments).options(all).positional(positional_).style(style).run();
    refuse_impossible_numbers(parsed, all);
    po::store(parsed, values_);
    if (values_.count("help")) return false;
    if (values_.count("config")) {
      common_->config = values_["config"].as<std::string>();
      const auto configured = parse_config(all);
      refuse_impossible_numbers(configured, all);
      po::store(configured, values_);
    }
    po::notify(values_);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    throw Error(where + "unknown option " + name + suggestion(bare, long_names(all)) + see_help);
  } catch (const po::required_option& error) {
    throw Error(where + "option " + error.get_option_name() + " is missing" + see_help);
  } catch (const po::too_many_positional_options_error&) {
    throw Error(where + "an argument stands without the name of its option" + see_help);
  } catch (const po::error& error) {
    throw Error(where + error.what() + see_help);
  }
  if (common_->verbose && common_->quiet)
    throw Error(where + "--verbose and --quiet contradict each other; give one");
  if (common_->resume && common_->overwrite)
    throw Error(where + "--resume and --overwrite contradict each other; give one");
  spdlog::set_level(common_->quiet     ? spdlog::level::warn
                    : common_->verbose ? spdlog::level::debug
                                       : spdlog::level::info);
  return true;
}

std::string CommandLine::help() const {
  CommandLine complete(*this);
  complete.describe_common();
  std::string text =
      "elastem " + command_ + ": " + summary_ + "\n\nUsage: elastem " + command_ + " [options]";
  for (unsigned i = 0; i < std::min(positional_.max_total_count(), 1u); ++i)
    text += " " + own_.find(positional_.name_for_position(i), false).format_parameter();
  text += "\n\nOptions (Å and degrees unless they say otherwise):\n";
  for (std::size_t i = 0; i < own_.options().size(); ++i) {
    if (const auto found = topics_.find(i); found != topics_.end()) text += "\n" + found->second + ":\n";
    text += help_entry(*own_.options()[i]);
  }
  text += "\nCommon options:\n";
  for (const auto& option : complete.general_.options()) text += help_entry(*option);
  return text;
}

bool CommandLine::given(const std::string& option) const {
  return values_.count(option) > 0 && !values_[option].defaulted();
}

std::vector<std::string> CommandLine::effective() const {
  std::vector<std::string> lines;
  for (const auto& [name, value] : values_)
    if (!value.empty() && !contains(not_stored, name))
      lines.push_back(name + "=" + value_text(value.value()));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace elastem::cli
