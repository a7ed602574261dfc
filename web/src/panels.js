// What stands beside the plot: the particle under the pointer, the selection, the worst particles.
import { grouped, h, save, text_of } from "./dom.js";

export class ParticlePanel {
  constructor(page) {
    this.page = page;
    this.head = h("p", { id: "particle-key", class: "key" });
    this.values = h("dl", { id: "particle-values" });
    this.pictures = h("div", { class: "pictures", id: "particle-images" });
    this.element = h("section", { class: "panel", id: "particle", "aria-live": "polite" }, h("h3", {}, "Particle"), this.head, this.pictures, this.values);
    this.show(-1);
  }
  pictures_of(i) {
    const found = i < 0 ? null : this.page.image_of(i);
    return found ? [picture(found.image, found.size, "image"), picture(found.model, found.size, "model")] : [];
  }
  show(i) {
    const { page } = this;
    this.element.dataset.row = i;
    this.pictures.replaceChildren(...this.pictures_of(i));
    if (i < 0) {
      this.head.textContent = "Point at a particle to see what it is.";
      this.values.replaceChildren();
      return;
    }
    this.head.textContent = page.key(i) || `particle ${i + 1} of the page`;
    this.values.replaceChildren(...[...page.columns.values()].flatMap((column) => [h("dt", { title: column.name }, column.label), h("dd", {}, text_of(column.values[i]))]));
  }
}

function picture(bytes, size, caption) {
  const canvas = h("canvas", { width: size, height: size });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(size, size);
  bytes.forEach((grey, k) => pixels.data.set([grey, grey, grey, 255], 4 * k));
  context.putImageData(pixels, 0, 0);
  return h("figure", {}, canvas, h("figcaption", {}, caption));
}

const quantity = (column, range) => {
  const digits = Math.max(0, Math.min(6, Math.ceil(3 - Math.log10(Math.max(range[1] - range[0], 1e-9)))));
  return `${range[0].toFixed(digits)} <= ${column.name} <= ${range[1].toFixed(digits)}`;
};

// A rectangle as --selection understands it; empty where it knows one of the coordinates not.
export function expression_of(rectangle, x, y, hides_outliers) {
  if (!rectangle || !x.selectable || !y.selectable) return "";
  const parts = [quantity(x, rectangle.x)];
  if (y !== x) parts.push(quantity(y, rectangle.y));
  if (hides_outliers) parts.push("not outlier");
  return parts.join(" and ");
}

const needs_landscape = (expression) => /\b(state|p|pc\d)\b/.test(expression);
const quoted = (text) => (/^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export class SelectionPanel {
  // selected(): indices; act: { clear, invert }
  constructor(page, selected, act) {
    Object.assign(this, { page, selected });
    const { keyed } = page;
    this.count = h("p", { id: "selection-count", class: "count" });
    this.expression = h("code", { id: "selection-expression" });
    this.copy = h("button", { type: "button", id: "copy-expression", onclick: () => this.copied() }, "Copy");
    this.rectangle = h("div", { hidden: true }, h("p", {}, "As an expression: ", this.copy), h("pre", {}, this.expression));
    this.command = h("pre", { id: "export-command" });
    const button = (id, text, action) => h("button", { type: "button", id, disabled: true, onclick: action }, text);
    this.buttons = [
      ...(keyed ? [button("download-star", "Download STAR", () => save("selection.star", this.star(), "text/plain")),
        button("download-txt", "Download text", () => save("selection.txt", this.text(), "text/plain"))] : []),
      button("invert", "Invert", act.invert), button("clear", "Clear", act.clear)];
    this.after = h("div", { hidden: true }, h("p", {}, "Then, for the particles of the file:"), this.command);
    this.element = h("section", { class: "panel", id: "selection" }, h("h3", {}, "Selection"), this.count, h("p", { class: "controls" }, this.buttons), this.rectangle, this.after);
    if (!keyed) this.element.append(h("p", { class: "note" }, "The result is of an old version and does not know the names of images."));
  }
  keys() {
    return Array.from(this.selected(), (i) => this.page.key(i));
  }
  text() {
    return `# ${this.selected().length} particles of ${this.page.figures.result}\n${this.keys().join("\n")}\n`;
  }
  star() {
    return `# ${this.selected().length} particles of ${this.page.figures.result}\n\ndata_particles\n\nloop_\n_rlnImageName #1\n${this.keys().map((key) => (/\s/.test(key) ? `"${key}"` : key)).join("\n")}\n`;
  }
  copied() {
    navigator.clipboard?.writeText(this.expression.textContent).then(() => {
      this.copy.textContent = "Copied";
      setTimeout(() => { this.copy.textContent = "Copy"; }, 1500);
    }, () => getSelection().selectAllChildren(this.expression));
  }
  update(count, of, expression) {
    const { keyed, figures } = this.page;
    this.count.textContent = count ? `${grouped(count)} of ${grouped(of)} particles selected (${((100 * count) / of).toFixed(1)} %)` : "Draw around particles in the plot to select them.";
    for (const button of this.buttons) button.disabled = !count;
    this.rectangle.hidden = !expression;
    this.expression.textContent = expression;
    this.after.hidden = !count || !keyed;
    const result = quoted(figures.result);
    const by_expression = expression && `\n\nelastem export -i ${result} -o some.star${needs_landscape(expression) ? ` --landscape ${quoted(figures.folder)}` : ""} \\\n  --selection "${expression}"`;
    this.command.textContent = `elastem export -i ${result} -o some.star --selection selection.star${by_expression || ""}`;
  }
}

// The particles of the lowest scores; a click on one shows it.
export function worst_card(page, show) {
  const score = page.columns.get("score")?.values;
  if (!score) return null;
  const most = 15, worst = [];
  for (let i = 0; i < page.count; ++i) {
    if (Number.isNaN(score[i]) || (worst.length === most && score[i] >= score[worst[most - 1]])) continue;
    let at = worst.length;
    while (at > 0 && score[worst[at - 1]] > score[i]) --at;
    worst.splice(at, 0, i);
    worst.length = Math.min(worst.length, most);
  }
  const columns = ["score", "error", "chi2", "outlier", "state", "pc1", "pc2"].map((name) => page.columns.get(name)).filter(Boolean);
  const rows = worst.map((i) => h("tr", { tabindex: 0, "data-row": i, onclick: () => show(i), onkeydown: (event) => event.key === "Enter" && show(i) },
    h("td", { class: "key" }, page.key(i) || String(i + 1)), columns.map((c) => h("td", {}, text_of(c.values[i])))));
  return h("section", { class: "card wide", id: "worst" }, h("h2", {}, "Worst particles"), h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", {}, "image"), columns.map((c) => h("th", {}, c.label.replace("standard error, RMSD of the atoms", "error, RMSD"))))), h("tbody", {}, rows))),
  h("p", { class: "note" }, "Those that the structure explains least, by the cross-correlation of image and model; a click shows where they lie."));
}
