#include <algorithm>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "core/error.hpp"
#include "core/number_list.hpp"
#include "imaging/ctf.hpp"
#include "mpi/comm/work_queue.hpp"
#include "mpi/commands/commands.hpp"
#include "mpi/modes/model_input.hpp"
#include "mpi/modes/modes_check.hpp"
#include "mpi/run/run_files.hpp"
#include "mpi/storage/result_table.hpp"
#include "mpi/storage/text_rows.hpp"
#include "mpi/synthesis/particle_outputs.hpp"
#include "mpi/synthesis/particle_source.hpp"
#include "mpi/synthesis/recipe_input.hpp"
#include "options/synthesize_options.hpp"
#include "particles/particle_writer.hpp"
#include "synthesis/synthesizer.hpp"

namespace elastem {

namespace {

namespace fs = std::filesystem;
using cli::ParticleOutputs;
using cli::SynthesizeOptions;

void warn_of_doubts(const RecipeInput& input, const ElasticModel& model) {
  const Recipe& recipe = input.recipe;
  const ImageGrid grid = recipe.grid;
  for (const Ctf& ctf : input.optics) {
    if (!ctf_undersampled(ctf, grid.size, grid.pixel_size)) continue;
    spdlog::warn(
        "the CTF at a defocus of {:.0f} Å oscillates faster than {} pixels of {} Å can sample: take a larger "
        "--size or --pixel-size",
        ctf.defocus_u, grid.size, grid.pixel_size);
    break;
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

std::string defocus_text(const SynthesizeOptions& o) {
  if (!o.recipe.ctf.enabled) return "no CTF";
  if (!o.sources.optics.empty()) return "CTFs of " + o.sources.optics;
  const Interval defocus = o.recipe.optics->defocus;
  if (defocus.low == defocus.high) return fmt::format("defocus {:g} Å", defocus.low);
  return fmt::format("defocus {:g} to {:g} Å", defocus.low, defocus.high);
}

std::string relation_text(const SynthesizeOptions& o, const Recipe& recipe) {
  if (recipe.relation == Relation::table) return "amplitudes of " + o.sources.amplitudes;
  if (recipe.relation == Relation::structures) return "structures of " + o.sources.structures;
  const std::string points =
      recipe.relation == Relation::grid ? fmt::format(" ({} points per mode)", recipe.grid_points) : "";
  return fmt::format("{}{} of amplitude {:.1f} Å", name_of(recipe.relation), points,
                     recipe.amplitude.value_or(0));
}

void describe(const SynthesizeOptions& o, const Recipe& recipe, const ElasticModel& model,
              const ParticleOutputs& out) {
  spdlog::info("{} images of {}² pixels of {} Å, {} atoms, modes {}, {}, {}, {}", o.count, o.recipe.grid.size,
               o.recipe.grid.pixel_size, model.atom_count(), format_number_list(model.mode_numbers),
               relation_text(o, recipe),
               recipe.snr ? fmt::format("SNR {:g}", *recipe.snr) : std::string("no noise"), defocus_text(o));
  const double mebibytes = static_cast<double>(o.count) * o.recipe.grid.size * o.recipe.grid.size *
                           (o.files.float16 ? 2 : 4) / (1 << 20);
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

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// The number of the optics group of a CTF, from 1.
std::size_t group_number(const std::vector<Ctf>& groups, const Ctf& ctf) {
  const auto found = std::ranges::find_if(groups, [&](const Ctf& other) { return same_optics(other, ctf); });
  require(found != groups.end(), "each particle has its optics group");
  return static_cast<std::size_t>(found - groups.begin()) + 1;
}

// The particles without and with their poses and structures, both from the recipe alone.
void write_star_files(const Communicator& comm, const SynthesizeOptions& o, const ParticleOutputs& out,
                      const RecipeInput& input, Eigen::Index mode_count) {
  const Recipe& recipe = input.recipe;
  std::vector<OpticsGroup> groups;
  for (const Ctf& ctf : input.optics)
    groups.push_back(optics_group(ctf, o.recipe.grid.pixel_size, o.recipe.grid.size));
  const std::string stack = fs::path(out.stack).filename().string();
  const bool structures = recipe.relation == Relation::structures;
  for (const bool truth : {false, true}) {
    std::vector<std::string> labels = {"rlnImageName", "rlnOpticsGroup"};
    append(labels, relion_ctf_labels(recipe.ctf));
    if (truth) append(labels, relion_pose_labels());
    if (truth && structures) labels.push_back("elastemStructure");
    write_text_rows(
        comm, truth ? out.truth_star : out.particles, relion_head(relion_optics(groups), labels), o.count,
        [&](Range block) {
          std::string text;
          for (std::int64_t i = block.first; i < block.first + block.count; ++i) {
            const Conformer particle = draw_conformer(recipe, mode_count, static_cast<std::uint64_t>(i));
            const Pose& pose = particle.pose;
            std::vector<std::string> values = {image_name(i, stack),
                                               std::to_string(group_number(input.optics, particle.ctf))};
            append(values, relion_ctf_values(particle.ctf));
            if (truth)
              append(values, relion_pose_values({pose.rot, pose.tilt, pose.psi}, pose.shift, recipe.grid));
            if (truth && structures) values.push_back(particle.structure);
            text += star_line(values);
          }
          return text;
        });
  }
}

// What is read and named by no option.
std::vector<std::string> files_behind(const RecipeInput& input) {
  std::vector<std::string> files;
  for (const InputFile& file : input.files) files.push_back(file.path);
  return files;
}

Provenance provenance_of(const Invocation& invocation, const SynthesizeOptions& o, const RecipeInput& input) {
  Provenance provenance =
      make_provenance(invocation.comm, invocation.command_line, invocation.effective(), o.common.seed);
  add_modes_input(invocation.comm, o.modes_file, provenance);
  add_inputs(invocation.comm, input.files, provenance);
  return provenance;
}

}  // namespace

ExitCode synthesize_command(const Invocation& invocation, SynthesizeOptions& o) {
  const Communicator& comm = invocation.comm;
  const ParticleOutputs out = cli::particle_outputs(o.output);
  const ElasticModel model = read_model(comm, o.modes_file, o.modes, o.atom_model);
  const RecipeInput input = read_recipe(comm, o, model);
  require_kept(comm, invocation.options, files_behind(input));
  const Recipe& recipe = input.recipe;
  o.recipe.amplitude = recipe.amplitude;  // what provenance says is what was used
  describe(o, recipe, model, out);
  warn_of_doubts(input, model);
  if (o.common.dry_run) {
    estimate(o, recipe, model, comm.size());
    return done;
  }
  const Provenance provenance = provenance_of(invocation, o, input);

  watch_stop_signals();
  ResultTable table = open_particle_outputs(comm, o, out, model, provenance);
  write_contact_sheet(comm, o, out, model, recipe);
  const QueueSummary summary = make_images(comm, o, out, model, recipe, table);
  if (!summary.stopped) {
    write_star_files(comm, o, out, input, model.mode_count());
    // By which results of these images are known from those of others.
    collectively(comm, [&] {
      if (comm.root()) table.write_images(images_fingerprint(out.stack));
    });
  }
  table.close();
  spdlog::info("{} images in {:.1f} s ({:.0f} per second)", summary.done, summary.seconds,
               static_cast<double>(summary.done) / std::max(summary.seconds, 1e-9));
  return summary.stopped ? stopped_on_request : done;
}

}  // namespace elastem
