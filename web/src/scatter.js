// The plot of the particles: axes, zoom, hover, lasso and rectangle. Points are drawn by points.js.
import { scaleLinear } from "d3-scale";
import { h, sharp, text_of } from "./dom.js";
import { inside_polygon, inside_rectangle, PointGrid } from "./nearest.js";
import { points_on } from "./points.js";

const margin = { left: 62, right: 12, top: 12, bottom: 46 };
const blue = "#1d4ed8";

// All of the values with room at the ends; of very many the outermost few in a thousand do not squash the rest.
function range_of(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return [0, 1];
  const room = 0.04 * (high - low) || 0.5;
  return [low - room, high + room];
}

export class Scatter {
  // events: hover(index or −1), select(indices, rectangle or null)
  constructor(container, events) {
    this.container = container;
    this.events = events;
    this.base = h("canvas", { class: "points", "aria-hidden": "true" });
    this.over = h("canvas", { id: "scatter", class: "over", tabindex: 0, "aria-label": "particles: drag to select, wheel to zoom" });
    container.append(this.base, this.over);
    this.points = points_on(this.base);
    this.mode = "lasso";
    this.some_selected = false;
    this.hovered = -1;
    this.marks = [];
    this.path = null;
    this.listen();
    new ResizeObserver(() => this.resize()).observe(container);
  }

  data(x, y, labels) {
    const range = { x: range_of(x), y: range_of(y) };
    Object.assign(this, { x, y, labels, whole: range, view: { x: [...range.x], y: [...range.y] }, grid: null });
    this.points.positions(x, y, range);
  }
  colours(codes, palette) {
    this.points.colours(codes, palette);
  }
  flags(flags, some_selected) {
    Object.assign(this, { flag: flags, some_selected });
    this.points.flags(flags);
  }

