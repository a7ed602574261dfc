// Which points lie where: a grid of cells for the nearest one, polygons for many.

const side = 256;

export class PointGrid {
  constructor(x, y, range) {
    Object.assign(this, { x, y, range });
    const cells = side * side;
    this.start = new Uint32Array(cells + 1);
    const cell = new Int32Array(x.length);
    for (let i = 0; i < x.length; ++i) {
      cell[i] = Number.isNaN(x[i]) || Number.isNaN(y[i]) ? -1 : this.column(x[i]) + side * this.row(y[i]);
      if (cell[i] >= 0) ++this.start[cell[i] + 1];
    }
    for (let c = 0; c < cells; ++c) this.start[c + 1] += this.start[c];
    const next = this.start.slice(0, cells);
    this.members = new Uint32Array(this.start[cells]);
    for (let i = 0; i < x.length; ++i) if (cell[i] >= 0) this.members[next[cell[i]]++] = i;
  }
  column(x) {
    const { range } = this;
    return Math.max(0, Math.min(side - 1, Math.floor((side * (x - range.x[0])) / (range.x[1] - range.x[0]))));
  }
  row(y) {
    const { range } = this;
    return Math.max(0, Math.min(side - 1, Math.floor((side * (y - range.y[0])) / (range.y[1] - range.y[0]))));
  }
  // The nearest point within the ellipse of these half axes; −1: none.
  nearest(x, y, reach_x, reach_y, allowed) {
    let best = -1, least = 1;
    for (let row = this.row(y - reach_y); row <= this.row(y + reach_y); ++row)
      for (let column = this.column(x - reach_x); column <= this.column(x + reach_x); ++column) {
        const cell = column + side * row;
        for (let m = this.start[cell]; m < this.start[cell + 1]; ++m) {
          const i = this.members[m];
          if (!allowed[i]) continue;
          const distance = ((this.x[i] - x) / reach_x) ** 2 + ((this.y[i] - y) / reach_y) ** 2;
          if (distance < least) [best, least] = [i, distance];
        }
      }
    return best;
  }
}

// Which points lie inside of a polygon [[x, y], …], by the even-odd rule.
export function inside_polygon(x, y, polygon, allowed) {
  const n = polygon.length;
  const px = Float64Array.from(polygon, (p) => p[0]), py = Float64Array.from(polygon, (p) => p[1]);
  const low_x = Math.min(...px), high_x = Math.max(...px), low_y = Math.min(...py), high_y = Math.max(...py);
  const found = [];
  for (let i = 0; i < x.length; ++i) {
    const u = x[i], v = y[i];
    if (!allowed[i] || !(u >= low_x && u <= high_x && v >= low_y && v <= high_y)) continue;
    let inside = false;
    for (let a = 0, b = n - 1; a < n; b = a++)
      if (py[a] > v !== py[b] > v && u < ((px[b] - px[a]) * (v - py[a])) / (py[b] - py[a]) + px[a]) inside = !inside;
    if (inside) found.push(i);
  }
  return Uint32Array.from(found);
}

export function inside_rectangle(x, y, range_x, range_y, allowed) {
  const found = [];
  for (let i = 0; i < x.length; ++i)
    if (allowed[i] && x[i] >= range_x[0] && x[i] <= range_x[1] && y[i] >= range_y[0] && y[i] <= range_y[1]) found.push(i);
  return Uint32Array.from(found);
}
