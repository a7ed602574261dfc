#pragma once

#include <cstdint>
#include <string>

namespace elastem {

/// A plot in a report.
struct ReportPlot {
  std::string heading, caption;
  std::string path;  ///< of its PNG, which is copied into the page
};

/// Text with the characters that mean something in HTML replaced.
std::string html_escaped(const std::string& text);

/// 12345678 as 12,345,678.
std::string grouped_digits(std::int64_t value);

/// Heading, picture and caption of a plot. Throws Error when its PNG cannot be read.
std::string html_plot(const ReportPlot& plot);

/// A whole page that opens without a network: `body` and `footer` are HTML, `title` is text.
std::string html_page(const std::string& title, const std::string& body, const std::string& footer);

}  // namespace elastem
