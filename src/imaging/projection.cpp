#include "imaging/projection.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace elastem {

namespace {

template <class Real, int Reach>
using FootprintRow = Eigen::Array<Real, footprint_width(Reach), 1>;

/// Footprint rows side by side, a column each.
template <class Real, int Reach>
using FootprintRows = Eigen::Array<Real, footprint_width(Reach), Eigen::Dynamic>;

/// Atoms whose rows are made before the first of them is used: what was just stored in parts is slow to load
/// whole.
constexpr std::size_t batch = 16;

/// start·base^i·profile(i), i = 0 … count − 1, by fours: `count` is a multiple.
template <int Count, class Real>
void gaussian_row(Real start, Real base, const Real* profile, Real* row) {
  static_assert(Count % 4 == 0);
  using Four = Eigen::Array<Real, 4, 1>;
  const Real square = base * base, fourth = square * square;
  Four powers(start, start * base, start * square, start * square * base);
  for (int i = 0; i < Count; i += 4, powers *= fourth)
    Eigen::Map<Four>(row + i) = powers * Eigen::Map<const Four>(profile + i);
}

}  // namespace

template <class Real>
Projector<Real>::Projector(const ElasticModel& model, ImageGrid grid, double cut)
    : model_(&model), grid_(grid), order_(drawing_order(model)) {
  require(grid.size > 0 && grid.pixel_size > 0, "a box and a pixel have a size");
  const auto sorted = [&](const auto& vectors) {
    return Coordinates(vectors(Eigen::all, order_).transpose().template cast<Real>().array());
  };
  reference_ = sorted(model.positions);
  require(!model.curved() || model.rotations.size() == model.modes.size(), "one rotation per mode");
  for (const auto& mode : model.modes) modes_.push_back(sorted(mode.values()));
  for (const auto& rotations : model.rotations) rotations_.push_back(sorted(rotations.values()));
  weights_ = model.weights(order_).template cast<Real>().array();
  groups_ = footprint_groups<Real>(model, order_, grid.pixel_size, cut);
  for (const Group& group : groups_) largest_reach_ = std::max(largest_reach_, group.reach);
}

template <class Real>
int Projector<Real>::parameter_count() const {
  return static_cast<int>(model_->mode_count()) + 5;
}

template <class Real>
void Projector<Real>::deform(const Eigen::VectorXd& amplitudes) {
  require(amplitudes.size() == model_->mode_count(), "one amplitude per mode");
  const auto add = [&](const std::vector<Coordinates>& vectors, Coordinates& sum) {
    for (std::size_t k = 0; k < vectors.size(); ++k)
      sum += static_cast<Real>(amplitudes[static_cast<Eigen::Index>(k)]) * vectors[k];
  };
  atoms_ = reference_;
  if (rotations_.empty()) return add(modes_, atoms_);
  twists_.turn.setZero(atoms_.rows(), 3);
  twists_.shift.setZero(atoms_.rows(), 3);
  add(rotations_, twists_.turn);
  add(modes_, twists_.shift);
  twists_.update();
  atoms_ += twists_.displacement();
}

template <class Real>
void Projector<Real>::adopt(const Eigen::Matrix3Xd& atoms) {
  require(atoms.cols() == model_->atom_count(), "one place per atom");
  atoms_ = atoms(Eigen::all, order_).transpose().template cast<Real>().array();
}

template <class Real>
void Projector<Real>::place(const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift) {
  const Eigen::Matrix<Real, 3, 3> r = rotation.template cast<Real>();
  const auto turned = [&](int i) {
    return r(i, 0) * atoms_.col(0) + r(i, 1) * atoms_.col(1) + r(i, 2) * atoms_.col(2);
  };
  x_ = turned(0);
  y_ = turned(1);
  z_ = turned(2);
  const Real scale = static_cast<Real>(1 / grid_.pixel_size), origin = static_cast<Real>(grid_.size / 2);
  // Atoms far outside draw nothing: they are brought near, so that their pixels are integers.
  const Real far = static_cast<Real>(2 * (grid_.size + largest_reach_));
  const auto pixels = [&](const Values& angstrom, double shift_angstrom, Eigen::ArrayXi& nearest,
                          Values& rest) {
    const Real constant = static_cast<Real>(shift_angstrom) * scale + origin;
    rest = (angstrom * scale + constant).max(-far).min(far);
    floors_ = rest.floor();
    rest -= floors_;
    nearest.resize(rest.size());
    std::transform(floors_.begin(), floors_.end(), nearest.begin(),
                   [](Real x) { return static_cast<int>(x); });
  };
  pixels(x_, shift.x(), column_, across_);
  pixels(y_, shift.y(), row_, down_);
}

