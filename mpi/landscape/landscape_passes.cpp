#include "mpi/landscape/landscape_passes.hpp"

#include "alignment/amplitude_prior.hpp"
#include "landscape/sample.hpp"
#include "mpi/alignment/stored_motion.hpp"

namespace elastem {

LandscapePasses::LandscapePasses(const Communicator& comm, const ResultTable& table,
                                 const LandscapeSettings& settings)
    : comm_(&comm), table_(&table), settings_(&settings) {
  if (table.has_fits()) prior_ = load_normal(table);
}

bool LandscapePasses::sampled(std::int64_t row, std::int64_t most) const {
  const std::int64_t rows = settings_->selection ? settings_->selection->selected() : table_->size();
  return in_stratified_sample(place(row), rows, most, settings_->seed);
}

void LandscapePasses::for_each_used(const RowVisitor& visit) const {
  for_each_row(*comm_, *table_, {outliers(), ResultTable::Details::brief},
               [&](std::int64_t row, const ParticleResult& result) {
                 if (result.state == ParticleState::done && selected(row)) visit(row, result);
               });
}

void LandscapePasses::for_each_estimate(const EstimateVisitor& visit) const {
  for_each_row(*comm_, *table_, {outliers(), ResultTable::Details::image_alone},
               [&](std::int64_t row, const ParticleResult& result) {
                 if (result.state != ParticleState::done || !selected(row)) return;
                 if (const auto found = estimate(result)) visit(row, *found);
               });
}

std::optional<AmplitudeEstimate> LandscapePasses::estimate(const ParticleResult& result) const {
  if (!result.fit) return std::nullopt;
  const AmplitudeEstimate fitted = amplitudes_alone(*result.fit);
  if (!usable(fitted)) return std::nullopt;
  return without_prior(fitted, prior_);
}

}  // namespace elastem
