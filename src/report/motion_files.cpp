#include "report/motion_files.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "core/new_file.hpp"
#include "modes/geometry.hpp"
#include "structure/pdb_writer.hpp"

namespace elastem {
namespace {

namespace fs = std::filesystem;
using Conformations = std::vector<Eigen::VectorXd>;

Eigen::Matrix3Xd placed(const MovingMolecule& molecule, const Geometry& geometry,
                        const Eigen::VectorXd& amplitudes) {
  Eigen::Matrix3Xd positions = molecule.model.deformed(amplitudes);
  if (molecule.model.curved()) positions = geometry.restored(std::move(positions));
  return positions;
}

// `structure` has what stands for B-factors.
void write_conformations(const fs::path& path, const MovingMolecule& molecule, const Structure& structure,
                         const Geometry& geometry, const Conformations& conformations,
                         const std::vector<std::string>& remarks, MoleculeFrames* movie = nullptr) {
  PdbWriter writer(path.string(), structure, remarks);
  GeometryReport worst = geometry.report(molecule.structure.positions);
  const GeometryReport input = worst;
  for (const Eigen::VectorXd& amplitudes : conformations) {
    const Eigen::Matrix3Xd positions = placed(molecule, geometry, amplitudes);
    writer.add_model(positions.colwise() + molecule.centre);
    if (movie) movie->add(positions);
    worst = worse(worst, geometry.report(positions));
  }
  writer.close();
  spdlog::info("{}: {}", path.filename().string(), geometry_text(worst, input));
}

// Scripts that play NAME.pdb there and back. `most`: the largest displacement, Å.
void write_scripts(const fs::path& folder, const std::string& name, std::size_t frames, double most) {
  write_text_file(folder / (name + ".cxc"),
                  fmt::format("# ChimeraX: open {0}.cxc\nopen {0}.pdb coordset true\n"
                              "color byattribute bfactor palette 0,#3b4cc0:{1:.2f},#dddddd:{2:.2f},#b40426\n"
                              "coordset #1 1,{3} bounce true loop 100\n",
                              name, most / 2, std::max(most, 0.01), frames));
  write_text_file(folder / (name + ".pml"),
                  fmt::format("# PyMOL: pymol {0}.pml\nload {0}.pdb\n"
                              "spectrum b, blue_white_red, {0}, minimum=0, maximum={1:.2f}\n"
                              "mset 1 -{2} -1\nmplay\n",
                              name, std::max(most, 0.01), frames));
}

std::string residues_csv(const Structure& structure, const ResidueMotion& motion) {
  const std::vector<std::size_t> starts = residue_starts(structure.atoms);
  std::vector<std::size_t> domain_of(starts.size(), 0);
  for (std::size_t d = 0; d < motion.domains.size(); ++d)
    for (const std::size_t residue : motion.domains[d].residues) domain_of[residue] = d + 1;
  std::string text = "chain,residue,name,displacement,domain\n";
  for (std::size_t r = 0; r < starts.size(); ++r) {
    const Atom& atom = structure.atoms[starts[r]];
    text += fmt::format("{},{}{},{},{:.3f},{}\n", atom.chain, atom.residue_number, atom.insertion_code,
                        atom.residue_name, motion.displacements[starts[r]], domain_of[r]);
  }
  return text;
}

std::string domains_csv(const Structure& structure, const ResidueMotion& motion) {
  std::string text =
      "domain,residues,rmsd_within,rotation,shift_along_axis,axis_x,axis_y,axis_z,point_x,point_y,point_z,"
      "ranges\n";
  int number = 0;
  for (const RigidDomain& domain : motion.domains) {
    text += fmt::format("{},{},{:.3f}", ++number, domain.residues.size(), domain.rmsd);
    if (domain.hinge) {
      const Screw& h = *domain.hinge;
      text += fmt::format(",{:.2f},{:.3f},{:.4f},{:.4f},{:.4f},{:.3f},{:.3f},{:.3f}", h.angle, h.shift,
                          h.direction[0], h.direction[1], h.direction[2], h.point[0], h.point[1], h.point[2]);
    } else {
      text += ",,,,,,,,";
    }
    text += fmt::format(",\"{}\"\n", residue_ranges(structure, domain.residues));
  }
  return text;
}

// For a log.
std::string shortened(const std::string& ranges) {
  constexpr std::size_t most = 60;
  const std::size_t cut = ranges.find(',', most);
  return cut == std::string::npos ? ranges : ranges.substr(0, cut) + " …";
}

void describe(const Structure& structure, const ResidueMotion& motion) {
  int number = 0;
  for (const RigidDomain& domain : motion.domains)
    if (++number; domain.rmsd > domain.tolerance)
      spdlog::warn(
          "domain {} (residues {}) is no rigid body: {:.2f} Å RMSD of its motion are left within it, more "
          "than "
          "the {:.2f} Å that domains are told apart by",
          number, shortened(residue_ranges(structure, domain.residues)), domain.rmsd, domain.tolerance);
  for (std::size_t d = 1; d < motion.domains.size(); ++d)
    spdlog::info("residues {} turn by {:.0f}° against residues {}",
                 shortened(residue_ranges(structure, motion.domains[d].residues)),
                 motion.domains[d].hinge->angle,
                 shortened(residue_ranges(structure, motion.domains[0].residues)));
}

}  // namespace

ResidueMotion residue_motion(const MovingMolecule& molecule, const std::vector<TrajectoryFrame>& frames) {
  const Geometry geometry(molecule.structure);
  const Eigen::Matrix3Xd before = placed(molecule, geometry, frames.front().amplitudes),
                         after = placed(molecule, geometry, frames.back().amplitudes);
  ResidueMotion motion;
  const auto& atoms = molecule.structure.atoms;
  const std::vector<std::size_t> starts = residue_starts(atoms);
  for (std::size_t r = 0; r < starts.size(); ++r) {
    const std::size_t end = r + 1 < starts.size() ? starts[r + 1] : atoms.size();
    const auto first = static_cast<Eigen::Index>(starts[r]), count = static_cast<Eigen::Index>(end) - first;
    const double squares = (after.middleCols(first, count) - before.middleCols(first, count)).squaredNorm();
    motion.displacements.resize(end, std::sqrt(squares / static_cast<double>(count)));
  }
  motion.domains = rigid_domains(molecule.structure, before, after);
  for (RigidDomain& domain : motion.domains)
    if (domain.hinge) domain.hinge->point += molecule.centre;
  return motion;
}

std::string path_name(const StatePath& path) {
  return path.chosen > 0 ? fmt::format("chosen_path_{}", path.chosen)
                         : fmt::format("path_{}_{}", path.from + 1, path.to + 1);
}

MotionFiles write_motion_files(const fs::path& folder, const MovingMolecule& molecule,
                               const Landscape& landscape) {
  MotionFiles written{residue_motion(molecule, landscape.frames), {}, {"residues.csv", "domains.csv"}};
  const ResidueMotion& motion = written.motion;
  Structure coloured = molecule.structure;
  double most = 0;
  for (std::size_t a = 0; a < coloured.atoms.size(); ++a) {
    coloured.atoms[a].b_factor = motion.displacements[a];
    most = std::max(most, motion.displacements[a]);
  }
  const Geometry geometry(molecule.structure);
  const std::string colours = "B-FACTORS: DISPLACEMENT OF THE RESIDUE FROM THE FIRST FRAME TO THE LAST (A)";
  const auto write_movie = [&](const std::string& name, const std::string& shown,
                               const Conformations& conformations, std::vector<std::string> remarks) {
    remarks.push_back(colours);
    Movie& movie = written.movies.emplace_back(
        Movie{shown, name + ".pdb", {coloured, conformations.size(), 1 + landscape.paths.size()}});
    write_conformations(folder / movie.file, molecule, coloured, geometry, conformations, remarks,
                        &movie.frames);
    write_scripts(folder, name, conformations.size(), most);
    for (const char* ending : {".pdb", ".cxc", ".pml"}) written.files.push_back(name + ending);
  };
  Conformations frames;
  for (const TrajectoryFrame& frame : landscape.frames) frames.push_back(frame.amplitudes);
  write_movie("trajectory", "along component 1", frames,
              {"ELASTEM TRAJECTORY ALONG THE FIRST PRINCIPAL COMPONENT OF THE AMPLITUDES",
               "EACH MODEL IS THE MEAN OF THE PARTICLES ABOUT THE MIDDLE OF AN EQUAL SHARE OF THEM"});
  if (landscape.states) {
    write_conformations(
        folder / "states.pdb", molecule, coloured, geometry, landscape.state_means,
        {"ELASTEM STATES, THE MOST POPULATED FIRST", "EACH MODEL IS THE MEAN OF A STATE", colours});
    written.files.emplace_back("states.pdb");
  }
  for (std::size_t p = 0; p < landscape.paths.size(); ++p) {
    const StatePath& path = landscape.paths[p];
    std::string remark = fmt::format("ELASTEM PATH OF LEAST FREE ENERGY FROM {} TO {}", path.start, path.end);
    std::ranges::transform(remark, remark.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    write_movie(path_name(path), fmt::format("from {} to {}", path.start, path.end),
                landscape.path_amplitudes[p], {remark});
  }
  write_text_file(folder / "residues.csv", residues_csv(molecule.structure, motion));
  write_text_file(folder / "domains.csv", domains_csv(molecule.structure, motion));
  describe(molecule.structure, motion);
  return written;
}

std::string paths_csv(const Landscape& landscape, const std::vector<int>& modes) {
  std::string text = "path,frame,free_energy,free_energy_low,free_energy_high";
  const Eigen::Index d = landscape.paths.empty() ? 0 : landscape.paths.front().points.front().size();
  for (Eigen::Index c = 0; c < d; ++c) text += fmt::format(",component_{}", c + 1);
  for (const int mode : modes) text += fmt::format(",mode_{}", mode);
  text += "\n";
  for (std::size_t p = 0; p < landscape.paths.size(); ++p) {
    const StatePath& path = landscape.paths[p];
    for (std::size_t i = 0; i < path.points.size(); ++i) {
      const bool band = !path.low.empty();
      const std::string name = path.chosen > 0 ? fmt::format("chosen_{}", path.chosen)
                                               : fmt::format("{}-{}", path.from + 1, path.to + 1);
      text += fmt::format("{},{},{:.4f},{:.4f},{:.4f}", name, i + 1, path.energies[i],
                          band ? path.low[i] : NAN, band ? path.high[i] : NAN);
      for (const double x : path.points[i]) text += fmt::format(",{:.6g}", x);
      for (const double amplitude : landscape.path_amplitudes[p][i])
        text += fmt::format(",{:.6g}", amplitude);
      text += "\n";
    }
  }
  return text;
}

std::string residue_ranges(const Structure& structure, const std::vector<std::size_t>& residues) {
  const std::vector<std::size_t> starts = residue_starts(structure.atoms);
  const auto atom_of = [&](std::size_t residue) -> const Atom& { return structure.atoms[starts[residue]]; };
  const auto label = [&](std::size_t residue) {
    return std::to_string(atom_of(residue).residue_number) + atom_of(residue).insertion_code;
  };
  std::string text, chain;
  for (std::size_t i = 0; i < residues.size();) {
    std::size_t end = i + 1;
    while (end < residues.size() && residues[end] == residues[end - 1] + 1 &&
           same_molecule(atom_of(residues[end]), atom_of(residues[i])))
      ++end;
    const std::string& own = atom_of(residues[i]).chain;
    if (i > 0) text += own == chain ? "," : "; ";
    if ((i == 0 || own != chain) && !own.empty()) text += own + " ";
    chain = own;
    text += label(residues[i]) + (end > i + 1 ? "-" + label(residues[end - 1]) : "");
    i = end;
  }
  return text;
}

}  // namespace elastem
