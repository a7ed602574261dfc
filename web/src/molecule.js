// The trajectory as a movie of the molecule, coloured by how far each atom moves (3Dmol).
import * as viewer3d from "3dmol";
import { displacement_colour } from "./colours.js";
import { h } from "./dom.js";
import { PlainMolecule } from "./plain_molecule.js";
import { has_webgl } from "./points.js";

const between = 4; // pictures per step of the trajectory

// What an atom's record in a PDB file needs; only for 3Dmol to find bonds and residues.
function pdb_text(molecule, xyz) {
  const chains = [...new Set(molecule.chain)];
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const lines = molecule.name.map((name, i) => {
    const chain = molecule.chain[i].length === 1 ? molecule.chain[i] : letters[chains.indexOf(molecule.chain[i]) % letters.length];
    const padded = name.length < 4 && molecule.element[i].length < 2 ? ` ${name}`.padEnd(4) : name.slice(0, 4).padEnd(4);
    const number = (value, size) => String(value).slice(-size).padStart(size);
    const place = [0, 1, 2].map((axis) => xyz[3 * i + axis].toFixed(3).padStart(8)).join("");
    return `ATOM  ${number((i + 1) % 100000, 5)} ${padded} ${molecule.residue_name[i].slice(0, 3).padStart(3)} ${chain}${number(molecule.residue_number[i], 4)}    ${place}  1.00  0.00          ${molecule.element[i].padStart(2)}`;
  });
  return `${lines.join("\n")}\nEND\n`;
}

function decode_frames(molecule, decode) {
  const bytes = decode(molecule.coordinates);
  const codes = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const xyz = Float32Array.from(codes, (code) => molecule.origin + code * molecule.step);
  const size = 3 * molecule.name.length;
  const frames = molecule.frames.map((_, f) => xyz.subarray(f * size, (f + 1) * size));
  const centre = [0, 1, 2].map((axis) => {
    let sum = 0;
    for (let i = axis; i < size; i += 3) sum += frames[0][i];
    return (3 * sum) / size;
  });
  for (let i = 0; i < xyz.length; ++i) xyz[i] -= centre[i % 3];
  return frames;
}

// How a molecule is drawn: a cartoon where it has a backbone, a trace of Cα or P atoms, or spheres.
function look_of(molecule) {
  const names = new Set(molecule.name);
  return names.has("CA") && names.has("N") && names.has("C") ? "cartoon" : names.has("CA") || names.has("P") ? "trace" : "spheres";
}
const styles = {
  cartoon: (colorfunc) => ({ cartoon: { colorfunc } }),
  trace: (colorfunc) => ({ stick: { radius: 0.6, colorfunc } }),
  spheres: (colorfunc) => ({ sphere: { radius: 1.6, colorfunc } }),
};

// Neighbours in a chain that are near each other are joined.
function join_trace(atoms) {
  const farthest = 9; // Å
  for (const atom of atoms) Object.assign(atom, { bonds: [], bondOrder: [] });
  for (let i = 1; i < atoms.length; ++i) {
    const a = atoms[i - 1], b = atoms[i];
    if (a.chain !== b.chain || Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) > farthest) continue;
    for (const [from, to] of [[a, b], [b, a]]) {
      from.bonds.push(to.index);
      from.bondOrder.push(1);
    }
  }
}

export class Movies {
  // on_frame(number of the movie, number of its frame), both from 0
  constructor(page, decode, on_frame) {
    Object.assign(this, { movies: page.figures.movies, decode, on_frame, number: 0, at: 0, direction: 1, timer: null });
    this.most = this.movies[0].molecule.displacement.reduce((a, b) => Math.max(a, b), 1e-6);
    this.build();
  }
  get playing() {
    return this.timer !== null;
  }
  get frame() {
    return Math.round(this.at);
  }
  get molecule() {
    return this.movies[this.number].molecule;
  }

