// The free energy in the plane of the first two components, and the views on a map of the sphere.
import { scaleLinear } from "d3-scale";
import { css, energy_colour, state_colour } from "./colours.js";
import { h, sharp } from "./dom.js";

const margin = { left: 58, right: 76, top: 10, bottom: 44 };
const ceiling = 6; // kT

function heat_image({ codes, bins, highest }) {
  const image = h("canvas", { width: bins, height: bins });
  const context = image.getContext("2d");
  const pixels = context.createImageData(bins, bins);
  for (let j = 0; j < bins; ++j)
    for (let i = 0; i < bins; ++i) {
      const energy = (codes[j * bins + i] * highest) / 255;
      const at = 4 * ((bins - 1 - j) * bins + i);
      pixels.data.set(energy < ceiling ? [...energy_colour(energy / ceiling), 255] : [255, 255, 255, 255], at);
    }
  context.putImageData(pixels, 0, 0);
  return image;
}

export function plane_card(page, decode) {
  const { figures } = page;
  if (!figures.plane) return null;
  const { plane } = figures;
  const image = heat_image({ codes: decode(plane.energy), bins: plane.bins, highest: plane.highest });
  const canvas = h("canvas", { role: "img", "aria-label": "free energy in the plane of components 1 and 2" });
  const place = h("div", { class: "plot plane" }, canvas);
  const lines = [figures.frames.map((f) => f.plane), ...figures.paths.map((p) => p.plane)];
  let motion = 0, frame = 0;
  const draw = () => {
    const width = place.clientWidth, height = place.clientHeight;
    if (!width) return;
    const context = sharp(canvas, width, height);
    const x = scaleLinear(plane.x, [margin.left, width - margin.right]), y = scaleLinear(plane.y, [height - margin.bottom, margin.top]);
    context.imageSmoothingEnabled = true;
    context.drawImage(image, margin.left, margin.top, width - margin.left - margin.right, height - margin.top - margin.bottom);
    draw_axes(context, x, y, figures.components.shares);
    draw_bar(context, width, height);
    context.beginPath();
    context.rect(margin.left, margin.top, width - margin.left - margin.right, height - margin.top - margin.bottom);
    context.save();
    context.clip();
    draw_motion(context, lines[motion].map((p) => [x(p[0]), y(p[1])]), frame);
    figures.states.forEach((state, k) => state.centre.length > 1 && draw_state(context, x(state.centre[0]), y(state.centre[1]), k + 1));
    context.restore();
  };
  new ResizeObserver(draw).observe(place);
  const element = h("section", { class: "card", id: "plane" }, h("h2", {}, "Free energy"), place,
    h("p", { class: "note" }, `${plane.errors_taken_off ? "Errors are taken off. White: more than 6 kT, or the data do not tell." : "Of the values as they are: errors widen the wells. White: more than 6 kT."} Line: the motion that is shown, its present frame in red; numbers: states.`));
  return { element, mark: (of, at) => { [motion, frame] = [of, at]; draw(); } };
}

function draw_axes(context, x, y, shares) {
  const bottom = y.range()[0], left = x.range()[0];
  Object.assign(context, { fillStyle: "#40404a", strokeStyle: "#8a8a94", lineWidth: 1, font: "12px system-ui, sans-serif", textAlign: "center", textBaseline: "top" });
  context.strokeRect(left, y.range()[1], x.range()[1] - left, bottom - y.range()[1]);
  for (const tick of x.ticks(6)) {
    context.fillRect(x(tick), bottom, 1, 5);
    context.fillText(x.tickFormat(6)(tick), x(tick), bottom + 7);
  }
  context.fillText(`component 1 (${(100 * shares[0]).toFixed(1)} %) [Å]`, (left + x.range()[1]) / 2, bottom + 25);
  Object.assign(context, { textAlign: "right", textBaseline: "middle" });
  for (const tick of y.ticks(6)) {
    context.fillRect(left - 5, y(tick), 5, 1);
    context.fillText(y.tickFormat(6)(tick), left - 8, y(tick));
  }
  context.save();
  context.translate(12, (bottom + y.range()[1]) / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(`component 2 (${(100 * shares[1]).toFixed(1)} %) [Å]`, 0, 0);
  context.restore();
}

function draw_bar(context, width, height) {
  const top = margin.top, bottom = height - margin.bottom, left = width - margin.right + 14;
  const scale = scaleLinear([0, ceiling], [bottom, top]);
  for (let py = top; py < bottom; ++py) {
    context.fillStyle = css(energy_colour(scale.invert(py) / ceiling));
    context.fillRect(left, py, 12, 1.5);
  }
  Object.assign(context, { fillStyle: "#40404a", textAlign: "left", textBaseline: "middle" });
  for (const tick of [0, 2, 4, 6]) context.fillText(`${tick} kT`, left + 17, scale(tick));
}

// The frames of a motion as a line in pixels, the present one in red.
export function draw_motion(context, points, frame) {
  context.beginPath();
  points.forEach((p, i) => context[i ? "lineTo" : "moveTo"](...p));
  Object.assign(context, { strokeStyle: "#ffffff", lineWidth: 3 });
  context.stroke();
  Object.assign(context, { strokeStyle: "#222", lineWidth: 1.2 });
  context.stroke();
  const now = points[frame];
  if (!now) return;
  context.beginPath();
  context.arc(...now, 5, 0, 2 * Math.PI);
  context.fillStyle = "#d62728";
  context.fill();
}

export function draw_state(context, px, py, number) {
  context.beginPath();
  context.arc(px, py, 9, 0, 2 * Math.PI);
  context.fillStyle = css(state_colour(number));
  context.fill();
  Object.assign(context, { strokeStyle: "#fff", lineWidth: 1.5 });
  context.stroke();
  Object.assign(context, { fillStyle: "#fff", font: "bold 11px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
  context.fillText(number, px, py + 0.5);
}
