#include "report/html_page.hpp"

#include <fstream>
#include <sstream>

#include <spdlog/fmt/fmt.h>

#include "core/error.hpp"
#include "report/base64.hpp"

namespace elastem {
namespace {

constexpr const char* style = R"(
body { font: 16px/1.5 system-ui, sans-serif; color: #26262e; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .8rem 0; } th, td { padding: .25rem .8rem; text-align: right; }
th { border-bottom: 2px solid #5a78aa; } td { border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; border: 1px solid #ddd; } figure { margin: 1rem 0; } figcaption { color: #555; }
code, pre { background: #f3f4f7; border-radius: 4px; padding: .1rem .3rem; } pre { padding: .7rem; overflow-x: auto; }
footer { margin-top: 3rem; color: #777; font-size: .85rem; }
)";

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw Error("cannot read the plot " + path + " that was just written: is the disk full?");
  return content.str();
}

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string answer;
  for (const char c : text) switch (c) {
      case '&':
        answer += "&amp;";
        break;
      case '<':
        answer += "&lt;";
        break;
      case '>':
        answer += "&gt;";
        break;
      case '"':
        answer += "&quot;";
        break;
      default:
        answer += c;
    }
  return answer;
}

std::string grouped_digits(std::int64_t value) {
  std::string digits = fmt::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string html_plot(const ReportPlot& plot) {
  const std::string heading = html_escaped(plot.heading);
  return fmt::format(
      "<h2>{0}</h2>\n<figure><img alt=\"{0}\" "
      "src=\"data:image/png;base64,{1}\">\n<figcaption>{2}</figcaption>"
      "</figure>\n",
      heading, base64(file_content(plot.path)), html_escaped(plot.caption));
}

std::string html_page(const std::string& title, const std::string& body, const std::string& footer) {
  const std::string heading = html_escaped(title);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
      "charset=\"utf-8\"><title>{0}</title><style>{1}</style></head>"
      "<body>\n<h1>{0}</h1>\n{2}<footer>{3}</footer>\n</body></html>\n",
      heading, style, body, footer);
}

}  // namespace elastem
