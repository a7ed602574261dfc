#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "alignment/elastic_prior.hpp"
#include "mpi/landscape/table_landscape.hpp"
#include "mpi/storage/row_pass.hpp"

namespace elastem {

/// The passes over the rows of a table that its landscape is made in. Must not outlive what it is made of.
class LandscapePasses {
 public:
  /// Collective.
  LandscapePasses(const Communicator& comm, const ResultTable& table, const LandscapeSettings& settings);

  const Communicator& comm() const { return *comm_; }
  const ResultTable& table() const { return *table_; }
  const LandscapeSettings& settings() const { return *settings_; }

  /// Whether a row of this rank's is selected, and where it stands among those that are.
  bool selected(std::int64_t row) const { return !settings_->selection || settings_->selection->holds(row); }
  std::int64_t place(std::int64_t row) const {
    return settings_->selection ? settings_->selection->place(row) : row;
  }
  /// Whether a selected row is in a sample of at most `most` of them (in_stratified_sample).
  bool sampled(std::int64_t row, std::int64_t most) const;

  /// This rank's rows that take part, in ascending order. Collective.
  void for_each_used(const RowVisitor& visit) const;

  /// The same of a table with fits: what the images alone say, without the prior that they were fitted with
  /// (without_prior).
  using EstimateVisitor = std::function<void(std::int64_t row, const AmplitudeEstimate& estimate)>;
  void for_each_estimate(const EstimateVisitor& visit) const;
  /// What the image of a row alone says; none of a row without a fit that can be used.
  std::optional<AmplitudeEstimate> estimate(const ParticleResult& result) const;

 private:
  Outliers outliers() const { return settings_->with_outliers ? Outliers::with : Outliers::leave_out; }

  const Communicator* comm_;
  const ResultTable* table_;
  const LandscapeSettings* settings_;
  NormalPrior prior_;  // that the rows were fitted with
};

}  // namespace elastem
