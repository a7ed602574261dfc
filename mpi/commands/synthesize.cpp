#include <cstdio>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "cli/synthesize_options.hpp"
#include "core/error.hpp"
#include "core/number_list.hpp"
#include "imaging/ctf.hpp"
#include "io/particle_writer.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/commands/model_input.hpp"
#include "mpi/commands/particle_outputs.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/text_rows.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::SynthesizeOptions;

constexpr int stopped_on_request = 3;

Recipe recipe_of(const SynthesizeOptions& o, const ElasticModel& model) {
  Recipe recipe;
  recipe.relation = parse_relation(o.relation);
  recipe.amplitude = o.amplitude.value_or(default_amplitude(model.atom_count()));
  recipe.grid = {o.size, o.pixel_size};
  recipe.snr = o.snr;
  recipe.noise_before_ctf = o.noise_before_ctf;
  recipe.orientation.psi_uniform = o.psi_uniform;
  recipe.shift_px = o.shift_px;
  recipe.ctf.enabled = o.defocus.has_value();
  recipe.ctf.defocus_u = recipe.ctf.defocus_v = o.defocus.value_or(0);
  recipe.ctf.voltage_kv = o.voltage_kv;
  recipe.ctf.cs_mm = o.cs_mm;
  recipe.ctf.amplitude_contrast = o.amplitude_contrast;
  recipe.seed = o.common.seed;
  return recipe;
}

void warn_of_doubts(const Recipe& recipe, const ElasticModel& model) {
  const ImageGrid grid = recipe.grid;
  if (recipe.ctf.enabled && ctf_undersampled(recipe.ctf, grid.size, grid.pixel_size)) {
    spdlog::warn(
        "the CTF at a defocus of {:.0f} Å oscillates faster than {} pixels of {} Å can sample: take a larger "
        "--size or --pixel-size",
        recipe.ctf.defocus_u, grid.size, grid.pixel_size);
  }
  const double radius =
      std::sqrt(model.positions.colwise().squaredNorm().maxCoeff()) + 3 * model.widest_sigma();
  const double room = (grid.size / 2.0 - recipe.shift_px) * grid.pixel_size;
  if (radius > room) {
    spdlog::warn(
        "the molecule reaches {:.0f} Å from its centre, the images {:.0f} Å with the shifts: what lies "
        "outside is cut off",
        radius, room);
  }
}

void describe(const SynthesizeOptions& o, const Recipe& recipe, const ElasticModel& model,
              const ParticleOutputs& out) {
  spdlog::info(
      "{} images of {}² pixels of {} Å, {} atoms, modes {}, {} of amplitude {:.1f} Å, {}, {}", o.count,
      o.size, o.pixel_size, model.atom_count(), format_number_list(model.mode_numbers), o.relation,
      recipe.amplitude, recipe.snr ? fmt::format("SNR {:g}", *recipe.snr) : std::string("no noise"),
      recipe.ctf.enabled ? fmt::format("defocus {:g} Å", recipe.ctf.defocus_u) : std::string("no CTF"));
  const double mebibytes = static_cast<double>(o.count) * o.size * o.size * 4 / (1 << 20);
  spdlog::info("{} ({:.1f} MiB), {}, {}, {}", out.stack, mebibytes, out.particles, out.truth_star,
               out.truth_table);
}

// Times a few images of the recipe, for the estimate of --dry-run.
void estimate(const SynthesizeOptions& o, const Recipe& recipe, const ElasticModel& model, int ranks) {
  Synthesizer synthesizer(model, recipe);
  Image pixels;
  constexpr int trials = 10;
  const double start = MPI_Wtime();
  for (int i = 0; i < trials; ++i) synthesizer.make(static_cast<std::uint64_t>(i), pixels);
  const double seconds = (MPI_Wtime() - start) / trials * static_cast<double>(o.count) / ranks;
  const double mebibytes =
      static_cast<double>(model.positions.size() * (1 + model.mode_count())) * 8 / (1 << 20);
  spdlog::info("dry run: about {:.0f} s on {} ranks, {:.0f} MiB for the model on each; nothing was written",
               seconds, ranks, mebibytes);
}

