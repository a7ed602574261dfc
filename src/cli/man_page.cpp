#include <spdlog/fmt/fmt.h>

#include "cli/documentation.hpp"

namespace elastem::cli {
namespace {

// What groff would take for requests of its own.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return text.starts_with('.') || text.starts_with('\'') ? "\\&" + result : result;
}

std::string upper_case(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string heading(const std::string& name, const std::string& version, const std::string& summary) {
  return fmt::format(".TH {} 1 \"\" \"{}\" \"User commands\"\n.SH NAME\n{} \\- {}\n",
                     escaped(upper_case(name)), version, escaped(name), escaped(summary));
}

std::string entry(const Option& option) {
  std::string names = option.letter.empty() ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
  names += fmt::format("\\fB\\-\\-{}\\fR", escaped(option.name));
  const std::string value = fmt::format("\\fI{}\\fR", escaped(option.placeholder));
  if (!option.is_switch()) names += option.implied.empty() ? " " + value : "[=" + value + "]";
  std::string text = escaped(option.description);
  if (option.required) text += " (required)";
  const std::string standard = option.is_switch() || option.required ? "" : option.text();
  if (!standard.empty()) text += fmt::format(" [{}]", escaped(standard));
  return fmt::format(".TP\n{}\n{}\n", names, text);
}

}  // namespace

std::string man_page(const OptionTable& table, const std::string& version) {
  std::string text = heading("elastem-" + table.command(), version, table.summary());
  text += fmt::format(".SH SYNOPSIS\n.B elastem {}\n[\\fIoptions\\fR]", escaped(table.command()));
  for (const Option& option : table.options())
    if (option.positional) {
      const std::string name = fmt::format("\\fI{}\\fR", escaped(option.placeholder));
      text += option.required ? " " + name : " [" + name + "]";
    }
  text += "\n.SH OPTIONS\nLengths are in Å and angles in degrees unless an option says otherwise.\n";
  std::string topic;
  for (const Option& option : table.options()) {
    if (option.topic != topic) text += fmt::format(".SS {}\n", escaped(option.topic));
    topic = option.topic;
    text += entry(option);
  }
  return text + ".SH SEE ALSO\n.BR elastem (1)\n";
}

std::string man_page(const std::vector<OptionTable>& commands, const std::string& version) {
  std::string text =
      heading("elastem", version, "continuous conformational landscapes from cryo-EM particle images");
  text +=
      ".SH SYNOPSIS\n.B elastem\n\\fICOMMAND\\fR [\\fIoptions\\fR]\n.SH DESCRIPTION\n"
      "Each command runs alone, or on many processors under\n.BR mpirun (1)\nor\n.BR srun (1).\n.SH "
      "COMMANDS\n";
  std::string pages;
  for (const OptionTable& command : commands) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(command.command()), escaped(command.summary()));
    pages += fmt::format("{}.BR elastem\\-{} (1)", pages.empty() ? "" : ",\n", escaped(command.command()));
  }
  return text + ".SH SEE ALSO\n" + pages + "\n";
}

}  // namespace elastem::cli
