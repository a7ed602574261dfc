#include "cli/option_table.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>

#include <spdlog/fmt/fmt.h>

#include "core/file_kind.hpp"
#include "core/suggestion.hpp"

namespace elastem::cli {
namespace {

namespace po = boost::program_options;

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

// What Boost has to know of an option to tell names and values of the command line apart.
const po::value_semantic* token_count(const Option& option) {
  if (option.is_switch()) return new po::untyped_value(true);
  auto* value = po::value<std::vector<std::string>>();
  if (!option.implied.empty()) value->implicit_value({option.implied}, option.implied);
  return value;
}

struct ConfigLine {
  int number = 0;
  std::string name, value;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// What someone meant who wrote another form.
std::string hint(const std::string& text) {
  if (text.starts_with('[')) return "; sections are not needed: leave the line out";
  const std::string name = text.substr(0, text.find_first_of(" \t"));
  const std::string value = name.size() < text.size() ? trimmed(text.substr(name.size())) : "true";
  return fmt::format(" (did you mean {} = {}?)",
                     name.substr(std::min(name.find_first_not_of('-'), name.size())), value);
}

// Lines NAME = VALUE; what follows a # is a comment.
std::vector<ConfigLine> config_lines(const std::string& path) {
  if (const std::string kind = special_kind(path); !kind.empty())
    refuse_option("config", path + " is " + kind + "; give a file of lines NAME = VALUE");
  std::ifstream file(path);
  if (!file) refuse_option("config", "cannot read " + path + "; check the path and its permissions");
  std::vector<ConfigLine> lines;
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    text = trimmed(text.substr(0, text.find('#')));
    if (text.empty()) continue;
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      throw Error(fmt::format("{}:{}: \"{}\" is not NAME = VALUE{}", path, number, text, hint(text)));
    lines.push_back({number, trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))});
  }
  return lines;
}

}  // namespace

OptionTable::OptionTable(std::string command, std::string summary)
    : command_(std::move(command)), summary_(std::move(summary)) {}

Option& OptionTable::add(const std::string& names, const std::string& placeholder,
                         const std::string& description) {
  const auto comma = names.find(',');
  Option option;
  option.name = names.substr(0, comma);
  if (comma != std::string::npos) option.letter = names.substr(comma + 1);
  option.placeholder = placeholder;
  option.description = description;
  option.topic = topic_;
  require(find(option.name) == nullptr, "an option is declared twice");
  return options_.emplace_back(std::move(option));
}

BoundOption<bool> OptionTable::flag(const std::string& names, bool& value, const std::string& description) {
  return {add(names, "", description), value};
}

Option& OptionTable::custom(const std::string& names, const std::string& placeholder,
                            const std::string& description, std::function<void(const std::string&)> read,
                            std::function<std::string()> text) {
  Option& option = add(names, placeholder, description);
  option.read = std::move(read);
  option.text = std::move(text);
  option.texts = [&option] { return std::vector{option.text()}; };
  return option;
}

void OptionTable::topic(const std::string& headline) {
  topic_ = headline;
}

void OptionTable::common(CommonOptions& options, const std::vector<std::string>& wanted) {
  common_ = &options;
  topic("Common options");
  if (contains(wanted, "seed")) option("seed", options.seed, "N", "seed of all random numbers");
  option("config", options.config, "FILE",
         "INI file with one line NAME = VALUE per option; the command line wins over it")
      .unstored()
      .file();
  if (contains(wanted, "dry-run"))
    flag("dry-run", options.dry_run, "say what would be done, and stop").unstored();
  if (contains(wanted, "resume"))
    flag("resume", options.resume, "continue from what the output already holds").unstored();
  if (contains(wanted, "overwrite"))
    flag("overwrite", options.overwrite, "replace an existing output").unstored();
  flag("verbose,v", options.verbose, "log more").unstored();
  flag("quiet,q", options.quiet, "log only warnings, no progress").unstored();
  custom(
      "help,h", "", "print this help", [](const std::string&) {}, [] { return ""; });
  check([&options](const OptionTable& table) {
    const std::string where = "elastem " + table.command();
    if (options.verbose && options.quiet)
      throw Error(where + ": --verbose and --quiet contradict each other; give one");
    if (options.resume && options.overwrite)
      throw Error(where + ": --resume and --overwrite contradict each other; give one");
  });
}

void OptionTable::check(std::function<void(const OptionTable&)> check) {
  checks_.push_back(std::move(check));
}

void OptionTable::also_writes(const std::string& option, std::function<std::vector<std::string>()> files) {
  require(has(option), "an option that is declared");
  beside_.emplace_back(option, std::move(files));
}

std::vector<NamedPath> OptionTable::outputs() const {
  std::vector<NamedPath> paths;
  for (const auto& option : options_)
    if (const std::string path = option.written ? option.text() : ""; !path.empty())
      paths.push_back({option.name, path, option.names_folder, option.names_file, *option.written, false});
  for (const auto& [name, files] : beside_)
    for (const std::string& path : files()) paths.push_back({name, path, false, true, {true, false}, true});
  return paths;
}