/// ∂(x, y)/∂q of every atom, where motion is linear the first two rows of R·A_k.
template <class Real>
void Projector<Real>::place_steps(const Eigen::Matrix3d& rotation) {
  const Eigen::Matrix<Real, 3, 3> r = rotation.template cast<Real>();
  steps_.resize(model_->atom_count(), 2 * model_->mode_count());
  if (!rotations_.empty()) return place_curved_steps(r);
  for (std::size_t k = 0; k < modes_.size(); ++k) {
    const Coordinates& mode = modes_[k];
    for (int axis = 0; axis < 2; ++axis) {
      steps_.col(2 * static_cast<Eigen::Index>(k) + axis) =
          r(axis, 0) * mode.col(0) + r(axis, 1) * mode.col(1) + r(axis, 2) * mode.col(2);
    }
  }
}

template <class Real>
void Projector<Real>::place_curved_steps(const Eigen::Matrix<Real, 3, 3>& rotation) {
  for (int axis = 0; axis < 2; ++axis) {
    twists_.slopes(rotation.row(axis).transpose(), slopes_);
    const auto& [along, about] = slopes_;
    for (std::size_t k = 0; k < modes_.size(); ++k) {
      const Coordinates &mode = modes_[k], &turn = rotations_[k];
      steps_.col(2 * static_cast<Eigen::Index>(k) + axis) =
          along.col(0) * mode.col(0) + along.col(1) * mode.col(1) + along.col(2) * mode.col(2) +
          about.col(0) * turn.col(0) + about.col(1) * turn.col(1) + about.col(2) * turn.col(2);
    }
  }
}

template <class Real>
void Projector<Real>::prepare(const Group& group) {
  horizontal_.resize(std::max(horizontal_.size(), group.terms.size()));
  vertical_.resize(horizontal_.size());
  const auto weights = weights_.segment(group.first, group.count);
  for (std::size_t t = 0; t < group.terms.size(); ++t) {
    const Real h = group.terms[t].exponent, twice_before = static_cast<Real>(2 * (group.reach - 1));
    const auto along = [&](const Values& rests, Axis& axis) {
      const auto f = rests.segment(group.first, group.count);
      axis.start = (-h * f * (f + twice_before)).exp();
      axis.base = (2 * h * f).exp();
    };
    along(across_, horizontal_[t]);
    along(down_, vertical_[t]);
    vertical_[t].start *= weights * group.terms[t].weight;
  }
}

template <class Real>
bool Projector<Real>::touches_box(Eigen::Index atom, int reach) const {
  const auto inside = [&](int pixel) { return pixel >= -reach && pixel < grid_.size + reach - 1; };
  return inside(column_[atom]) && inside(row_[atom]);
}

template <class Real>
void Projector<Real>::select(const Group& group) {
  const auto columns = column_.segment(group.first, group.count),
             rows = row_.segment(group.first, group.count);
  const int low = std::min(columns.minCoeff(), rows.minCoeff()),
            high = std::max(columns.maxCoeff(), rows.maxCoeff());
  if (low >= 0 && high < grid_.size) {  // as usual
    selected_.resize(static_cast<std::size_t>(group.count));
    std::iota(selected_.begin(), selected_.end(), static_cast<int>(group.first));
    return;
  }
  selected_.clear();
  for (Eigen::Index a = group.first; a < group.first + group.count; ++a)
    if (touches_box(a, group.reach)) selected_.push_back(static_cast<int>(a));
}

/// As `select`, row by row: the part of a canvas of many channels that is at work then stays in the fastest
/// memory. A counting sort, so that the order depends on nothing but the places.
template <class Real>
void Projector<Real>::sort_by_row(const Group& group) {
  row_ends_.assign(static_cast<std::size_t>(grid_.size + 2 * group.reach + 1), 0);
  int* const ends = row_ends_.data() + group.reach;
  for (Eigen::Index a = group.first; a < group.first + group.count; ++a)
    if (touches_box(a, group.reach)) ++ends[row_[a] + 1];
  std::partial_sum(row_ends_.begin(), row_ends_.end(), row_ends_.begin());
  selected_.resize(static_cast<std::size_t>(row_ends_.back()));
  for (Eigen::Index a = group.first; a < group.first + group.count; ++a)
    if (touches_box(a, group.reach))
      selected_[static_cast<std::size_t>(ends[row_[a]]++)] = static_cast<int>(a);
}

