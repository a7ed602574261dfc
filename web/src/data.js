// What the program wrote into the page: figures as JSON, the particles' columns and keys as bytes.

function bytes_of(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const element_text = (id) => document.getElementById(id).textContent;

// A code c of a column is low + c·(high − low)/(levels − 1); the code `levels` is no value. Decoded when first asked for.
function column_of(head, bytes, count) {
  const levels = head.bytes === 1 ? 255 : 65535;
  const step = (head.high - head.low) / (levels - 1);
  const whole = head.name === "state" || head.name === "outlier";
  let decoded = null;
  const decode = () => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; ++i) {
      const code = head.bytes === 1 ? bytes[i] : bytes[2 * i] | (bytes[2 * i + 1] << 8);
      values[i] = code === levels ? NaN : head.low + code * step;
    }
    return values;
  };
  return { ...head, step, whole, coarse: head.bytes === 1 && !whole, get values() { return (decoded ??= decode()); } };
}

// The inverse of PageKeys (src/report/page_particles.hpp).
function decode_keys(bytes, count) {
  const index = new Int32Array(count), stack = new Int32Array(count);
  let at = 0;
  const number = () => {
    let value = 0, scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  let last_index = 0, last_stack = 0;
  for (let i = 0; i < count; ++i) {
    const head = number(), zigzag = Math.floor(head / 2);
    if (head % 2) {
      last_stack = number();
      last_index = 0;
    }
    last_index += 1 + (zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2);
    index[i] = last_index;
    stack[i] = last_stack;
  }
  return { index, stack };
}

// Which of the page's particles have images: row to { image, model }, bytes of size² pixels each.
function image_finder(figures, keys, count) {
  const { size, keys: names, pixels } = figures.images;
  const bytes = bytes_of(pixels);
  const place = new Map(names.map((name, k) => [name, k]));
  const indices = new Set(names.map((name) => Number(name.slice(0, name.indexOf("@")))));
  const rows = new Map();
  for (let i = 0; i < count; ++i) {
    if (!indices.has(keys.index[i])) continue;
    const k = place.get(`${keys.index[i]}@${figures.stacks[keys.stack[i]]}`);
    if (k !== undefined) rows.set(i, k);
  }
  const part = (k) => bytes.subarray(k * size * size, (k + 1) * size * size);
  const finder = (i) => (rows.has(i) ? { size, image: part(2 * rows.get(i)), model: part(2 * rows.get(i) + 1) } : null);
  finder.rows = [...rows.keys()];
  return finder;
}

export function load_page() {
  const figures = JSON.parse(element_text("landscape-figures"));
  const bytes = bytes_of(element_text("landscape-particles"));
  const count = figures.shown;
  const columns = new Map();
  let at = 0;
  for (const head of figures.columns) {
    columns.set(head.name, column_of(head, bytes.subarray(at, at + head.bytes * count), count));
    at += head.bytes * count;
  }
  const keyed = figures.stacks.length > 0;
  const keys = keyed ? decode_keys(bytes.subarray(at), count) : null;
  const image_of = keyed && figures.images ? image_finder(figures, keys, count) : () => null;
  const key = (i) => (keyed ? `${keys.index[i]}@${figures.stacks[keys.stack[i]]}` : "");
  return { figures, columns, count, keyed, key, image_of };
}

export function decode_bytes(text) {
  return bytes_of(text);
}
