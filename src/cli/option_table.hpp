#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>

#include "cli/common_options.hpp"
#include "cli/option.hpp"

namespace elastem::cli {

/// A file or folder that a command reads or writes, and the option that says so.
struct NamedPath {
  std::string option, path;
  bool folder = false;  ///< whether the option names a folder
  bool file = true;     ///< whether it may be a file
  Written written;      ///< of an output
  bool beside = false;  ///< its name follows from the option's value
};

/// The options of one command, each declared once and bound to a variable that holds the default: parsing,
/// --help, --config, man page, completion and what provenance stores are made from the declarations.
///
///     OptionTable table("modes", "normal modes of an atomic structure");
///     table.option("input,i", o.input, "FILE", "structure (PDB or mmCIF)").required().file({".pdb",
///     ".cif"}); if (!table.parse(arguments)) print(table.help());
///
/// The bound variables must stay where they are.
class OptionTable {
 public:
  OptionTable(std::string command, std::string summary);
  OptionTable(OptionTable&&) = default;
  OptionTable& operator=(OptionTable&&) = default;

  /// `names`: "output" or "output,o".
  template <class T>
  BoundOption<T> option(const std::string& names, T& value, const std::string& placeholder,
                        const std::string& description) {
    Option& added = add(names, placeholder, description);
    added.repeatable = std::is_same_v<T, std::vector<std::string>>;
    using Plain = typename Inner<T>::Type;
    if constexpr (Named<Plain>)
      return {added, value, name_table(Plain{})};
    else
      return {added, value};
  }
  /// A switch, which is off unless it is given.
  BoundOption<bool> flag(const std::string& names, bool& value, const std::string& description);
  /// A choice between the values of a table.
  template <class T>
  BoundOption<T> choice(const std::string& names, T& value, std::type_identity_t<NameTable<T>> table,
                        const std::string& placeholder, const std::string& description) {
    return {add(names, placeholder, description), value, table};
  }
  /// An option that several variables share: `read` takes its text and throws Error, `text` is what they say.
  Option& custom(const std::string& names, const std::string& placeholder, const std::string& description,
                 std::function<void(const std::string&)> read, std::function<std::string()> text);

  /// The options that are added from here on stand under this headline.
  void topic(const std::string& headline);
  /// Those that commands have in common: `wanted` of seed, dry-run, resume and overwrite, and always config,
  /// verbose, quiet and help. The last ones to be added.
  void common(CommonOptions& options, const std::vector<std::string>& wanted);
  /// Runs after all values are read, in the order of the calls: refuses what does not go together, and sets
  /// what follows from other options.
  void check(std::function<void(const OptionTable&)> check);

  /// Files whose names follow from the value of `option`: they are outputs too. `files` is asked when all
  /// values are read.
  void also_writes(const std::string& option, std::function<std::vector<std::string>()> files);

  /// Fills the bound variables and runs the checks. False when --help was asked for. Throws Error for an
  /// unknown, repeated, missing or malformed option, naming it, the nearest known one and, where the value
  /// comes from --config, file and line.
  bool parse(const std::vector<std::string>& arguments);

  /// What the command writes, and what else options name: what it reads. Once all values are read. Throws
  /// Error for a name that a command cannot make its outputs' names of.
  std::vector<NamedPath> outputs() const;
  std::vector<NamedPath> inputs() const;

  /// Whether there is such an option.
  bool has(const std::string& option) const;
  /// Whether the user gave this option, on the command line or in the INI file.
  bool given(const std::string& option) const { return given_.contains(option); }
  /// Throws Error when one of these was given.
  void refuse(const std::vector<std::string>& options, const std::string& reason) const;
  /// Every option that shapes the result as name=value, sorted, with the value that the bound variable has
  /// now: what provenance stores and --resume compares. Options without a value are left out.
  std::vector<std::string> effective() const;

  /// The text of --help, with defaults and units.
  std::string help() const;
  const std::string& command() const { return command_; }
  const std::string& summary() const { return summary_; }
  const CommonOptions& common() const { return *common_; }
  const std::deque<Option>& options() const { return options_; }

 private:
  Option& add(const std::string& names, const std::string& placeholder, const std::string& description);
  Option* find(const std::string& name);
  std::vector<std::string> names() const;
  std::string nearest(const std::string& word) const;
  std::string with_place(const std::string& text) const;
  boost::program_options::parsed_options words_of(const std::vector<std::string>& arguments) const;
  void read_config(const std::string& path, const std::set<std::string>& on_command_line);

  std::string command_, summary_, topic_;
  const CommonOptions* common_ = nullptr;
  std::deque<Option> options_;  // they stay where they are
  std::vector<std::function<void(const OptionTable&)>> checks_;
  std::vector<std::pair<std::string, std::function<std::vector<std::string>()>>> beside_;
  std::set<std::string> given_;
  std::map<std::string, std::string> place_in_config_;  // FILE:LINE by option
};

/// The options of a command that is not run, e.g. those in a file. Throws Error.
template <class Options>
Options read_options(const std::string& command, const std::vector<std::string>& arguments) {
  Options options;
  OptionTable table(command, "");
  declare(table, options);
  table.parse(arguments);
  return options;
}

}  // namespace elastem::cli
