// Many points on a canvas: by WebGL, or where there is none pixel by pixel. A view is the range of both coordinates.
import create_regl from "regl";

const vertex = `
precision highp float;
attribute vec2 position;
attribute vec4 state;
uniform vec4 view;
uniform float size, wanted;
varying float shade;
void main() {
  shade = (state.x * 255.0 + 0.5) / 256.0;
  bool drawn = abs(state.y * 255.0 - wanted) < 0.5;
  vec2 at = 2.0 * (position - view.xy) / view.zw - 1.0;
  gl_Position = drawn ? vec4(at, 0.0, 1.0) : vec4(4.0, 4.0, 0.0, 1.0);
  gl_PointSize = size;
}`;
const fragment = `
precision mediump float;
uniform sampler2D palette;
uniform float opacity;
varying float shade;
void main() {
  vec2 from = 2.0 * gl_PointCoord - 1.0;
  float edge = 1.0 - smoothstep(0.7, 1.0, dot(from, from));
  float alpha = opacity * edge;
  gl_FragColor = vec4(texture2D(palette, vec2(shade, 0.5)).rgb * alpha, alpha);
}`;

// How opaque and large points are, that many stay apart. Flags: 0 hidden, 1 shown, 2 selected, which are drawn over the others.
function look(count, some_selected) {
  const opacity = Math.max(0.12, Math.min(0.85, 60 / Math.sqrt(count)));
  const size = count > 200000 ? 2 : count > 20000 ? 3 : count > 3000 ? 4.5 : 6;
  if (!some_selected) return [{ flag: 1, size, opacity }];
  return [{ flag: 1, size, opacity: 0.3 * opacity }, { flag: 2, size: size + 1, opacity: Math.min(1, 1.5 * opacity) }];
}

const per_frame = 100000;

// Every point once, any first part of them spread over all: multiples of a step without a common divisor with their number.
function spread(count) {
  const divisor = (a, b) => (b ? divisor(b, a % b) : a);
  let step = Math.max(1, Math.floor(0.618 * count));
  while (divisor(step, count) > 1) ++step;
  return step;
}

// Points are drawn in parts, one per frame of the screen, so that the page answers meanwhile on slow graphics, too.
class GlPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.regl = create_regl({ canvas, attributes: { alpha: true, antialias: false, preserveDrawingBuffer: true } });
    const { regl } = this;
    this.buffers = { position: regl.buffer({ type: "float" }), state: regl.buffer({ type: "uint8" }) };
    this.palette = regl.texture({ shape: [256, 1, 4], mag: "nearest", min: "nearest" });
    this.paint = regl({
      vert: vertex,
      frag: fragment,
      attributes: {
        position: this.buffers.position,
        state: { buffer: this.buffers.state, normalized: true, size: 4 },
      },
      uniforms: {
        view: regl.prop("view"), size: regl.prop("size"), wanted: regl.prop("flag"), opacity: regl.prop("opacity"), palette: this.palette,
      },
      blend: { enable: true, func: { src: "one", dst: "one minus src alpha" } },
      depth: { enable: false },
      primitive: "points",
      offset: regl.prop("offset"),
      count: regl.prop("count"),
    });
  }
  // x and y lie in `from`; what is sent is their share of it, for which 32 bits are enough.
  positions(x, y, from) {
    const pairs = new Float32Array(2 * x.length);
    const step = spread(x.length);
    for (let k = 0, i = 0; k < x.length; ++k, i = (i + step) % x.length) {
      const seen = !Number.isNaN(x[i]) && !Number.isNaN(y[i]);
      pairs[2 * k] = seen ? (x[i] - from.x[0]) / (from.x[1] - from.x[0]) : 1e9;
      pairs[2 * k + 1] = seen ? (y[i] - from.y[0]) / (from.y[1] - from.y[0]) : 1e9;
    }
    this.from = from;
    this.count = x.length;
    this.buffers.position({ data: pairs, usage: "static" });
  }
  colours(codes, palette) {
    this.write(codes, 0);
    this.palette({ shape: [256, 1, 4], data: palette, mag: "nearest", min: "nearest" });
  }
  flags(flags) {
    this.write(flags, 1);
  }
  // Of each point code and flag, and two bytes of nothing: graphics hardware wants four.
  write(values, at) {
    if (this.state?.length !== 4 * values.length) this.state = new Uint8Array(4 * values.length);
    const { length } = values, step = spread(length);
    for (let k = 0, i = 0; k < length; ++k, i = (i + step) % length) this.state[4 * k + at] = values[i];
    this.stale = true;
  }
  draw(view, some_selected) {
    const { from, regl } = this;
    const share = (range, whole) => [(range[0] - whole[0]) / (whole[1] - whole[0]), (range[1] - range[0]) / (whole[1] - whole[0])];
    const [x, width] = share(view.x, from.x), [y, height] = share(view.y, from.y);
    regl.poll();
    if (this.stale) this.buffers.state({ data: this.state, usage: "dynamic" });
    this.stale = false;
    regl.clear({ color: [1, 1, 1, 1] });
    const ratio = window.devicePixelRatio || 1;
    const part = (offset) => {
      const count = Math.min(per_frame, this.count - offset);
      for (const { flag, size, opacity } of look(this.count, some_selected))
        this.paint({ view: [x, y, width, height], size: size * ratio, flag, opacity, offset, count });
      this.rest = offset + count < this.count ? requestAnimationFrame(() => part(offset + count)) : null;
    };
    cancelAnimationFrame(this.rest);
    if (this.count) part(0);
  }
}

class PlainPoints {
  constructor(canvas) {
    this.canvas = canvas;
  }
  positions(x, y) {
    Object.assign(this, { x, y });
  }
  colours(codes, palette) {
    Object.assign(this, { codes, palette });
  }
  flags(flags) {
    this.flag = flags;
  }
  draw(view, some_selected) {
    const { canvas, palette } = this;
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    const image = context.createImageData(width, height);
    const { data } = image;
    for (const { flag, size, opacity } of look(this.x.length, some_selected)) {
      const reach = Math.max(1, Math.round((size * (window.devicePixelRatio || 1)) / 2));
      const scale_x = width / (view.x[1] - view.x[0]), scale_y = height / (view.y[1] - view.y[0]);
      for (let i = 0; i < this.x.length; ++i) {
        if (this.flag[i] !== flag || Number.isNaN(this.x[i]) || Number.isNaN(this.y[i])) continue;
        const px = Math.round((this.x[i] - view.x[0]) * scale_x), py = Math.round((view.y[1] - this.y[i]) * scale_y);
        for (let v = Math.max(0, py - reach); v < Math.min(height, py + reach); ++v)
          for (let u = Math.max(0, px - reach); u < Math.min(width, px + reach); ++u) {
            const at = 4 * (v * width + u), from = 4 * this.codes[i];
            for (let c = 0; c < 3; ++c) data[at + c] += ((palette[from + c] - data[at + c]) * (data[at + 3] ? opacity : 1));
            data[at + 3] = Math.min(255, data[at + 3] + 255 * opacity);
          }
      }
    }
    context.putImageData(image, 0, 0);
  }
}

// A canvas that WebGL refused can still be drawn on: it is asked on another one.
export function has_webgl() {
  const canvas = document.createElement("canvas");
  try {
    return Boolean(canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

export function points_on(canvas) {
  return has_webgl() ? new GlPoints(canvas) : new PlainPoints(canvas);
}
