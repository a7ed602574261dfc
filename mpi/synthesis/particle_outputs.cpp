#include "mpi/synthesis/particle_outputs.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "core/error.hpp"
#include "core/new_file.hpp"
#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"
#include "mpi/particles/particle_pass.hpp"
#include "mpi/particles/result_match.hpp"
#include "mpi/storage/stack_writer.hpp"
#include "particles/particle_key.hpp"
#include "report/contact_sheet.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ParticleOutputs;
using cli::SynthesizeOptions;

MrcHeader stack_header(const SynthesizeOptions& o) {
  MrcHeader header;
  header.columns = header.rows = o.recipe.grid.size;
  header.sections = o.count;
  header.pixel_size = o.recipe.grid.pixel_size;
  header.mode = o.files.float16 ? 12 : 2;
  return header;
}

// As particles.star names the images.
std::string image_key(const ParticleOutputs& out, std::int64_t index) {
  Particle particle;
  particle.stack = fs::path(out.stack).filename().string();
  particle.slice = index;
  return particle_key(particle);
}

// Throws Error unless the stack is that of the table that is resumed.
void require_same_stack(const SynthesizeOptions& o, const ParticleOutputs& out) {
  const MrcHeader there = StackReader(out.stack).header(), wanted = stack_header(o);
  if (there.sections != wanted.sections || there.columns != wanted.columns || there.rows != wanted.rows ||
      there.mode != wanted.mode)
    throw Error(out.stack + ": is not the stack of " + out.truth_table + "; start again with --overwrite");
}

// Takes away what stood at the outputs' names, and makes the stack. Rank 0.
void make_room(const SynthesizeOptions& o, const ParticleOutputs& out) {
  make_folders(fs::path(out.particles).parent_path());
  // The old table goes first: it must never stand beside a stack that it does not describe.
  for (const auto& path : {out.truth_table, out.particles, out.truth_star, out.contact_sheet, out.stack})
    fs::remove(path);
  create_mrc(out.stack, stack_header(o));
}

}  // namespace

ResultTable open_particle_outputs(const Communicator& comm, const SynthesizeOptions& o,
                                  const ParticleOutputs& out, const ElasticModel& model,
                                  const Provenance& provenance) {
  bool made_stack = false;
  const auto contents = [&] {
    on_root(comm, [&] { make_room(o, out); });
    made_stack = true;
    TableContents made;
    made.key_length = image_key(out, o.count - 1).size();
    made.vectors = {{"atom_count", {static_cast<double>(model.atom_count())}, "1", "atoms of the model"},
                    stored_pixel_sizes({o.recipe.grid.pixel_size})};
    return made;
  };
  const auto resumed = [&](const ResultTable&) { collectively(comm, [&] { require_same_stack(o, out); }); };
  try {
    return open_pass_table(
        comm, {out.truth_table, o.common.resume, o.common.overwrite, o.count, model.mode_numbers, provenance},
        contents, resumed);
  } catch (const Error&) {  // the same on all ranks: no room for the table
    std::error_code failed;
    if (made_stack && comm.root()) fs::remove(out.stack, failed);
    throw;
  }
}

void write_contact_sheet(const Communicator& comm, const SynthesizeOptions& o, const ParticleOutputs& out,
                         const ElasticModel& model, const Recipe& recipe) {
  const int shown = static_cast<int>(std::min<std::int64_t>(o.files.contact_sheet, o.count));
  if (shown == 0) return;
  collectively(comm, [&] {
    if (!comm.root() || fs::exists(out.contact_sheet)) return;
    Recipe noise_free = recipe;
    noise_free.snr.reset();
    noise_free.normalisation = Normalisation::none;  // there may be nothing in the background
    Synthesizer noisy(model, recipe), clean(model, noise_free);
    ContactSheet sheet(shown, o.recipe.grid.size);
    for (int i = 0; i < shown; ++i) {
      const auto index = static_cast<std::uint64_t>(i);
      sheet.place(i, noisy.image(index), clean.image(index));
    }
    write_png(out.contact_sheet, sheet.picture());
  });
}

QueueSummary make_images(const Communicator& comm, const SynthesizeOptions& o, const ParticleOutputs& out,
                         const ElasticModel& model, const Recipe& recipe, ResultTable& table) {
  std::optional<Synthesizer> synthesizer;
  collectively(comm, [&] { synthesizer.emplace(model, recipe); });
  StackWriter stack = StackWriter::open(comm, out.stack);
  Image pixels;
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  options.what = "images";
  const auto make = [&](std::int64_t item) {
    ParticleResult truth = synthesizer->make(static_cast<std::uint64_t>(item), pixels);
    truth.image = image_key(out, item);
    stack.append(item, {pixels.data(), static_cast<std::size_t>(pixels.size())});
    return truth;
  };
  // The pixels come first: a row that is done has its image.
  const PassSummary summary =
      run_pass(comm, table, options, {.result_of = make, .before_rows = [&] { stack.flush(); }});
  stack.close();
  return summary.queue;
}

}  // namespace elastem