  resize() {
    const width = this.container.clientWidth, height = this.container.clientHeight;
    if (!width || !height) return;
    const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
    this.size = { width, height, ...{ inner } };
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.base, { width: Math.round(inner.width * ratio), height: Math.round(inner.height * ratio) });
    Object.assign(this.base.style, { left: `${margin.left}px`, top: `${margin.top}px`, width: `${inner.width}px`, height: `${inner.height}px` });
    this.context = sharp(this.over, width, height);
    this.draw();
  }
  scales() {
    const { inner } = this.size;
    return {
      x: scaleLinear(this.view.x, [margin.left, margin.left + inner.width]),
      y: scaleLinear(this.view.y, [margin.top + inner.height, margin.top]),
    };
  }
  redraw() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.draw();
    });
  }
  draw() {
    if (!this.size || !this.x) return;
    this.points.draw(this.view, this.some_selected);
    this.draw_over();
  }

  draw_over() {
    if (!this.size || !this.x) return;
    const { context, size } = this;
    const scales = this.scales();
    context.clearRect(0, 0, size.width, size.height);
    this.draw_axes(context, scales);
    context.save();
    context.beginPath();
    context.rect(margin.left, margin.top, size.inner.width, size.inner.height);
    context.clip();
    for (const mark of this.marks) mark(context, scales);
    if (this.hovered >= 0) this.draw_ring(context, scales, this.hovered);
    if (this.path) this.draw_path(context);
    context.restore();
  }
  draw_axes(context, scales) {
    const { size, labels } = this;
    const bottom = margin.top + size.inner.height;
    Object.assign(context, { strokeStyle: "#8a8a94", fillStyle: "#40404a", lineWidth: 1, font: "12px system-ui, sans-serif" });
    context.strokeRect(margin.left + 0.5, margin.top + 0.5, size.inner.width - 1, size.inner.height - 1);
    context.textAlign = "center";
    context.textBaseline = "top";
    const format_x = scales.x.tickFormat(7), format_y = scales.y.tickFormat(7);
    for (const tick of scales.x.ticks(7)) {
      context.fillRect(scales.x(tick), bottom, 1, 5);
      context.fillText(format_x(tick), scales.x(tick), bottom + 7);
    }
    context.fillText(labels.x, margin.left + size.inner.width / 2, bottom + 26);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of scales.y.ticks(7)) {
      context.fillRect(margin.left - 5, scales.y(tick), 5, 1);
      context.fillText(format_y(tick), margin.left - 8, scales.y(tick));
    }
    context.save();
    context.translate(13, margin.top + size.inner.height / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(labels.y, 0, 0);
    context.restore();
  }
  draw_ring(context, scales, i) {
    context.beginPath();
    context.arc(scales.x(this.x[i]), scales.y(this.y[i]), 7, 0, 2 * Math.PI);
    Object.assign(context, { strokeStyle: "#111", lineWidth: 2 });
    context.stroke();
  }
  draw_path(context) {
    const { path, mode } = this;
    context.beginPath();
    if (path.rectangle) {
      const [a, b] = [path[0], path[path.length - 1]];
      context.rect(a[0], a[1], b[0] - a[0], b[1] - a[1]);
    } else {
      path.forEach((p, k) => context[k ? "lineTo" : "moveTo"](...p));
      context.closePath();
    }
    Object.assign(context, { strokeStyle: blue, fillStyle: "rgba(29,78,216,.12)", lineWidth: 1.5 });
    context.fill();
    context.stroke();
  }

  // What is selected: indices of shown particles.
  select_polygon(polygon) {
    this.events.select(inside_polygon(this.x, this.y, polygon, this.flag), null);
  }
  select_rectangle(x, y) {
    const ordered = (range) => [Math.min(...range), Math.max(...range)];
    const rectangle = { x: ordered(x), y: ordered(y) };
    this.events.select(inside_rectangle(this.x, this.y, rectangle.x, rectangle.y, this.flag), rectangle);
  }
  finish_path() {
    const { path } = this;
    this.path = null;
    const scales = this.scales();
    const points = path.map((p) => [scales.x.invert(p[0]), scales.y.invert(p[1])]);
    const extent = (axis) => Math.max(...path.map((p) => p[axis])) - Math.min(...path.map((p) => p[axis]));
    if (path.length < 2 || extent(0) + extent(1) < 6) this.events.select(null, null);
    else if (path.rectangle) this.select_rectangle([points[0][0], points.at(-1)[0]], [points[0][1], points.at(-1)[1]]);
    else this.select_polygon(points);
    this.draw_over();
  }

  pixel_of(i) {
    const scales = this.scales(), box = this.over.getBoundingClientRect();
    return [box.left + scales.x(this.x[i]), box.top + scales.y(this.y[i])];
  }
  particle_at(px, py) {
    this.grid ??= new PointGrid(this.x, this.y, this.whole);
    const scales = this.scales();
    const reach = 9;
    return this.grid.nearest(scales.x.invert(px), scales.y.invert(py), Math.abs(scales.x.invert(reach) - scales.x.invert(0)),
      Math.abs(scales.y.invert(reach) - scales.y.invert(0)), this.flag);
  }
  hover(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    this.draw_over();
  }

  zoom(factor, px, py) {
    const scales = this.scales();
    for (const [axis, pixel] of [["x", px], ["y", py]]) {
      const centre = scales[axis].invert(pixel);
      this.view[axis] = this.view[axis].map((end) => centre + (end - centre) * factor);
    }
    this.redraw();
  }
  pan(dx, dy) {
    const { inner } = this.size;
    const shift_x = (dx * (this.view.x[1] - this.view.x[0])) / inner.width;
    const shift_y = (dy * (this.view.y[1] - this.view.y[0])) / inner.height;
    this.view = { x: this.view.x.map((end) => end - shift_x), y: this.view.y.map((end) => end + shift_y) };
    this.redraw();
  }
  whole_view() {
    this.view = { x: [...this.whole.x], y: [...this.whole.y] };
    this.redraw();
  }

  listen() {
    const { over } = this;
    const at = (event) => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    let last = null;
    over.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button > 1) return;
      event.preventDefault();
      over.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      const moves = event.button === 1 || event.ctrlKey || event.metaKey || event.altKey;
      last = at(event);
      if (moves || (this.mode === "pan" && !event.shiftKey)) return;
      this.path = [last];
      this.path.rectangle = this.mode === "rectangle" && !event.shiftKey;
    });
    over.addEventListener("pointermove", (event) => {
      const now = at(event);
      if (this.path) {
        this.path.push(now);
        this.draw_over();
      } else if (last) {
        this.pan(now[0] - last[0], now[1] - last[1]);
        last = now;
      } else if (this.x) {
        this.events.hover(this.particle_at(...now), now);
      }
    });
    const end = () => {
      last = null;
      if (this.path) this.finish_path();
    };
    over.addEventListener("pointerup", end);
    over.addEventListener("pointercancel", () => {
      last = this.path = null;
      this.draw_over();
    });
    over.addEventListener("pointerleave", () => last ?? this.events.hover(-1));
    over.addEventListener("dblclick", () => this.whole_view());
    over.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(0.0015 * event.deltaY), ...at(event));
    }, { passive: false });
    over.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
      const middle = [margin.left + this.size.inner.width / 2, margin.top + this.size.inner.height / 2];
      if (step) this.pan(...step);
      else if (event.key === "+") this.zoom(0.8, ...middle);
      else if (event.key === "-") this.zoom(1.25, ...middle);
      else if (event.key === "Escape") this.events.select(null, null);
      else return;
      event.preventDefault();
    });
  }
}
