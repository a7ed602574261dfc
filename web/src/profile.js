// Curves as SVG: the free energy along the first component with its band, and how the particles are distributed along a
// coordinate.
import { scaleLinear } from "d3-scale";
import { h, s, save_svg } from "./dom.js";

const width = 560, height = 330;
const margin = { left: 56, right: 14, top: 14, bottom: 46 };
const ceiling = 6; // kT

const path_of = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");

function axes(x, y, label_x, label_y) {
  const bottom = height - margin.bottom;
  const group = s("g", { fill: "#40404a", "font-size": 12, "font-family": "system-ui, sans-serif" });
  const line = { stroke: "#8a8a94" };
  group.append(s("rect", { x: margin.left, y: margin.top, width: width - margin.left - margin.right, height: bottom - margin.top, fill: "none", ...line }));
  for (const tick of x.ticks(7)) {
    group.append(s("line", { x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5, ...line }));
    group.append(s("text", { x: x(tick), y: bottom + 18, "text-anchor": "middle" }, x.tickFormat(7)(tick)));
  }
  for (const tick of y.ticks(6)) {
    group.append(s("line", { x1: margin.left - 5, x2: margin.left, y1: y(tick), y2: y(tick), ...line }));
    group.append(s("text", { x: margin.left - 8, y: y(tick) + 4, "text-anchor": "end" }, y.tickFormat(6)(tick)));
  }
  group.append(s("text", { x: (margin.left + width - margin.right) / 2, y: height - 8, "text-anchor": "middle" }, label_x));
  group.append(s("text", { transform: `translate(15 ${(margin.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, label_y));
  return group;
}

const canvas = () => s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "curve" });
const inside = (y) => Math.max(margin.top, Math.min(height - margin.bottom, y));

// Runs of bins [first, end) where a condition holds.
function runs(flags) {
  const found = [];
  flags.forEach((flag, i) => {
    if (!flag) return;
    if (found.length && found.at(-1)[1] === i) found.at(-1)[1] = i + 1;
    else found.push([i, i + 1]);
  });
  return found;
}

// Of a result without error bars: −ln of the plane's density, summed over the second component.
function plain_profile(plane, decode) {
  const codes = decode(plane.energy), { bins } = plane;
  const density = Array.from({ length: bins }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < bins; ++j) if (codes[j * bins + i] < 255) sum += Math.exp((-codes[j * bins + i] * plane.highest) / 255);
    return sum;
  });
  const most = Math.max(...density);
  const energy = density.map((d) => (d > 0 ? -Math.log(d / most) : Infinity));
  return { low: plane.x[0], high: plane.x[1], energy, energy_low: [], energy_high: [], resolved: energy.map((e) => e < ceiling) };
}

export function profile_cards(page, decode) {
  const { figures } = page;
  const profile = figures.profile ?? (figures.plane && plain_profile(figures.plane, decode));
  const cards = figures.coordinates.map((c, k) => profile_card({ ...figures, profile: c, states: [] }, c, { title: "Profile along a coordinate", label: c.label, id: `coordinate-${k + 1}` }));
  if (profile) cards.unshift(profile_card(figures, profile, { title: "Profile along the first component", label: `component 1 [Å]${figures.profile ? ", errors taken off" : ""}`, id: "profile" }));
  return cards;
}

function profile_card(figures, profile, { title, label, id }) {
  const bins = profile.energy.length, step = (profile.high - profile.low) / bins;
  const value = (i) => profile.low + (i + 0.5) * step;
  const shown = runs(profile.resolved);
  const first = Math.max(0, (shown[0]?.[0] ?? 0) - 4), last = Math.min(bins - 1, (shown.at(-1)?.[1] ?? bins) + 3);
  const x = scaleLinear([value(first), value(last)], [margin.left, width - margin.right]);
  const y = scaleLinear([0, ceiling], [height - margin.bottom, margin.top]);
  const at = (i, energies) => [x(value(i)), inside(y(energies[i] ?? ceiling))];
  const svg = canvas();
  const known = new Set(shown.flatMap(([a, b]) => Array.from({ length: b - a }, (_, k) => a + k)));
  const unknown = runs(Array.from({ length: last + 1 }, (_, i) => i >= first && !known.has(i)));
  for (const [a, b] of unknown)
    svg.append(s("rect", { x: x(value(a) - step / 2), y: margin.top, width: Math.max(0, Math.min(x(value(b) - step / 2), width - margin.right) - Math.max(margin.left, x(value(a) - step / 2))), height: height - margin.top - margin.bottom, fill: "#ececf0", class: "unresolved" }));
  const banded = profile.energy_low.length > 0;
  for (const [a, b] of shown) {
    const run = Array.from({ length: b - a }, (_, k) => a + k);
    if (banded)
      svg.append(s("path", { class: "band", fill: "#5a78aa", "fill-opacity": 0.25, d: path_of([...run.map((i) => at(i, profile.energy_high)), ...run.reverse().map((i) => at(i, profile.energy_low))]) + "Z" }));
    run.sort((p, q) => p - q);
    svg.append(s("path", { class: "energy", fill: "none", stroke: "#1f3f77", "stroke-width": 2, d: path_of(run.map((i) => at(i, profile.energy))) }));
  }
  figures.states.forEach((state, k) => {
    const px = x(state.centre[0]);
    if (px < margin.left || px > width - margin.right) return;
    svg.append(s("line", { x1: px, x2: px, y1: margin.top, y2: height - margin.bottom, stroke: "#777", "stroke-dasharray": "3 4" }));
    svg.append(s("text", { x: px + 4, y: margin.top + 13, "font-size": 12, fill: "#555", "font-family": "system-ui, sans-serif" }, `state ${k + 1}`));
  });
  svg.append(axes(x, y, label, "free energy [kT]"));
  const marker = s("line", { class: "frame-marker", x1: -9, x2: -9, y1: margin.top, y2: height - margin.bottom, stroke: "#d62728", "stroke-width": 1.5 });
  svg.append(marker);
  const note = figures.profile
    ? `The band holds nine of ten sets drawn from the particles; grey: the data do not tell. A particle's error is ${profile.error.toFixed(1)}${profile.label?.endsWith("[degrees]") ? "°" : " Å"}.`
    : "Minus the logarithm of the density of the values as they are: the result has no error bars.";
  const element = h("section", { class: "card", id }, h("h2", {}, title), svg,
    h("p", { class: "note" }, banded || !figures.profile ? note : note.replace("The band holds nine of ten sets drawn from the particles; g", "G")),
    h("button", { type: "button", onclick: () => save_svg(`${id}.svg`, svg) }, "Download SVG"));
  const mark = (component) => {
    const px = Math.max(margin.left, Math.min(width - margin.right, x(component)));
    marker.setAttribute("x1", px);
    marker.setAttribute("x2", px);
  };
  return { element, mark };
}

// The free energy along each path between states, with its band.
export function paths_figure(paths) {
  return paths.flatMap((path) => {
    const n = path.energies.length, banded = path.low.length > 0;
    const x = scaleLinear([0, 1], [margin.left, width - margin.right]);
    const y = scaleLinear([0, Math.min(2 * ceiling, Math.max(1, ...path.energies, ...path.high.filter((e) => e != null)))], [height - margin.bottom, margin.top]).nice();
    const at = (energies) => energies.map((e, i) => [x(i / (n - 1)), inside(y(e ?? 2 * ceiling))]);
    const svg = canvas();
    if (banded) svg.append(s("path", { fill: "#5a78aa", "fill-opacity": 0.25, d: `${path_of([...at(path.high), ...at(path.low).reverse()])}Z` }));
    svg.append(s("path", { fill: "none", stroke: "#1f3f77", "stroke-width": 2, d: path_of(at(path.energies)) }));
    svg.append(axes(x, y, `share of the way from ${path.from} to ${path.to}`, "free energy [kT]"));
    return [svg, h("button", { type: "button", onclick: () => save_svg(`${path.name}.svg`, svg) }, "Download SVG")];
  });
}

// How many particles have which value of a column; those selected in front.
export function histogram_card(page, columns, first) {
  const choice = h("select", { id: "histogram-of", "aria-label": "coordinate of the histogram" }, columns.map((c) => h("option", { value: c.name }, c.label)));
  choice.value = first;
  const place = h("div", {});
  const bins = 60;
  let state = { flags: null, some: false };
  const draw = () => {
    const column = page.columns.get(choice.value);
    const { values, low, high } = column;
    const n = column.whole ? values.reduce((most, v) => (v > most ? v : most), 0) + 1 : bins;
    const [a, b] = column.whole ? [-0.5, n - 0.5] : [low, high];
    const all = new Float64Array(n), chosen = new Float64Array(n);
    for (let i = 0; i < values.length; ++i) {
      if (Number.isNaN(values[i]) || !state.flags[i]) continue;
      const bin = Math.min(n - 1, Math.floor((n * (values[i] - a)) / (b - a)));
      ++all[bin];
      if (state.flags[i] === 2) ++chosen[bin];
    }
    const x = scaleLinear([a, b], [margin.left, width - margin.right]);
    const y = scaleLinear([0, Math.max(...all, 1)], [height - margin.bottom, margin.top]).nice();
    const svg = canvas();
    const bars = (counts, fill) => {
      for (let i = 0; i < n; ++i)
        if (counts[i])
          svg.append(s("rect", { x: x(a + (i * (b - a)) / n) + 0.5, width: Math.max(1, x(a + (b - a) / n) - x(a) - 1), y: y(counts[i]), height: height - margin.bottom - y(counts[i]), fill }));
    };
    bars(all, state.some ? "#c3cbdb" : "#5a78aa");
    if (state.some) bars(chosen, "#d97706");
    svg.append(axes(x, y, column.label, "particles"));
    place.replaceChildren(svg);
  };
  choice.addEventListener("change", draw);
  const element = h("section", { class: "card", id: "histogram" }, h("h2", {}, "Distribution"), h("p", {}, h("label", {}, "of ", choice)), place,
    h("button", { type: "button", onclick: () => save_svg(`${choice.value}.svg`, place.firstChild) }, "Download SVG"));
  return { element, update: (flags, some) => { state = { flags, some }; draw(); } };
}
