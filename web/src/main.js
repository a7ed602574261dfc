// The interactive part of a landscape's page: linked views of its particles. `window.elastem` is for scripts.
import { colouring, css, rgb } from "./colours.js";
import { decode_bytes, load_page } from "./data.js";
import { grouped, h, text_of } from "./dom.js";
import { Movies } from "./molecule.js";
import { expression_of, ParticlePanel, SelectionPanel, worst_card } from "./panels.js";
import { draw_motion, draw_state, plane_card } from "./plane.js";
import { has_webgl } from "./points.js";
import { histogram_card, paths_figure, profile_cards } from "./profile.js";
import { Scatter } from "./scatter.js";
import { views_card } from "./views.js";

class Explorer {
  constructor(page, root) {
    Object.assign(this, { page, root });
    this.flags = new Uint8Array(page.count).fill(1);
    this.selected = new Uint32Array(0);
    this.rectangle = null;
    this.shares = page.figures.components.shares;
    this.build();
  }

  build() {
    const { page } = this;
    const columns = [...page.columns.values()];
    const label = (c) => {
      const component = /^pc(\d)$/.exec(c.name);
      return component && this.shares[component[1] - 1] != null ? `component ${component[1]} (${(100 * this.shares[component[1] - 1]).toFixed(1)} % of the variance) [Å]` : c.label;
    };
    for (const c of columns) c.axis = label(c);
    const choice = (id, text, chosen) => {
      const select = h("select", { id, onchange: () => this.choose() }, columns.map((c) => h("option", { value: c.name }, c.label)));
      select.value = columns.some((c) => c.name === chosen) ? chosen : columns[0].name;
      return [select, h("label", {}, `${text} `, select)];
    };
    const names = new Set(page.columns.keys());
    const second = ["pc2", "score"].find((name) => names.has(name));
    const colour = ["state", "pc3", "score"].find((name) => names.has(name));
    const [x, x_label] = choice("x-axis", "across", "pc1");
    const [y, y_label] = choice("y-axis", "up", second);
    const [by, by_label] = choice("colour-by", "colour", colour);
    Object.assign(this, { choices: { x, y, by } });
    const place = h("div", { class: "plot scatter" });
    this.legend = h("p", { class: "legend", id: "legend" });
    this.particle = new ParticlePanel(page);
    this.selection = new SelectionPanel(page, () => this.selected, { clear: () => this.select(null), invert: () => this.invert() });
    this.histogram = histogram_card(page, columns, names.has("score") ? "score" : "pc1");
    this.views = views_card(page);
    const profiles = profile_cards(page, decode_bytes);
    this.profile = profiles.find((card) => card.element.id === "profile");
    this.plane = plane_card(page, decode_bytes);
    this.movie = page.figures.movies.length > 0 && new Movies(page, decode_bytes, (movie, frame) => this.mark_frame(movie, frame));
    const sample = page.count < page.figures.done ? `A sample of ${grouped(page.count)} of the ${grouped(page.figures.done)} particles; what is downloaded is of the sample. ` : "";
    const left_out = page.figures.left_out.length ? `For want of room the page is without ${page.figures.left_out.join(", ")}. ` : "";
    this.root.append(
      h("section", { class: "card wide", id: "particles" }, h("h2", {}, "Conformations of the particles"),
        h("p", { class: "controls" }, x_label, y_label, by_label, this.mode_buttons(), this.outlier_box()),
        h("div", { class: "beside" }, h("div", {}, place, this.legend, h("p", { class: "note" }, `${sample}${left_out}Drag to select (Shift: lasso), Ctrl and drag to move, wheel to zoom, double click for all.${page.figures.images ? " Particles with a ring show their image." : ""}`)),
          h("div", { class: "panels" }, this.selection.element, this.particle.element))),
      ...[this.profile, this.plane, this.movie, this.views, this.histogram, ...profiles.filter((card) => card !== this.profile)].filter(Boolean).map((card) => card.element));
    this.scatter = new Scatter(place, { hover: (i) => this.hover(i), select: (indices, rectangle) => this.select(indices, rectangle) });
    this.scatter.marks = [(context, scales) => this.draw_marks(context, scales)];
    const worst = worst_card(page, (i) => this.focus(i));
    for (const id of ["states-section", "paths-section", "modes-section", "domains-section"]) this.adopt(id);
    document.getElementById("paths-section")?.append(...paths_figure(page.figures.paths));
    if (worst) this.root.append(worst);
    this.link_states();
    this.choose();
    this.update();
    this.movie?.start();
  }
  // A section of tables becomes a card.
  adopt(id) {
    const section = document.getElementById(id);
    section?.classList.add("card");
    if (section) this.root.append(section);
  }
  mode_buttons() {
    const modes = [["lasso", "Lasso"], ["rectangle", "Rectangle"], ["pan", "Move"]];
    const buttons = modes.map(([mode, text]) => h("button", { type: "button", id: `mode-${mode}`, "aria-pressed": String(mode === "lasso"), onclick: () => this.mode(mode) }, text));
    this.buttons = new Map(modes.map(([mode], k) => [mode, buttons[k]]));
    return h("span", { class: "group", role: "group", "aria-label": "what dragging does" }, buttons, h("button", { type: "button", id: "whole", onclick: () => this.scatter.whole_view() }, "All"));
  }
  mode(mode) {
    this.scatter.mode = mode;
    this.scatter.over.classList.toggle("moving", mode === "pan");
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(name === mode));
  }
  outlier_box() {
    const outlier = this.page.columns.get("outlier");
    if (!outlier || !outlier.values.some((v) => v === 1)) return null;
    this.outliers = h("input", { type: "checkbox", id: "show-outliers", checked: true, onchange: () => this.select(null) });
    return h("label", {}, this.outliers, " outliers");
  }
  get hides_outliers() {
    return Boolean(this.outliers && !this.outliers.checked);
  }

  column(choice) {
    return this.page.columns.get(this.choices[choice].value);
  }
  // Coarse values are spread over their step, so that no grid is seen.
  drawn(column) {
    if (!column.coarse) return column.values;
    column.drawn ??= column.values.map((value, i) => value + (((i * 0.6180339887) % 1) - 0.5) * column.step);
    return column.drawn;
  }
  choose() {
    const x = this.column("x"), y = this.column("y"), by = this.column("by");
    this.scatter.data(this.drawn(x), this.drawn(y), { x: x.axis, y: y.axis });
    const colours = colouring(by);
    this.scatter.colours(colours.codes, colours.palette);
    this.rectangle = null;
    this.draw_legend(by, colours);
    this.scatter.flags(this.flags, this.selected.length > 0);
    this.scatter.redraw();
    this.show_selection();
  }
  draw_legend(column, colours) {
    if (colours.entries) {
      this.legend.replaceChildren(...colours.entries.map((e) => h("span", { class: "entry" }, h("i", { style: `background:${e.colour}` }), e.name)));
      return;
    }
    const stops = Array.from({ length: 11 }, (_, k) => css(rgb(colours.interpolate(k / 10)))).join(",");
    this.legend.replaceChildren(`${column.axis}: ${text_of(colours.range[0])} `, h("span", { class: "ramp", style: `background:linear-gradient(90deg,${stops})` }), ` ${text_of(colours.range[1])}`);
  }
  // The trajectory and the states, where the plot is of components.
  draw_marks(context, scales) {
    this.draw_imaged(context, scales);
    const axis = (name) => /^pc(\d)$/.exec(name)?.[1];
    const across = axis(this.choices.x.value), up = axis(this.choices.y.value);
    if (!across || !up) return;
    const { components, states } = this.page.figures;
    const along = (amplitudes, c) => components.axes[c - 1].reduce((sum, a, k) => sum + a * (amplitudes[k] - components.mean[k]), 0);
    const at = (amplitudes) => [scales.x(along(amplitudes, across)), scales.y(along(amplitudes, up))];
    draw_motion(context, this.shown_amplitudes().map(at), this.frame ?? 0);
    states.forEach((state, k) => draw_state(context, ...at(state.amplitudes), k + 1));
  }
  // Particles whose images are on the page have a ring.
  draw_imaged(context, scales) {
    Object.assign(context, { strokeStyle: "rgba(0,0,0,.55)", lineWidth: 1 });
    for (const i of this.page.image_of.rows ?? []) {
      if (!this.flags[i]) continue;
      context.beginPath();
      context.arc(scales.x(this.scatter.x[i]), scales.y(this.scatter.y[i]), 4, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  // Of the frames of the motion that is shown.
  shown_amplitudes() {
    const { frames, paths } = this.page.figures;
    return this.motion ? paths[this.motion - 1].amplitudes : frames.map((f) => f.amplitudes);
  }
  mark_frame(motion, frame) {
    Object.assign(this, { motion, frame });
    const { components } = this.page.figures;
    const amplitudes = this.shown_amplitudes()[frame];
    this.plane?.mark(motion, frame);
    this.profile?.mark(components.axes[0].reduce((sum, a, k) => sum + a * (amplitudes[k] - components.mean[k]), 0));
    this.scatter?.draw_over();
  }

  hover(i) {
    this.scatter.hover(i);
    if (i >= 0 || this.pinned == null) this.particle.show(i);
    else this.focus(this.pinned);
  }
  focus(i) {
    this.pinned = i;
    this.particle.show(i);
    this.scatter.hover(i);
  }
  // null: none
  select(indices, rectangle = null) {
    this.selected = indices ? Uint32Array.from(indices) : new Uint32Array(0);
    this.rectangle = rectangle;
    this.pinned = null;
    this.update();
  }
  invert() {
    const others = [];
    for (let i = 0; i < this.page.count; ++i) if (this.flags[i] === 1) others.push(i);
    this.select(others);
  }
  update() {
    const outlier = this.page.columns.get("outlier")?.values;
    if (this.hides_outliers) for (let i = 0; i < this.page.count; ++i) this.flags[i] = outlier[i] === 1 ? 0 : 1;
    else this.flags.fill(1);
    for (const i of this.selected) this.flags[i] = 2;
    const some = this.selected.length > 0;
    this.scatter.flags(this.flags, some);
    this.scatter.redraw();
    this.histogram.update(this.flags, some);
    this.views?.update(this.flags, some);
    this.show_selection();
    this.count_states();
  }
  show_selection() {
    const expression = expression_of(this.rectangle, this.column("x"), this.column("y"), this.hides_outliers);
    this.selection.update(this.selected.length, this.page.count, expression);
  }

  // The tables of states and modes: a click on a state selects its particles, one on a mode shows it.
  link_states() {
    const states = this.page.columns.get("state")?.values;
    const table = document.getElementById("states");
    if (table && states) {
      table.rows[0].append(h("th", {}, "selected"));
      this.state_cells = Array.from(table.rows).slice(1).map((row, k) => {
        row.classList.add("live-row");
        row.addEventListener("click", () => this.select(Uint32Array.from(states.keys()).filter((i) => states[i] === k + 1 && this.flags[i])));
        const cell = h("td", {}, "–");
        row.append(cell);
        return cell;
      });
    }
    for (const row of Array.from(document.getElementById("modes")?.rows ?? []).slice(1)) {
      const name = `q${row.cells[0].textContent}`;
      if (!this.page.columns.has(name)) continue;
      row.classList.add("live-row");
      row.addEventListener("click", () => {
        this.choices.y.value = name;
        this.choose();
        this.root.scrollIntoView({ behavior: "smooth" });
      });
    }
  }
  count_states() {
    if (!this.state_cells) return;
    const states = this.page.columns.get("state").values;
    const counts = new Map();
    for (const i of this.selected) counts.set(states[i], (counts.get(states[i]) ?? 0) + 1);
    this.state_cells.forEach((cell, k) => { cell.textContent = this.selected.length ? grouped(counts.get(k + 1) ?? 0) : "–"; });
  }
}

// What docs/landscape.md says of the page's interface for scripts.
function interface_of(explorer) {
  const { page, scatter } = explorer;
  return {
    figures: page.figures,
    count: page.count,
    columns: [...page.columns.keys()],
    values: (name) => page.columns.get(name).values,
    key: page.key,
    webgl: has_webgl(),
    plot: (x, y, by) => {
      for (const [choice, name] of [["x", x], ["y", y], ["by", by]]) if (name) explorer.choices[choice].value = name;
      explorer.choose();
    },
    mode: (mode) => explorer.mode(mode),
    lasso: (polygon) => scatter.select_polygon(polygon),
    rectangle: (x, y) => scatter.select_rectangle(x, y),
    select: (indices) => explorer.select(indices),
    clear: () => explorer.select(null),
    selection: () => Array.from(explorer.selected),
    selected_keys: () => explorer.selection.keys(),
    selection_text: () => explorer.selection.text(),
    selection_star: () => explorer.selection.star(),
    expression: () => explorer.selection.expression.textContent,
    hover: (i) => explorer.hover(i),
    pixel: (i) => scatter.pixel_of(i),
    scatter,
    movie: explorer.movie,
  };
}

function start() {
  const root = document.getElementById("explore");
  if (!root) return;
  try {
    const page = load_page();
    document.body.classList.add("interactive");
    root.hidden = false;
    window.elastem = interface_of(new Explorer(page, root));
    if (!has_webgl()) document.body.classList.add("no-webgl");
    document.body.dataset.ready = "yes";
  } catch (error) {
    document.body.classList.remove("interactive");
    root.hidden = true;
    root.after(h("p", {}, `The interactive part cannot run in this browser (${error.message}); figures and tables are below.`));
    console.error(error);
  }
}

// The tables behind the script belong to the page.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