template <class Real>
void Projector<Real>::clear(int channels) {
  canvas_.margin = 2 * largest_reach_ + 2;
  canvas_.channels = channels;
  canvas_.columns = grid_.size + 2 * canvas_.margin;
  canvas_.data.assign(static_cast<std::size_t>(canvas_.columns * canvas_.columns * channels), Real(0));
}

/// The first pixel of an atom's footprint in channel 0.
template <class Real>
Real* Projector<Real>::footprint(Eigen::Index atom, int reach) {
  const Eigen::Index row = row_[atom] + 1 - reach + canvas_.margin;
  const Eigen::Index column = column_[atom] + 1 - reach + canvas_.margin;
  return canvas_.data.data() + row * canvas_.channels * canvas_.columns + column;
}

/// The rows of a batch of selected atoms along one axis: column [term][atom].
template <class Real>
template <int Reach>
void Projector<Real>::make_rows(const Group& group, const std::vector<Axis>& axes, std::size_t first,
                                std::size_t count, Real* rows) const {
  constexpr int width = footprint_width(Reach);
  for (std::size_t t = 0; t < group.terms.size(); ++t) {
    const Real* profile = group.terms[t].profile.data();
    for (std::size_t i = 0; i < count; ++i) {
      const Eigen::Index a = selected_[first + i] - group.first;
      gaussian_row<width>(axes[t].start[a], axes[t].base[a], profile, rows + (t * batch + i) * width);
    }
  }
}

template <class Real>
template <int Reach>
void Projector<Real>::splat(const Group& group) {
  using Row = FootprintRow<Real, Reach>;
  const std::size_t terms = group.terms.size();
  FootprintRows<Real, Reach> gx(footprint_width(Reach), terms * batch),
      gy(footprint_width(Reach), terms * batch);
  const Eigen::Index pitch = canvas_.columns;
  for (std::size_t first = 0; first < selected_.size(); first += batch) {
    const std::size_t count = std::min(batch, selected_.size() - first);
    make_rows<Reach>(group, horizontal_, first, count, gx.data());
    make_rows<Reach>(group, vertical_, first, count, gy.data());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t t = 0; t < terms; ++t) {
        const auto at = static_cast<Eigen::Index>(t * batch + i);
        Real* line = footprint(selected_[first + i], Reach);
        for (int y = 0; y < 2 * Reach; ++y, line += pitch) Eigen::Map<Row>(line) += gy(y, at) * gx.col(at);
      }
    }
  }
}

/// A footprint row of a derivative is ∂x/∂θ · g'(x) g(y) + ∂y/∂θ · g(x) g'(y), the products summed over the
/// atom's Gaussians first.
template <class Real>
template <int Reach>
void Projector<Real>::splat_with_derivatives(const Group& group) {
  const std::size_t terms = group.terms.size();
  FootprintRows<Real, Reach> gx(footprint_width(Reach), terms * batch),
      gy(footprint_width(Reach), terms * batch);
  for (std::size_t first = 0; first < selected_.size(); first += batch) {
    const std::size_t count = std::min(batch, selected_.size() - first);
    make_rows<Reach>(group, horizontal_, first, count, gx.data());
    make_rows<Reach>(group, vertical_, first, count, gy.data());
    for (std::size_t i = 0; i < count; ++i)
      splat_with_derivatives<Reach>(group, selected_[first + i], i, gx.data(), gy.data());
  }
}

