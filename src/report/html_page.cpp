#include "report/html_page.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

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

std::string number_text(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string grouped_digits(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string html_plot(const ReportPlot& plot) {
  const std::string heading = html_escaped(plot.heading);
  return "<h2>" + heading + "</h2>\n<figure><img alt=\"" + heading + "\" src=\"data:image/png;base64," +
         base64(file_content(plot.path)) + "\">\n<figcaption>" + html_escaped(plot.caption) +
         "</figcaption></figure>\n";
}

std::string html_page(const std::string& title, const std::string& body, const std::string& footer) {
  const std::string heading = html_escaped(title);
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + heading +
         "</title><style>" + style + "</style></head><body>\n<h1>" + heading + "</h1>\n" + body + "<footer>" +
         footer + "</footer>\n</body></html>\n";
}

}  // namespace elastem
