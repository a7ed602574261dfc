// A molecule where there is no WebGL: its trace as lines, or its atoms as discs, the far ones first. Dragging turns it.
import { h, sharp } from "./dom.js";

const farthest = 9; // Å between neighbours of a trace

function turned([x, y, z], [ax, ay]) {
  const u = x * Math.cos(ay) + z * Math.sin(ay), w = -x * Math.sin(ay) + z * Math.cos(ay);
  return [u, y * Math.cos(ax) - w * Math.sin(ax), y * Math.sin(ax) + w * Math.cos(ax)];
}

export class PlainMolecule {
  // colour(atom): CSS
  constructor(stage, molecule, xyz, colour) {
    Object.assign(this, { stage, colour, xyz, angles: [0, 0] });
    const atoms = molecule.name.map((_, i) => i), on_trace = atoms.filter((i) => ["CA", "P"].includes(molecule.name[i]));
    this.trace = on_trace.length > 0;
    this.shown = this.trace ? on_trace : atoms;
    this.chain = molecule.chain;
    this.radius = Math.sqrt(atoms.reduce((most, i) => Math.max(most, xyz[3 * i] ** 2 + xyz[3 * i + 1] ** 2 + xyz[3 * i + 2] ** 2), 1)) * 1.1;
    this.canvas = h("canvas", {});
    stage.append(this.canvas);
    let last = null;
    stage.addEventListener("pointerdown", (event) => {
      last = [event.clientX, event.clientY];
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!last) return;
      this.angles = [this.angles[0] + 0.01 * (event.clientY - last[1]), this.angles[1] + 0.01 * (event.clientX - last[0])];
      last = [event.clientX, event.clientY];
      this.render(this.xyz);
    });
    stage.addEventListener("pointerup", () => { last = null; });
    new ResizeObserver(() => this.render(this.xyz)).observe(stage);
  }
  render(xyz) {
    this.xyz = xyz;
    const width = this.stage.clientWidth, height = this.stage.clientHeight;
    if (!width) return;
    const context = sharp(this.canvas, width, height), scale = Math.min(width, height) / 2 / this.radius;
    const places = this.shown.map((i) => turned([xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]], this.angles));
    const at = ([x, y]) => [width / 2 + scale * x, height / 2 - scale * y];
    const pieces = [];
    places.forEach((place, k) => {
      const before = k && this.chain[this.shown[k]] === this.chain[this.shown[k - 1]] ? places[k - 1] : null;
      if (!this.trace) pieces.push({ depth: place[2], colour: this.colour(this.shown[k]), to: at(place) });
      else if (before && Math.hypot(...place.map((x, axis) => x - before[axis])) < farthest)
        pieces.push({ depth: (place[2] + before[2]) / 2, colour: this.colour(this.shown[k]), from: at(before), to: at(place) });
    });
    pieces.sort((a, b) => a.depth - b.depth);
    context.clearRect(0, 0, width, height);
    context.lineCap = "round";
    for (const { from, to, colour } of pieces) {
      for (const [style, size] of [["rgba(40,40,50,.6)", 1.9], [colour, 1.4]]) {
        context.beginPath();
        if (from) {
          context.moveTo(...from);
          context.lineTo(...to);
          Object.assign(context, { strokeStyle: style, lineWidth: size * scale });
          context.stroke();
        } else {
          context.arc(...to, size * scale, 0, 2 * Math.PI);
          context.fillStyle = style;
          context.fill();
        }
      }
    }
  }
}
