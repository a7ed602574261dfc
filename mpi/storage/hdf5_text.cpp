// Texts, attributes and the format of a file.
#include <algorithm>
#include <cstring>

#include <spdlog/fmt/fmt.h>

#include "mpi/storage/hdf5_file.hpp"

namespace elastem::hdf5 {
namespace {

std::size_t longest(const std::vector<std::string>& texts, std::size_t at_least) {
  std::size_t length = std::max<std::size_t>(at_least, 1);
  for (const auto& text : texts) length = std::max(length, text.size());
  return length;
}

std::vector<char> padded(const std::vector<std::string>& texts, std::size_t length) {
  std::vector<char> bytes(std::max<std::size_t>(texts.size() * length, 1), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::memcpy(bytes.data() + i * length, texts[i].data(), std::min(length, texts[i].size()));
  return bytes;
}

std::vector<std::string> unpadded(const std::vector<char>& bytes, std::size_t count, std::size_t length) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const char* const text = bytes.data() + i * length;
    texts.emplace_back(text, strnlen(text, length));
  }
  return texts;
}

Handle list_space(std::size_t count) {
  const hsize_t side = count;
  return Handle(H5Screate_simple(1, &side, nullptr), H5Sclose, "cannot describe an attribute");
}

void write_attribute_bytes(hid_t location, const std::string& name, hid_t type, hid_t space,
                           const void* bytes) {
  const std::string what = "cannot write the attribute " + name;
  const Handle attribute(H5Acreate2(location, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         what);
  check(H5Awrite(attribute, type, bytes), what);
}

}  // namespace

Handle text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "cannot describe a text");
  check(H5Tset_size(type, length), "cannot describe a text");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot describe a text");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "cannot describe a text");
  return type;
}

std::size_t text_length(hid_t dataset, const std::string& name) {
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot read " + name);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0)
    throw Error("the data set " + name + " does not hold texts of fixed length");
  return H5Tget_size(type);
}

void write_strings(hid_t location, const std::string& name, const std::vector<std::string>& texts,
                   const Note& note, std::size_t length) {
  length = longest(texts, length);
  const Handle type = text_type(length);
  const Handle dataset = make_dataset(location, name, type, {texts.size()}, note);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded(texts, length).data()),
        "cannot write " + name);
}

std::vector<std::string> read_strings(hid_t location, const std::string& name) {
  const Handle dataset = open_dataset(location, name);
  const std::size_t length = text_length(dataset, name);
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot read " + name);
  const std::vector<std::uint64_t> sides = shape(dataset);
  if (sides.size() != 1) throw Error("the data set " + name + " is no list of texts");
  const std::uint64_t count = sides.front();
  std::vector<char> bytes(std::max<std::uint64_t>(count * length, 1));
  check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "cannot read " + name);
  return unpadded(bytes, count, length);
}

void replace_string(hid_t location, const std::string& name, const std::string& text) {
  const Handle dataset = open_dataset(location, name);
  const Handle type(H5Dget_type(dataset), H5Tclose, "cannot write " + name);
  check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded({text}, H5Tget_size(type)).data()),
        "cannot write " + name);
}

void write_attribute(hid_t location, const std::string& name, const std::string& text) {
  const Handle type = text_type(longest({text}, 1));
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "cannot write the attribute " + name);
  write_attribute_bytes(location, name, type, space, padded({text}, longest({text}, 1)).data());
}

void write_attribute(hid_t location, const std::string& name, const std::vector<std::string>& texts) {
  const std::size_t length = longest(texts, 1);
  write_attribute_bytes(location, name, text_type(length), list_space(texts.size()),
                        padded(texts, length).data());
}

void write_attribute(hid_t location, const std::string& name, const std::vector<int>& numbers) {
  const int none = 0;  // HDF5 wants an address also when there is nothing to write
  write_attribute_bytes(location, name, H5T_NATIVE_INT, list_space(numbers.size()),
                        numbers.empty() ? &none : numbers.data());
}

void write_attribute(hid_t location, const std::string& name, int number) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "cannot write the attribute " + name);
  write_attribute_bytes(location, name, H5T_NATIVE_INT, space, &number);
}

std::vector<int> read_int_attribute(hid_t location, const std::string& name) {
  const std::string what = "cannot read the attribute " + name;
  if (H5Aexists(location, name.c_str()) <= 0) throw Error(what + ": there is none");
  const Handle attribute(H5Aopen(location, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle space(H5Aget_space(attribute), H5Sclose, what);
  const hssize_t count = std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space));
  constexpr hssize_t most = 1 << 20;  // far above the number of modes of a table
  if (count > most) throw Error(fmt::format("{}: {} numbers; the file is damaged", what, count));
  std::vector<int> numbers(static_cast<std::size_t>(count));
  if (!numbers.empty()) check(H5Aread(attribute, H5T_NATIVE_INT, numbers.data()), what);
  return numbers;
}

std::string read_text_attribute(hid_t location, const std::string& name) {
  if (H5Aexists(location, name.c_str()) <= 0) return "";
  const std::string what = "cannot read the attribute " + name;
  const Handle attribute(H5Aopen(location, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle type(H5Aget_type(attribute), H5Tclose, what);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0) return "";
  std::vector<char> bytes(H5Tget_size(type) + 1, '\0');
  check(H5Aread(attribute, type, bytes.data()), what);
  return bytes.data();
}

void write_format(hid_t file, const std::string& content, int version) {
  write_attribute(file, "elastem", content);
  write_attribute(file, "format_version", version);
}

int check_format(hid_t file, const std::string& path, int newest) {
  if (H5Aexists(file, "format_version") <= 0) return 1;
  const auto stored = read_int_attribute(file, "format_version");
  const int version = stored.empty() ? 1 : stored.front();
  if (version > newest)
    throw Error(
        fmt::format("{} was written by a newer elastem (format {}; this one reads up to {}): update elastem",
                    path, version, newest));
  return version;
}

}  // namespace elastem::hdf5
