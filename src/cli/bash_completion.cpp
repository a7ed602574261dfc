#include <spdlog/fmt/fmt.h>

#include "cli/documentation.hpp"

namespace elastem::cli {
namespace {

constexpr const char* beginning = R"(# bash completion of elastem
_elastem_files() {
  local current=$1 extension
  shift
  compopt -o filenames 2>/dev/null
  for extension in "${@:-}"; do
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!*$extension" -- "$current")
  done
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current")
}
_elastem_words() {
  mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}
_elastem() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _elastem_words "$current" "@COMMANDS@"
    return
  fi
  # --name=value comes as three words.
  if [[ $current = = ]]; then
    current=
  elif [[ $previous = = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case ${COMP_WORDS[1]}:$previous in
)";

constexpr const char* options_by_command = R"(  esac
  if [[ $current != -* ]]; then
    _elastem_files "$current"
    return
  fi
  case ${COMP_WORDS[1]} in
)";

constexpr const char* end = R"(  esac
}
complete -F _elastem elastem
)";

// The pattern of case for an option of a command: "align:--input | align:-i".
std::string pattern(const std::string& command, const Option& option) {
  std::string text = fmt::format("{}:--{}", command, option.name);
  if (!option.letter.empty()) text += fmt::format(" | {}:-{}", command, option.letter);
  return text;
}

// What completes the value of an option.
std::string values(const Option& option) {
  if (option.names_folder && !option.names_file)
    return "mapfile -t COMPREPLY < <(compgen -d -- \"$current\")";
  if (option.names_file)
    return fmt::format("_elastem_files \"$current\" {}", fmt::join(option.extensions, " "));
  return fmt::format("_elastem_words \"$current\" \"{}\"", fmt::join(option.words, " "));
}

}  // namespace

std::string bash_completion(const std::vector<OptionTable>& commands) {
  std::vector<std::string> names;
  std::string by_value, by_command;
  for (const OptionTable& table : commands) {
    names.push_back(table.command());
    std::vector<std::string> options;
    for (const Option& option : table.options()) {
      options.push_back("--" + option.name);
      if (!option.is_switch())
        by_value += fmt::format("    {})\n      {}\n      return\n      ;;\n",
                                pattern(table.command(), option), values(option));
    }
    by_command += fmt::format("    {}) _elastem_words \"$current\" \"{}\" ;;\n", table.command(),
                              fmt::join(options, " "));
  }
  std::string text = beginning;
  const std::string place = "@COMMANDS@";
  text.replace(text.find(place), place.size(), fmt::format("{}", fmt::join(names, " ")));
  return text + by_value + options_by_command + by_command + end;
}

}  // namespace elastem::cli