  build() {
    const { molecule } = this;
    this.stage = h("div", { class: "plot molecule", id: "molecule-view" });
    this.button = h("button", { type: "button", id: "play", onclick: () => (this.playing ? this.pause() : this.play()) }, "Play");
    this.slider = h("input", { type: "range", id: "frame", min: 0, step: 1, value: 0, "aria-label": "frame of the trajectory", oninput: () => { this.pause(); this.show(Number(this.slider.value)); } });
    this.label = h("output", { id: "frame-label" });
    this.choice = h("select", { id: "movie", "aria-label": "which motion", onchange: () => this.choose(this.choice.selectedIndex) }, this.movies.map((m) => h("option", {}, m.name)));
    const part = molecule.name.length < molecule.all_atoms ? ` ${molecule.name.length} of ${molecule.all_atoms} atoms are shown.` : "";
    this.element = h("section", { class: "card", id: "trajectory" }, h("h2", {}, "Trajectory"), this.stage,
      h("p", { class: "controls" }, this.button, this.slider, this.label, this.movies.length > 1 ? this.choice : null),
      h("p", { class: "legend" }, "displacement of the residue, first frame to last: 0 ", h("span", { class: "ramp displacement" }), ` ${this.most.toFixed(1)} Å`),
      h("p", { class: "note" }, `Along the first component each frame is the mean of particles; between states it is the way of least free energy. Drag to turn.${part}`));
  }
  choose(number) {
    this.pause();
    this.number = this.choice.selectedIndex = number;
    this.frames = decode_frames(this.molecule, this.decode);
    this.slider.max = this.frames.length - 1;
    this.button.disabled = this.slider.disabled = this.frames.length < 2;
    this.direction = 1;
    this.show(0);
  }

  // When the element is in the document.
  start() {
    this.frames = decode_frames(this.molecule, this.decode);
    if (has_webgl()) {
      this.viewer = viewer3d.createViewer(this.stage, { backgroundColor: "white", antialias: true, disableFog: true });
      const colorfunc = (atom) => displacement_colour(this.molecule.displacement[atom.index] / this.most);
      this.model = this.viewer.addModel(pdb_text(this.molecule, this.frames[0]), "pdb", { assignBonds: look_of(this.molecule) === "cartoon" });
      this.atoms = this.model.selectedAtoms({});
      if (look_of(this.molecule) === "trace") join_trace(this.atoms);
      this.style = styles[look_of(this.molecule)](colorfunc);
      this.viewer.setStyle({}, this.style);
      this.viewer.zoomTo();
      new ResizeObserver(() => this.viewer.resize()).observe(this.stage);
    } else {
      this.plain = new PlainMolecule(this.stage, this.molecule, this.frames[0], (atom) => displacement_colour(this.molecule.displacement[atom] / this.most));
    }
    this.choose(0);
  }
  show(at) {
    this.at = at;
    const below = Math.floor(at), above = Math.min(below + 1, this.frames.length - 1), share = at - below;
    const a = this.frames[below], b = this.frames[above];
    this.plain?.render(a.map((x, i) => x + share * (b[i] - x)));
    if (this.viewer) {
      for (const atom of this.atoms) {
        const i = 3 * atom.index;
        atom.x = a[i] + share * (b[i] - a[i]);
        atom.y = a[i + 1] + share * (b[i + 1] - a[i + 1]);
        atom.z = a[i + 2] + share * (b[i + 2] - a[i + 2]);
      }
      this.model.setStyle({}, this.style);
      this.viewer.render();
    }
    this.slider.value = this.frame;
    const number = this.molecule.frames[this.frame];
    this.label.textContent = `frame ${number + 1}`;
    this.on_frame(this.number, number);
  }
  play() {
    if (this.playing || this.frames.length < 2) return;
    this.button.textContent = "Pause";
    const steps = this.atoms?.length > 4000 ? 1 : between;
    const tick = () => {
      let next = Math.round(this.at * steps) + this.direction;
      if (next > (this.frames.length - 1) * steps || next < 0) {
        this.direction = -this.direction;
        next = Math.round(this.at * steps) + this.direction;
      }
      this.show(next / steps);
      // No picture before the last one is seen.
      this.timer = setTimeout(() => requestAnimationFrame(() => this.playing && tick()), 280 / steps);
    };
    this.timer = setTimeout(tick, 0);
  }
  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.button.textContent = "Play";
  }
}
