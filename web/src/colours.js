// How the values of a column become colours: codes 0 … 255 of a palette.
import { interpolateRdBu, interpolateSinebow, interpolateViridis, schemeTableau10 } from "d3-scale-chromatic";

const grey = [150, 150, 158], red = [214, 39, 40];

export function rgb(text) {
  if (text.startsWith("#")) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return text.match(/\d+/g).slice(0, 3).map(Number);
}

export const state_colour = (state) => (state === 0 ? grey : rgb(schemeTableau10[(state - 1) % 10]));
export const css = (colour) => `rgb(${colour.join(",")})`;

// Value 255 is for particles without a value.
function palette_of(colour_at) {
  const palette = new Uint8Array(4 * 256);
  for (let code = 0; code < 256; ++code) palette.set([...(code === 255 ? grey : colour_at(code)), 255], 4 * code);
  return palette;
}

// The range that holds all but two in a hundred of the values, from at most 20,000 of them.
export function inner_range(values, tail = 0.01) {
  const some = [];
  const stride = Math.max(1, Math.floor(values.length / 20000));
  for (let i = 0; i < values.length; i += stride) if (!Number.isNaN(values[i])) some.push(values[i]);
  if (!some.length) return [0, 1];
  some.sort((a, b) => a - b);
  const at = (share) => some[Math.round(share * (some.length - 1))];
  return at(1 - tail) > at(tail) ? [at(tail), at(1 - tail)] : [some[0], some[some.length - 1] + 1e-9];
}

export function colouring(column) {
  const { values } = column;
  const codes = new Uint8Array(values.length);
  if (column.whole) {
    for (let i = 0; i < values.length; ++i) codes[i] = Number.isNaN(values[i]) ? 255 : values[i];
    const colour = column.name === "outlier" ? (v) => (v ? red : [90, 120, 170]) : state_colour;
    const found = [...new Set(codes)].filter((code) => code !== 255).sort((a, b) => a - b);
    const name = column.name === "outlier" ? (v) => (v ? "outlier" : "no outlier") : (v) => (v ? `state ${v}` : "wrong estimate");
    return { codes, palette: palette_of(colour), entries: found.map((v) => ({ name: name(v), colour: css(colour(v)) })) };
  }
  const cyclic = column.name === "rot" || column.name === "psi";
  const [low, high] = cyclic ? [column.low, column.high] : inner_range(values);
  for (let i = 0; i < values.length; ++i)
    codes[i] = Number.isNaN(values[i]) ? 255 : Math.max(0, Math.min(254, Math.round((254 * (values[i] - low)) / (high - low))));
  const interpolate = cyclic ? interpolateSinebow : interpolateViridis;
  return { codes, palette: palette_of((code) => rgb(interpolate(code / 254))), range: [low, high], interpolate };
}

export const energy_colour = (share) => rgb(interpolateViridis(Math.max(0, Math.min(1, share))));
export const displacement_colour = (share) => {
  const t = Math.max(0, Math.min(1, share));
  return css(rgb(interpolateRdBu(0.95 - 0.9 * t)));
};
