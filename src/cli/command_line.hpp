#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

namespace elastem::cli {

/// Options that every command has.
struct CommonOptions {
  std::string config;  ///< INI file; the command line wins over it
  std::uint64_t seed = 1;
  bool dry_run = false;    ///< say what would be done, with memory and time estimates, and stop
  bool resume = false;     ///< go on from what the output holds
  bool overwrite = false;  ///< replace an existing output
  bool verbose = false;
  bool quiet = false;
};

/// What a command has for its parser: which of the common options make sense for it.
enum class Resumable { no, yes };

/// The option table of one command: describe the options once, get parsing, --help, --config, "did you mean"
/// and required options from it.
///
///     CommandLine line("modes", "Normal modes of an atomic structure", common, Resumable::no);
///     line.add()("input,i", value(&o.input)->required()->value_name("FILE"), "structure (PDB or mmCIF)");
///     if (!line.parse(arguments)) return false;   // --help was asked for and printed by the caller
class CommandLine {
 public:
  CommandLine(std::string command, std::string summary, CommonOptions& common, Resumable resumable);

  /// Boost.ProgramOptions' adder of the command's own options.
  boost::program_options::options_description_easy_init add();
  /// The same for a positional argument that stands without a name (e.g. FILE of `inspect`).
  void positional(const std::string& option, int count);
  /// The options that are added from here on stand under this headline in the help.
  void topic(const std::string& headline);

  /// Takes common options away that mean nothing to this command, e.g. {"seed"}. Before `parse` and `help`.
  void without(const std::vector<std::string>& common_options);

  /// Fills the bound variables and sets the log level (--quiet: warnings only, --verbose: details). False
  /// when --help was asked for. Throws Error for an unknown, repeated, missing or malformed option, naming it
  /// and the nearest known one.
  bool parse(const std::vector<std::string>& arguments);

  /// The text of --help, with defaults and units.
  std::string help() const;
  /// Whether the user gave this option (on the command line or in the INI file).
  bool given(const std::string& option) const;
  /// Every option that shapes the result with its effective value as name=value, sorted: what provenance
  /// stores and --resume compares. Leaves out --output and the common ones but --seed.
  std::vector<std::string> effective() const;

 private:
  void describe_common();
  boost::program_options::parsed_options parse_config(
      const boost::program_options::options_description& all) const;

  std::string command_, summary_;
  CommonOptions* common_;
  Resumable resumable_;
  std::vector<std::string> without_;
  std::map<std::size_t, std::string> topics_;  ///< by the number of options before
  boost::program_options::options_description own_, general_;
  boost::program_options::positional_options_description positional_;
  boost::program_options::variables_map values_;
};

}  // namespace elastem::cli
