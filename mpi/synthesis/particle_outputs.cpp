#include "mpi/synthesis/particle_outputs.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "maps/mrc.hpp"
#include "mpi/run/output.hpp"
#include "mpi/storage/stack_writer.hpp"
#include "report/contact_sheet.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::SynthesizeOptions;

MrcHeader stack_header(const SynthesizeOptions& o) {
  MrcHeader header;
  header.columns = header.rows = o.size;
  header.sections = o.count;
  header.pixel_size = o.pixel_size;
  header.mode = o.files.float16 ? 12 : 2;
  return header;
}

}  // namespace

ParticleOutputs particle_outputs(const std::string& output) {
  const fs::path star(output);
  if (star.extension() != ".star") {
    throw Error("option --output: " + output + " must end in .star, e.g. particles/particles.star");
  }
  if (star.stem() == "truth")
    throw Error("option --output: " + output + " is the name of the truth; give another");
  fs::path stack(star);
  const fs::path folder = star.parent_path();
  return {output, stack.replace_extension(".mrcs").string(), (folder / "truth.star").string(),
          (folder / "truth.h5").string(), (folder / "contact_sheet.png").string()};
}

ResultTable open_particle_outputs(const Communicator& comm, const SynthesizeOptions& o,
                                  const ParticleOutputs& out, const ElasticModel& model,
                                  const Provenance& provenance) {
  const bool resume =
      decide_output(comm, out.truth_table, o.common.resume, o.common.overwrite) == Output::resume;
  if (resume) {
    ResultTable table = ResultTable::open(comm, out.truth_table, ResultTable::Access::write);
    collectively(comm, [&] {
      require_same_run(table.provenance(), provenance, out.truth_table);
      const MrcHeader there = MrcReader(out.stack).header();
      const MrcHeader wanted = stack_header(o);
      if (there.sections != wanted.sections || there.columns != wanted.columns || there.rows != wanted.rows ||
          there.mode != wanted.mode) {
        throw Error(out.stack + ": is not the stack of " + out.truth_table +
                    "; start again with --overwrite");
      }
    });
    return table;
  }
  collectively(comm, [&] {
    if (!comm.root()) return;
    for (const auto& path : {out.particles, out.stack, out.truth_star, out.contact_sheet}) {
      if (fs::exists(path) && !o.common.overwrite && !o.common.resume) {
        throw Error(path + ": exists; give --overwrite to replace it, or another --output");
      }
    }
    if (const fs::path folder = fs::path(out.particles).parent_path(); !folder.empty())
      fs::create_directories(folder);
    // The old table goes first: it must never stand beside a stack that it does not describe.
    for (const auto& path : {out.truth_table, out.particles, out.truth_star, out.contact_sheet})
      fs::remove(path);
    create_mrc(out.stack, stack_header(o));
  });
  ResultTable table = ResultTable::create(comm, out.truth_table, o.count, model.mode_numbers, provenance);
  table.store_vector("atom_count", {static_cast<double>(model.atom_count())}, "1", "atoms of the model");
  table.store_vector("pixel_size", {o.pixel_size}, "Å", "size of a pixel of the images");
  return table;
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
    ContactSheet sheet(shown, o.size);
    for (int i = 0; i < shown; ++i) {
      const auto index = static_cast<std::uint64_t>(i);
      sheet.place(i, noisy.image(index), clean.image(index));
    }
    write_png(out.contact_sheet, sheet.picture());
  });
}

QueueSummary make_images(const Communicator& comm, const SynthesizeOptions& o, const ParticleOutputs& out,
                         const ElasticModel& model, const Recipe& recipe, ResultTable& table) {
  std::vector<Range> pending;
  std::optional<Synthesizer> synthesizer;
  collectively(comm, [&] {
    if (comm.root()) {
      const auto states = table.states();
      pending = runs_where(o.count, [&](std::int64_t i) {
        return states[static_cast<std::size_t>(i)] != ParticleState::done;
      });
    }
    synthesizer.emplace(model, recipe);
  });
  StackWriter stack = StackWriter::open(comm, out.stack);
  Image pixels;
  std::vector<ParticleResult> rows;
  QueueOptions options;
  options.show_progress = !o.common.quiet;
  options.what = "images";
  const QueueSummary summary = run_queue(
      comm, pending, options,
      [&](std::int64_t item) {
        rows.push_back(synthesizer->make(static_cast<std::uint64_t>(item), pixels));
        stack.append(item, {pixels.data(), static_cast<std::size_t>(pixels.size())});
      },
      [&](Range chunk) {
        stack.flush();
        table.write(chunk.first, rows);  // after the pixels: a row that is done has its image
        rows.clear();
      });
  stack.close();
  return summary;
}

}  // namespace elastem