std::vector<NamedPath> OptionTable::inputs() const {
  std::vector<NamedPath> paths;
  for (const auto& option : options_) {
    if (option.written || option.is_switch()) continue;
    for (const std::string& text : option.texts())
      if (!text.empty())
        paths.push_back({option.name, text, option.names_folder, option.names_file, {}, false});
  }
  return paths;
}

bool OptionTable::has(const std::string& option) const {
  return std::ranges::find(options_, option, &Option::name) != options_.end();
}

Option* OptionTable::find(const std::string& name) {
  const auto found = std::ranges::find(options_, name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

std::vector<std::string> OptionTable::names() const {
  std::vector<std::string> names;
  for (const auto& option : options_) names.push_back(option.name);
  return names;
}

// The option that was meant: by its letter, or by a name that is spelt nearly so.
std::string OptionTable::nearest(const std::string& word) const {
  const std::string bare = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  const auto by_letter = std::ranges::find(options_, bare, &Option::letter);
  if (!bare.empty() && by_letter != options_.end()) return " (did you mean " + by_letter->name + "?)";
  return suggestion(bare, names());
}

po::parsed_options OptionTable::words_of(const std::vector<std::string>& arguments) const {
  const std::string where = "elastem " + command_ + ": ";
  const std::string see_help = "; elastem " + command_ + " --help lists the options";
  po::options_description all;
  po::positional_options_description positional;
  for (const auto& option : options_) {
    const std::string names = option.name + (option.letter.empty() ? "" : "," + option.letter);
    all.add_options()(names.c_str(), token_count(option), "");
    if (option.positional) positional.add(option.name.c_str(), 1);
  }
  try {
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    return po::command_line_parser(arguments).options(all).positional(positional).style(style).run();
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    throw Error(where + "unknown option " + name + nearest(bare) + see_help);
  } catch (const po::too_many_positional_options_error&) {
    throw Error(where + "an argument stands without the name of its option" + see_help);
  } catch (const po::error& error) {
    throw Error(where + error.what() + see_help);
  }
}

void OptionTable::read_config(const std::string& path, const std::set<std::string>& on_command_line) {
  std::map<std::string, int> line_of;
  for (const ConfigLine& line : config_lines(path)) {
    const std::string where = fmt::format("{}:{}: ", path, line.number);
    Option* option = find(line.name);
    if (option == nullptr)
      throw Error(where + "elastem " + command_ + " has no option \"" + line.name + "\"" +
                  nearest(line.name));
    const auto [earlier, first] = line_of.emplace(line.name, line.number);
    if (!first && !option->repeatable)
      throw Error(
          fmt::format("{}option \"{}\" stands in line {} already", where, line.name, earlier->second));
    if (on_command_line.contains(line.name)) continue;
    try {
      option->read(line.value);
    } catch (const Error& error) {
      throw Error(where + error.what());
    }
    given_.insert(line.name);
    place_in_config_[line.name] = fmt::format("{}:{}", path, line.number);
  }
}

// What a check says of an option that the configuration file gave, with the line.
std::string OptionTable::with_place(const std::string& text) const {
  for (const auto& [name, place] : place_in_config_) {
    const std::string option = "--" + name;
    for (auto at = text.find(option); at != std::string::npos; at = text.find(option, at + 1)) {
      const char next = at + option.size() < text.size() ? text[at + option.size()] : ' ';
      if (next != '-' && std::isalnum(static_cast<unsigned char>(next)) == 0) return place + ": " + text;
    }
  }
  return text;
}

bool OptionTable::parse(const std::vector<std::string>& arguments) {
  const po::parsed_options parsed = words_of(arguments);
  const std::string where = "elastem " + command_ + ": ";
  std::set<std::string> on_command_line;
  for (const auto& word : parsed.options) {
    if (word.string_key == "help") return false;
    const Option& option = *find(word.string_key);
    if (!on_command_line.insert(option.name).second && !option.repeatable)
      throw Error(where + "option --" + option.name + " is given more than once");
  }
  for (const auto& word : parsed.options)
    if (word.string_key == "config") read_config(word.value.at(0), on_command_line);
  for (const auto& word : parsed.options) {
    Option& option = *find(word.string_key);
    option.read(option.is_switch() ? "true" : word.value.empty() ? option.implied : word.value.front());
  }
  given_.insert(on_command_line.begin(), on_command_line.end());
  for (const auto& option : options_)
    if (option.required && !given(option.name))
      throw Error(where + "option --" + option.name + " is missing; elastem " + command_ +
                  " --help lists the options");
  try {
    for (const auto& check : checks_) check(*this);
  } catch (const Error& error) {
    throw Error(with_place(error.what()));
  }
  return true;
}

void OptionTable::refuse(const std::vector<std::string>& options, const std::string& reason) const {
  for (const auto& name : options)
    if (given(name)) refuse_option(name, reason);
}

std::vector<std::string> OptionTable::effective() const {
  std::vector<std::string> lines;
  for (const auto& option : options_)
    if (const std::string text = option.stored ? option.text() : ""; !text.empty())
      lines.push_back(option.name + "=" + text);
  std::ranges::sort(lines);
  return lines;
}

}  // namespace elastem::cli
