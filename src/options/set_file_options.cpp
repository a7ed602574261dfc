#include "options/set_file_options.hpp"

#include <charconv>

#include "core/error.hpp"

namespace elastem::cli {

namespace {

constexpr int most_shown = 400;

int shown_images(const std::string& text) {
  if (text == "none") return 0;
  int count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc{} || end != text.data() + text.size() || count < 1 || count > most_shown)
    throw Error("option --contact-sheet: \"" + text + "\"; give a number of images up to " +
                std::to_string(most_shown) + ", or none");
  return count;
}

}  // namespace

void add_set_file_options(CommandLine& line, SetFileOptions& options) {
  namespace po = boost::program_options;
  line.topic("Files");
  line.add()("float16", po::bool_switch(&options.float16),
             "pixels of the stack as float16 (MRC mode 12), half as large, instead of float32")(
      "contact-sheet",
      po::value<std::string>()->default_value("16")->value_name("N|none")->notifier(
          [&](const std::string& text) { options.contact_sheet = shown_images(text); }),
      "images shown in contact_sheet.png, each with its noise-free image beside it");
}

}  // namespace elastem::cli
