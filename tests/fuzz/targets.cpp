#include "tests/fuzz/targets.hpp"

#include <functional>
#include <vector>

#include "core/number_list.hpp"
#include "maps/mrc.hpp"
#include "maps/stack_reader.hpp"
#include "modes/nmd_file.hpp"
#include "modes/xmipp_modes.hpp"
#include "particles/particle_export.hpp"
#include "particles/particle_survey.hpp"
#include "selection/expression.hpp"
#include "selection/particle_quantity.hpp"
#include "synthesis/number_table.hpp"
#include "tests/support/scratch.hpp"

namespace elastem::fuzz {

namespace {

void unless_error(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error&) {
    // the answer to a file with something wrong
  }
}

const Scratch& scratch() {
  static const Scratch folder;
  return folder;
}

ParticleFile open_file(const std::string& path, DefocusSign sign) {
  return {path, ParticleIndex::deserialise(ParticleFile::scan(path).serialise()), "", sign};
}

// What was written must be a particle file again, with as many particles.
void convert(const ParticleFile& file, const std::string& output) {
  CollectedOptics optics(file);
  file.for_each(0, file.size(), [&](const ParticleFile::Row& row) { optics.add(row); });
  CollectedOptics other(file);
  other.add_serialised(optics.serialise());
  const ParticleExporter exporter(file, particle_format(output), other);
  std::string text = exporter.head();
  std::int64_t index = 0;
  file.for_each(0, file.size(), [&](const ParticleFile::Row& row) {
    text += exporter.row(index++, row, stack_seen_from(output, "a.mrcs", file.path(), ""));
  });
  const std::int64_t count = ParticleFile::scan(scratch().write(output, text)).count;
  require(count == file.size(), "a particle was lost on the way to another format");
}

void read_particles(const std::string& path, DefocusSign sign) {
  const ParticleFile file = open_file(path, sign);
  unless_error([&] { ParticleSurvey(file, ParticleSurvey::Faults::count).add(0, file.size()); });
  unless_error([&] { ParticleSurvey(file, ParticleSurvey::Faults::refuse).add(0, file.size()); });
  for (const char* output : {"out.star", "out.xmd"}) unless_error([&] { convert(file, output); });
}

Structure three_atoms() {
  Structure structure;
  structure.atoms.resize(3);
  structure.positions = Eigen::Matrix3d::Identity();
  return structure;
}

void read_all(ModeSource modes) {
  while (modes()) {
  }
}

}  // namespace

void particles(const std::string& bytes) {
  static const bool stack = [] {
    MrcHeader header;
    header.columns = header.rows = 4;
    header.sections = 3;
    create_mrc(scratch().path("a.mrcs"), header);
    return true;
  }();
  require(stack, "no stack");
  const std::string path = scratch().write("in.star", bytes);
  unless_error([&] { read_particles(path, DefocusSign::as_written); });
  unless_error([&] { read_particles(path, DefocusSign::opposite); });
}

void mrc(const std::string& bytes) {
  std::string file = bytes;
  file.resize(std::max<std::size_t>(file.size(), 1024), '\0');
  const std::string path = scratch().write("in.mrcs", file);
  unless_error([&] {
    const StackReader reader(path);
    const MrcHeader& header = reader.header();
    std::vector<float> pixels(static_cast<std::size_t>(section_pixels(header)));
    if (header.sections > 0) reader.read(header.sections - 1, 1, pixels);
  });
}

void mode_files(const std::string& bytes) {
  static const Structure structure = three_atoms();
  const std::string path = scratch().write("modes.xmd", bytes);
  unless_error([&] { read_all(open_nmd(path, structure)); });
  unless_error([&] { read_all(open_xmipp_modes(path, structure.size())); });
  scratch().write("modes/vec.7", bytes);
  const std::string table = scratch().write("good.xmd", "data_\nloop_\n_nmaModefile\nmodes/vec.7\n");
  unless_error([&] { read_all(open_xmipp_modes(table, structure.size())); });
}

void expressions(const std::string& bytes) {
  const QuantityContext context{"a.h5", {7, 8, 9}, true, LandscapeColumns{"land", 2, 3}};
  unless_error([&] {
    const Expression expression = Expression::parse(
        bytes, [&](const std::string& name) { return ParticleQuantity(name, context).flag(); });
    std::vector<double> values(expression.names().size(), 1), found(expression.aggregates().size(), 2),
        scratch;
    for (const Aggregate& aggregate : expression.aggregates())
      expression.value(aggregate.of, values, found, scratch);
    const double answer = expression.value(expression.whole(), values, found, scratch);
    require(answer == 0 || answer == 1 || answer != answer, "a condition is yes, no or not known");
  });
}

void numbers(const std::string& bytes) {
  unless_error([&] {
    const auto list = parse_number_list(bytes, "modes");
    require(parse_number_list(format_number_list(list), "modes") == list, "a selection is not what it was");
  });
  const std::string path = scratch().write("table.txt", bytes);
  for (const int columns : {1, 3}) {
    unless_error([&] {
      require(read_number_table(path, columns, "for a test").allFinite(),
              "a number that is not finite was read");
    });
  }
}

}  // namespace elastem::fuzz
