#include <algorithm>
#include <cmath>
#include <filesystem>
#include <list>
#include <unordered_map>
#include <utility>

#include "core/error.hpp"
#include "maps/stack_reader.hpp"
#include "particles/particle_file.hpp"

namespace elastem {

namespace {
constexpr std::size_t most_open_stacks = 32;
constexpr const char* image_stack = "image stack";
constexpr float largest_pixel = 1e15F;  // the sum of the squares of an image is then far from float32's end
}  // namespace

std::string find_beside(const std::string& name, const std::string& star_path, const std::string& datadir,
                        const std::string& what) {
  namespace fs = std::filesystem;
  const fs::path file(name);
  std::vector<fs::path> places;
  if (file.is_absolute()) {
    places = {file};
  } else {
    if (!datadir.empty()) places.push_back(fs::path(datadir) / file);
    const fs::path folder = fs::path(star_path).parent_path();
    places.push_back(folder / file);
    // cryoSPARC names files as seen from the project, in which each job has a folder.
    if (star_path.ends_with(".cs"))
      places.push_back((folder.empty() ? fs::path("..") : folder / "..") / file);
    places.push_back(file);
  }
  std::string tried;
  for (const auto& place : places) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) return place.string();
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  const std::string remedy = what == image_stack ? ", or the stack itself with --stack" : "";
  throw Error(star_path + ": its " + what + " " + name + " is not there (looked for " + tried +
              "); give the folder it lies under with --datadir" + remedy);
}

std::string find_stack(const std::string& name, const std::string& star_path, const std::string& datadir) {
  return find_beside(name, star_path, datadir, image_stack);
}

struct ImageReader::Impl {
  std::string star_path, datadir;
  bool inverted = false;
  std::list<std::pair<std::string, StackReader>> open;  ///< the most recently used first
  std::unordered_map<std::string, decltype(open)::iterator> by_name;

  const StackReader& stack(const std::string& name) {
    const auto found = by_name.find(name);
    if (found != by_name.end()) {
      open.splice(open.begin(), open, found->second);
      return open.front().second;
    }
    open.emplace_front(name, StackReader(find_stack(name, star_path, datadir)));
    by_name[name] = open.begin();
    if (open.size() > most_open_stacks) {
      by_name.erase(open.back().first);
      open.pop_back();
    }
    return open.front().second;
  }

  FailureReason load(const Particle& particle, Image& pixels) {
    const StackReader& reader = stack(particle.stack);
    const MrcHeader& header = reader.header();
    if (particle.slice < 0 || particle.slice >= header.sections) return FailureReason::unreadable;
    if (header.columns != particle.size || header.rows != particle.size) return FailureReason::wrong_size;
    pixels.resize(particle.size, particle.size);
    reader.read(particle.slice, 1, {pixels.data(), static_cast<std::size_t>(pixels.size())});
    if (!(pixels.abs() <= largest_pixel).all()) return FailureReason::not_finite;
    if (pixels.maxCoeff() == pixels.minCoeff()) return FailureReason::constant;
    if (inverted) pixels = -pixels;
    return FailureReason::none;
  }
};

ImageReader::ImageReader(const std::string& star_path, const std::string& datadir, bool inverted)
    : impl_(std::make_unique<Impl>(Impl{star_path, datadir, inverted, {}, {}})) {}
ImageReader::~ImageReader() = default;

ReadImage ImageReader::read(const Particle& particle) {
  ReadImage image;
  if (!particle.enabled) return {{}, FailureReason::disabled};
  try {
    image.failure = impl_->load(particle, image.pixels);
  } catch (const Error&) {
    image.failure = FailureReason::unreadable;
  }
  if (image.failure != FailureReason::none) image.pixels.resize(0, 0);
  return image;
}

}  // namespace elastem
