// One slice of one feature map, large, with what is marked on it.

import { drawing, element } from "./dom.js";

/** @import { Position } from "./maps.js" */

/**
 * @typedef {object} Rectangle  of cells: the first row and column, and how many
 * @property {number} row
 * @property {number} column
 * @property {number} height
 * @property {number} width
 */

const KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
});
const FLATTEST = 8; // a single row is drawn this many times as wide as high

export class Plane {
  /**
   * @param {number} height  in cells
   * @param {number} width
   * @param {{ label: string, margin?: [number, number, number, number], onMove?: (row: number, column: number) => void }} options
   *   margin: cells of padding to leave room for: above, right, below, left; onMove: makes the plane answer to pointer,
   *   touch and arrow keys
   */
  constructor(height, width, { label, margin = [0, 0, 0, 0], onMove }) {
    this.height = height;
    this.width = width;
    this.margin = margin;
    const [above, right, below, left] = margin;
    const [rows, columns] = [height + above + below, width + left + right];
    this.canvas = element("canvas", { width, height, "aria-hidden": "true" });
    const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
    Object.assign(this.canvas.style, {
      left: percent(left, columns),
      top: percent(above, rows),
      width: percent(width, columns),
      height: percent(height, rows),
    });
    this.marks = drawing("svg", {
      viewBox: `${-left} ${-above} ${columns} ${rows}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.root = element("div", { class: "plane", role: "img", "aria-label": label }, this.canvas, this.marks);
    const ratio = columns / (rows === 1 ? Math.max(1, columns / FLATTEST) : rows);
    this.root.style.setProperty("--ratio", String(ratio));
    this.held = false;
    this.row = this.column = 0;
    if (onMove) this.#listen(onMove);
  }

  /** @param {ImageData | null} pixels */
  paint(pixels) {
    this.root.classList.toggle("empty", !pixels);
    if (pixels) this.canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  }

  /**
   * Mark cells; earlier marks go.
   * @param {{ kind: string, area: Rectangle }[]} marks  kind: a class of the style sheet
   */
  mark(marks) {
    this.marks.replaceChildren(
      ...marks.map(({ kind, area }) =>
        drawing("rect", { class: kind, x: area.column, y: area.row, width: area.width, height: area.height }),
      ),
    );
  }

  /**
   * Say where the arrow keys start from.
   * @param {Position} position
   */
  stand([, row, column]) {
    [this.row, this.column] = [row, column];
  }

  /** @param {(row: number, column: number) => void} onMove */
  #listen(onMove) {
    this.root.tabIndex = 0;
    this.root.classList.add("live");
    this.root.setAttribute("role", "application");
    const follow = (/** @type {PointerEvent} */ event) => {
      const box = this.root.getBoundingClientRect();
      const [above, right, below, left] = this.margin;
      const row = Math.floor(((event.clientY - box.top) / box.height) * (this.height + above + below)) - above;
      const column = Math.floor(((event.clientX - box.left) / box.width) * (this.width + left + right)) - left;
      if (row >= 0 && column >= 0 && row < this.height && column < this.width) onMove(row, column);
    };
    this.root.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || !this.held) follow(event);
    });
    this.root.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse") this.hold(!this.held);
      follow(event);
    });
    this.root.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const far = event.shiftKey ? 5 : 1;
      const moved = (/** @type {number} */ from, /** @type {number} */ by, /** @type {number} */ size) =>
        Math.max(0, Math.min(size - 1, from + by * far));
      onMove(moved(this.row, step[0], this.height), moved(this.column, step[1], this.width));
    });
  }

  /**
   * Keep to a cell while the mouse passes, until the next click.
   * @param {boolean} held
   */
  hold(held) {
    this.held = held;
    this.root.classList.toggle("held", held);
  }
}
