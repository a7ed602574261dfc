#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alignment/prior_learning.hpp"
#include "imaging/particle.hpp"
#include "mpi/comm/communicator.hpp"
#include "mpi/run/provenance.hpp"

namespace elastem {

/// Numbers of a whole data set, such as its noise spectrum, stored under /fit.
struct StoredVector {
  std::string name;
  std::vector<double> values;
  std::string units, description;
};

/// What a new table holds beside its rows of results.
struct TableContents {
  bool fits = false;           ///< the details of an alignment under /fit
  bool prior = false;          ///< room for a learnt prior under /prior
  std::size_t key_length = 0;  ///< bytes of the longest key of a particle's image
  std::vector<StoredVector> vectors;
};

/// The table of particle results (alignment.h5, predictions.h5, truth.h5): one row per particle in the order
/// of the input, all data sets contiguous and allocated at creation, so that after the header was flushed
/// nothing but raw rows is written and `kill -9` at any moment leaves a readable file. Schema:
/// table_schema.hpp, docs/files.md.
class ResultTable {
 public:
  enum class Access { read, write };

  /// A new table of n pending rows of K = modes.size() amplitudes: creates, closes and reopens the file for
  /// writing. What rank 0 is given counts. Collective. Throws Error when it cannot be made.
  static ResultTable create(const Communicator& comm, const std::string& path, std::int64_t n,
                            const std::vector<int>& modes, const Provenance& provenance,
                            const TableContents& contents = {});
  /// Opens an existing table. Collective. Throws Error when it is no such table, or one of a newer format.
  static ResultTable open(const Communicator& comm, const std::string& path, Access access);

  ResultTable(ResultTable&&) noexcept;
  ~ResultTable();

  std::int64_t size() const;
  const std::vector<int>& modes() const;
  Provenance provenance() const;  ///< as stored at creation

  /// Whether the table holds the details of fits.
  bool has_fits() const;
  /// Whether its rows have keys: tables of format 1, of elastem 0.1.0, have none.
  bool has_keys() const;

  /// What `read` tells of the fits of done rows, where the table has them.
  enum class Details {
    none,
    brief,        ///< all but the covariances, which are large; the fit's checksum is not looked at
    all,          ///< a row whose fit has a wrong checksum is pending
    image_alone,  ///< all, and the row's amplitudes, pose and standard errors are those of the image alone,
                  ///< not those that a learnt prior improved
  };
  /// Rows first … first+count−1. Any rank, independent. A row whose checksum is wrong comes back as pending.
  std::vector<ParticleResult> read(std::int64_t first, std::int64_t count,
                                   Details details = Details::none) const;
  /// The keys of these rows ("INDEX@STACK", see particle_key), unchecked; "" where a row was not written yet,
  /// and throughout in a table without keys. Any rank, independent.
  std::vector<std::string> keys(std::int64_t first, std::int64_t count) const;
  /// Writes consecutive rows from `first`: the details of the fits where the table has them (the pose of a
  /// row is then what its image alone says), the other fields, the states. Any rank, independent.
  void write(std::int64_t first, std::span<const ParticleResult> rows);
  /// The same without the fits: what is read with their details remains what the images alone say.
  void rewrite(std::int64_t first, std::span<const ParticleResult> rows);
  /// Writes the outlier flags of consecutive rows of a table with fits. Any rank, independent.
  void write_outliers(std::int64_t first, const std::vector<std::uint8_t>& flags);
  /// Stores a learnt prior in a table that has room for it, and gives it back where there is one. By one
  /// rank.
  void write_prior(const LearntPrior& learnt);
  std::optional<LearntPrior> read_prior() const;
  /// Stores the fingerprint of the images that the run made (Provenance::images). By one rank.
  void write_images(const std::string& images);

  /// One of TableContents::vectors on every rank, or an empty vector where there is none. Collective.
  std::vector<double> load_vector(const std::string& name) const;

  /// Puts other values in place of those of one of TableContents::vectors, as many; false where the table has
  /// no such vector. By one rank.
  bool write_vector(const std::string& name, std::span<const double> values);

  /// Writes the end time and `stages`, what the run's time went into (rank 0's counts), flushes and closes.
  /// Collective; a table that is not closed when an exception unwinds is abandoned, not closed.
  void close(const std::string& stages = {});

 private:
  struct Impl;
  explicit ResultTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace elastem