// The particles without and with their poses, both from the recipe alone.
void write_star_files(const Communicator& comm, const SynthesizeOptions& o, const ParticleOutputs& out,
                      const Recipe& recipe, Eigen::Index mode_count) {
  const StarTable optics = relion_optics(
      {{recipe.ctf.voltage_kv, recipe.ctf.cs_mm, recipe.ctf.amplitude_contrast, o.pixel_size, o.size}});
  const std::string stack = fs::path(out.stack).filename().string();
  for (const bool poses : {false, true}) {
    std::vector<std::string> labels = {"rlnImageName", "rlnOpticsGroup"};
    const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    append(labels, relion_ctf_labels(recipe.ctf));
    if (poses) append(labels, relion_pose_labels());
    write_text_rows(
        comm, poses ? out.truth_star : out.particles, relion_head(optics, labels), o.count, [&](Range block) {
          std::string text;
          for (std::int64_t i = block.first; i < block.first + block.count; ++i) {
            const Conformer truth = draw_conformer(recipe, mode_count, static_cast<std::uint64_t>(i));
            const Pose& pose = truth.pose;
            std::vector<std::string> values = {image_name(i, stack), "1"};
            append(values, relion_ctf_values(truth.ctf));
            if (poses) append(values, relion_pose_values({pose.rot, pose.tilt, pose.psi}, pose.shift));
            text += star_line(values);
          }
          return text;
        });
  }
}

Provenance provenance_of(const Invocation& invocation, const SynthesizeOptions& o, double amplitude) {
  std::vector<std::string> options = o.effective;
  std::erase_if(options, [](const std::string& option) { return option.starts_with("amplitude="); });
  options.push_back("amplitude=" + std::to_string(amplitude));
  Provenance provenance = make_provenance(invocation.comm, invocation.command_line, options, o.common.seed);
  std::string modes;
  collectively(invocation.comm, [&] {
    if (invocation.comm.root()) modes = input_fingerprint("modes", o.modes_file);
  });
  invocation.comm.broadcast(modes);
  provenance.inputs = {modes};
  return provenance;
}

}  // namespace

int synthesize_command(const Invocation& invocation) {
  const Communicator& comm = invocation.comm;
  std::string help;
  const auto options = cli::parse_synthesize_options(invocation.arguments, help);
  if (!options) {
    if (comm.root()) std::fputs(help.c_str(), stdout);
    return 0;
  }
  const SynthesizeOptions& o = *options;
  const ParticleOutputs out = particle_outputs(o.output);
  const ElasticModel model = read_model(comm, o.modes_file, o.modes, o.atom_model);
  const Recipe recipe = recipe_of(o, model);
  describe(o, recipe, model, out);
  warn_of_doubts(recipe, model);
  if (o.common.dry_run) {
    estimate(o, recipe, model, comm.size());
    return 0;
  }
  const Provenance provenance = provenance_of(invocation, o, recipe.amplitude);
  [[maybe_unused]] const Synthesizer trial(
      model, recipe);  // refuses an impossible recipe before anything is written

  watch_stop_signals();
  ResultTable table = open_particle_outputs(comm, o, out, model, provenance);
  const QueueSummary summary = make_images(comm, o, out, model, recipe, table);
  if (!summary.stopped) write_star_files(comm, o, out, recipe, model.mode_count());
  table.close();
  spdlog::info("{} images in {:.1f} s ({:.0f} a second)", summary.done, summary.seconds,
               static_cast<double>(summary.done) / std::max(summary.seconds, 1e-9));
  if (!summary.stopped) return 0;
  spdlog::warn("stopped on request; the same command with --resume goes on from here");
  return stopped_on_request;
}

}  // namespace elastem
