// Where the views lie on the sphere: Mollweide's map of equal areas, rot along the equator, tilt from the pole.
import { css, energy_colour } from "./colours.js";
import { h, sharp } from "./dom.js";

const radians = Math.PI / 180;

// rot and tilt in degrees to the map, −2 … 2 and −1 … 1.
export function mollweide(rot, tilt) {
  const latitude = Math.PI / 2 - tilt * radians;
  let theta = latitude;
  for (let k = 0; k < 8 && Math.abs(Math.cos(theta)) > 1e-6; ++k)
    theta -= (2 * theta + Math.sin(2 * theta) - Math.PI * Math.sin(latitude)) / (2 + 2 * Math.cos(2 * theta));
  const longitude = (((rot % 360) + 540) % 360) - 180;
  return [(longitude / 90) * Math.cos(theta), Math.sin(theta)];
}

// Bins of equal area, of rot and of cos tilt.
const bin_of = (rot, tilt, columns, rows) => {
  const u = Math.floor((((((rot % 360) + 540) % 360) / 360) * columns)) % columns;
  const v = Math.min(rows - 1, Math.floor(((1 - Math.cos(tilt * radians)) / 2) * rows));
  return u + columns * v;
};

export function views_card(page) {
  const rot = page.columns.get("rot")?.values, tilt = page.columns.get("tilt")?.values;
  if (!rot || !tilt) return null;
  const rows = page.count > 20000 ? 36 : page.count > 3000 ? 24 : 12, columns = 2 * rows;
  const canvas = h("canvas", { role: "img", "aria-label": "views on the sphere" });
  const place = h("div", { class: "plot views" }, canvas);
  let state = null;
  const draw = () => {
    const width = place.clientWidth, height = place.clientHeight;
    if (!width || !state) return;
    const context = sharp(canvas, width, height);
    const radius = Math.min((width - 90) / 4, (height - 20) / 2);
    const centre = [2 * radius + 10, height / 2];
    const at = (r, t) => {
      const [u, v] = mollweide(r, t);
      return [centre[0] + radius * u, centre[1] - radius * v];
    };
    const counts = new Float64Array(columns * rows);
    for (let i = 0; i < rot.length; ++i) if (state.flags[i] && (!state.some || state.flags[i] === 2)) ++counts[bin_of(rot[i], tilt[i], columns, rows)];
    const most = Math.max(...counts, 1);
    for (let v = 0; v < rows; ++v)
      for (let u = 0; u < columns; ++u) {
        const left = -180 + (360 * u) / columns, right = left + 360 / columns - 1e-6;
        const top = Math.acos(1 - (2 * v) / rows) / radians, bottom = Math.acos(1 - (2 * (v + 1)) / rows) / radians;
        context.beginPath();
        [[left, top], [right, top], [right, (top + bottom) / 2], [right, bottom], [left, bottom], [left, (top + bottom) / 2]].forEach(([r, t], k) => context[k ? "lineTo" : "moveTo"](...at(r, t)));
        context.closePath();
        const count = counts[u + columns * v];
        context.fillStyle = context.strokeStyle = count ? css(energy_colour(0.05 + (0.95 * count) / most)) : "#f3f4f7";
        context.fill();
        context.lineWidth = 0.7;
        context.stroke();
      }
    grid(context, at);
    bar(context, centre[0] + 2 * radius + 14, centre[1] - radius, 2 * radius, most);
  };
  new ResizeObserver(draw).observe(place);
  const element = h("section", { class: "card", id: "views" }, h("h2", {}, "Views"), place,
    h("p", { class: "note" }, "Particles per bin of equal area; rot runs along the equator from −180° to 180°, tilt from 0° at the top to 180°. Of the selected particles where some are."));
  return { element, update: (flags, some) => { state = { flags, some }; draw(); } };
}

function grid(context, at) {
  Object.assign(context, { strokeStyle: "rgba(60,60,70,.35)", lineWidth: 0.8 });
  const line = (points) => {
    context.beginPath();
    points.forEach((p, k) => context[k ? "lineTo" : "moveTo"](...p));
    context.stroke();
  };
  const steps = Array.from({ length: 61 }, (_, k) => k / 60);
  for (let r = -180; r <= 180; r += 60) line(steps.map((t) => at(Math.min(r, 179.999), 180 * t)));
  for (let t = 30; t < 180; t += 30) line(steps.map((share) => at(Math.min(-180 + 360 * share, 179.999), t)));
}

function bar(context, left, top, height, most) {
  for (let k = 0; k < height; ++k) {
    context.fillStyle = css(energy_colour(1 - (0.95 * k) / height));
    context.fillRect(left, top + k, 12, 1.5);
  }
  Object.assign(context, { fillStyle: "#40404a", font: "12px system-ui, sans-serif", textAlign: "left", textBaseline: "middle" });
  context.fillText(most, left + 17, top + 5);
  context.fillText("0", left + 17, top + height - 5);
}