template <class Real>
template <int Reach>
void Projector<Real>::splat_with_derivatives(const Group& group, Eigen::Index atom, std::size_t place,
                                             const Real* gx_rows, const Real* gy_rows) {
  using Row = FootprintRow<Real, Reach>;
  constexpr std::size_t width = footprint_width(Reach), height = 2 * Reach;
  const Row offsets = Row::LinSpaced(width, Real(1 - Reach), Real(static_cast<int>(width) - Reach));
  const auto per_angstrom = static_cast<Real>(1 / grid_.pixel_size);
  std::array<Row, height> value, by_x, by_y;
  for (auto* rows : {&value, &by_x, &by_y}) rows->fill(Row::Zero());
  for (std::size_t t = 0; t < group.terms.size(); ++t) {
    const std::size_t at = (t * batch + place) * width;
    const Row gx = Eigen::Map<const Row>(gx_rows + at);
    const Real* gy = gy_rows + at;
    const Real slope = 2 * group.terms[t].exponent * per_angstrom;  // ∂g/∂x_a = slope·(x − x_a)·g
    const Row dx = slope * (offsets - across_[atom]) * gx, down = slope * (offsets - down_[atom]);
    for (std::size_t y = 0; y < height; ++y) {
      const Real d = down[static_cast<Eigen::Index>(y)] * gy[y];
      value[y] += gy[y] * gx;
      by_x[y] += gy[y] * dx;
      by_y[y] += d * gx;
    }
  }
  // The image, then a channel a parameter: what ∂(x, y)/∂θ makes of the two slopes.
  const Eigen::Index pitch = canvas_.columns * canvas_.channels;
  Real* channel = footprint(atom, Reach);
  const auto add = [&](auto&& with) {
    Real* to = channel;
    for (std::size_t y = 0; y < height; ++y, to += pitch) {
      Eigen::Map<Row> line(to);
      line = with(line, y);
    }
    channel += canvas_.columns;
  };
  add([&](const auto& line, std::size_t y) { return line + value[y]; });
  for (Eigen::Index k = 0; k < steps_.cols(); k += 2) {
    const Real sx = steps_(atom, k), sy = steps_(atom, k + 1);
    add([&](const auto& line, std::size_t y) { return (line + sx * by_x[y]) + sy * by_y[y]; });
  }
  const Real rx = x_[atom], ry = y_[atom], rz = z_[atom];  // −[r']×
  add([&](const auto& line, std::size_t y) { return line - rz * by_y[y]; });
  add([&](const auto& line, std::size_t y) { return line + rz * by_x[y]; });
  add([&](const auto& line, std::size_t y) { return (line - ry * by_x[y]) + rx * by_y[y]; });
  add([&](const auto& line, std::size_t y) { return line + by_x[y]; });
  add([&](const auto& line, std::size_t y) { return line + by_y[y]; });
}

template <class Real>
void Projector<Real>::copy_out(int channel, ImageOf<Real>& image) const {
  image.resize(grid_.size, grid_.size);
  const Real* line =
      canvas_.data.data() + (canvas_.margin * canvas_.channels + channel) * canvas_.columns + canvas_.margin;
  for (int y = 0; y < grid_.size; ++y, line += canvas_.channels * canvas_.columns)
    std::copy_n(line, grid_.size, image.data() + static_cast<Eigen::Index>(y) * grid_.size);
}

template <class Real>
void Projector<Real>::draw(ImageOf<Real>& image) {
  clear(1);
  for (const Group& group : groups_) {
    prepare(group);
    select(group);
    with_reach(group.reach, [&](auto reach) { splat<reach>(group); });
  }
  copy_out(0, image);
}

template <class Real>
void Projector<Real>::draw(ImageOf<Real>& image, std::vector<ImageOf<Real>>& derivatives) {
  clear(1 + parameter_count());
  for (const Group& group : groups_) {
    prepare(group);
    sort_by_row(group);
    with_reach(group.reach, [&](auto reach) { splat_with_derivatives<reach>(group); });
  }
  copy_out(0, image);
  derivatives.resize(static_cast<std::size_t>(parameter_count()));
  for (int c = 0; c < parameter_count(); ++c) copy_out(1 + c, derivatives[static_cast<std::size_t>(c)]);
}

template <class Real>
void Projector<Real>::project(const Eigen::VectorXd& amplitudes, const Eigen::Matrix3d& rotation,
                              const Eigen::Vector2d& shift, ImageOf<Real>& image) {
  deform(amplitudes);
  place(rotation, shift);
  draw(image);
}

template <class Real>
void Projector<Real>::project_atoms(const Eigen::Matrix3Xd& atoms, const Eigen::Matrix3d& rotation,
                                    const Eigen::Vector2d& shift, ImageOf<Real>& image) {
  adopt(atoms);
  place(rotation, shift);
  draw(image);
}

template <class Real>
void Projector<Real>::project_with_derivatives(const Eigen::VectorXd& amplitudes,
                                               const Eigen::Matrix3d& rotation, const Eigen::Vector2d& shift,
                                               ImageOf<Real>& image,
                                               std::vector<ImageOf<Real>>& derivatives) {
  deform(amplitudes);
  place(rotation, shift);
  place_steps(rotation);
  draw(image, derivatives);
}

template <class Real>
void Projector<Real>::project_atoms_with_derivatives(const Eigen::Matrix3Xd& atoms,
                                                     const Eigen::VectorXd& amplitudes,
                                                     const Eigen::Matrix3d& rotation,
                                                     const Eigen::Vector2d& shift, ImageOf<Real>& image,
                                                     std::vector<ImageOf<Real>>& derivatives) {
  if (!rotations_.empty()) deform(amplitudes);
  adopt(atoms);
  place(rotation, shift);
  place_steps(rotation);
  draw(image, derivatives);
}

template class Projector<float>;
template class Projector<double>;

}  // namespace elastem
