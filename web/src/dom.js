// Elements and files.

const namespace = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

export const h = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) =>
  filled(document.createElementNS(namespace, tag), attributes, children);

export function save(name, content, type) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// An SVG as a file of its own: fonts named, size fixed.
export function save_svg(name, svg) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", namespace);
  save(name, `<?xml version="1.0" encoding="UTF-8"?>\n${copy.outerHTML}\n`, "image/svg+xml");
}

// A number for a reader: about four digits.
export function text_of(value) {
  if (value == null || Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : value.toPrecision(3);
}

export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

// A canvas as sharp as the screen; returns its context in CSS pixels. It is drawn by the processor: where graphics are emulated
// thousands of paths take seconds otherwise.
export function sharp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
