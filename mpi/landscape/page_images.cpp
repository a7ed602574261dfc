#include "mpi/landscape/page_images.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "imaging/fft.hpp"
#include "imaging/fourier_crop.hpp"
#include "imaging/model_image.hpp"
#include "mpi/landscape/landscape_passes.hpp"

namespace elastem {
namespace {

constexpr std::int64_t most_sampled = 160;
constexpr std::size_t most_worst = 20;
constexpr int largest_size = 48;

struct ScoredRow {
  double score;
  std::int64_t row;
  bool operator<(const ScoredRow& other) const {
    return score != other.score ? score < other.score : row < other.row;
  }
};

void keep_lowest(std::vector<ScoredRow>& rows) {
  std::sort(rows.begin(), rows.end());
  rows.resize(std::min(rows.size(), most_worst));
}

// The rows of the lowest scores, ascending, on every rank.
std::vector<std::int64_t> worst_rows(const LandscapePasses& passes) {
  std::vector<ScoredRow> own;
  passes.for_each_used([&](std::int64_t row, const ParticleResult& result) {
    own.push_back({result.score, row});
    if (own.size() > 100 * most_worst) keep_lowest(own);
  });
  keep_lowest(own);
  std::vector<ScoredRow> all = passes.comm().all_gathered(own);
  keep_lowest(all);
  std::vector<std::int64_t> rows;
  for (const ScoredRow& worst : all) rows.push_back(worst.row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

// 8 bits, row 0 first.
void append_greys(const Image& image, std::string& bytes) {
  std::vector<float> values(image.data(), image.data() + image.size());
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  const float low = at(0.005), high = std::max(at(0.995), low + 1e-20F);
  for (const float value : image.reshaped<Eigen::RowMajor>())
    bytes += static_cast<char>(
        static_cast<unsigned char>(std::lround(255 * std::clamp((value - low) / (high - low), 0.0F, 1.0F))));
}

// The image of a particle and the model's, of one grid.
class ImagePairs {
 public:
  ImagePairs(const ElasticModel& model, ImageGrid grid, int size)
      : grid_(grid), size_(size), model_(model, grid), full_(grid.size), small_(size) {}

  void append(const ParticleImage& read, const ParticleResult& result, std::string& bytes) {
    full_.forward(read.pixels, spectrum_);
    append_cropped(spectrum_, bytes);
    const Ctf ctf = refined_ctf(read.particle.ctf, result);
    append_cropped(model_.of(result, ctf_half_grid(ctf, grid_.size, grid_.pixel_size)), bytes);
  }

 private:
  void append_cropped(const Spectrum& spectrum, std::string& bytes) {
    crop_spectrum(spectrum, grid_.size, size_, cropped_);
    small_.backward(cropped_, image_);
    append_greys(image_, bytes);
  }

  ImageGrid grid_;
  int size_;
  ModelImage model_;
  Fft2<float> full_, small_;
  Spectrum spectrum_, cropped_;
  Image image_;
};

}  // namespace

PageImages page_images(const Communicator& comm, const ParticleSet& set, const RowMatch& match,
                       const ResultTable& table, const ElasticModel& model,
                       const LandscapeSettings& settings) {
  LandscapeSettings with_outliers = settings;
  with_outliers.with_outliers = true;
  const LandscapePasses passes(comm, table, with_outliers);
  const std::vector<std::int64_t> worst = worst_rows(passes);
  PageImages page;
  page.size = largest_size;
  for (const ImageGrid& grid : set.grids) page.size = std::min(page.size, grid.size / 2 * 2);
  std::string keys, pixels;
  collectively(comm, [&] {
    ParticleStream stream(set);
    std::vector<std::optional<ImagePairs>> pairs(set.grids.size());
    for (std::size_t i = 0; i < match.others.size(); ++i) {
      const std::int64_t row = match.others[i];
      if (row == RowMatch::none ||
          !(passes.sampled(row, most_sampled) || std::binary_search(worst.begin(), worst.end(), row)))
        continue;
      const ParticleResult result = table.read(row, 1, ResultTable::Details::brief).front();
      if (result.state != ParticleState::done) continue;
      const ParticleImage read = stream.read(match.rows.first + static_cast<std::int64_t>(i));
      if (read.failure != FailureReason::none) continue;
      const std::uint8_t grid = set.grid_of(read.particle);
      if (!pairs[grid]) pairs[grid].emplace(model, set.grids[grid], page.size);
      pairs[grid]->append(read, result, pixels);
      keys += result.image + "\n";
    }
  });
  for (const std::string& text : comm.all_gathered(keys))
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      page.keys.push_back(text.substr(at, end - at));
    }
  const std::vector<char> all = comm.gathered(std::vector<char>(pixels.begin(), pixels.end()));
  page.pixels.assign(all.begin(), all.end());
  return page;
}

}  // namespace elastem
