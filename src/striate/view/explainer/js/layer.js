// The second level: one layer, and how the number under the pointer comes about.

import { takeApart } from "./arithmetic.js";
import { element, sizes } from "./dom.js";
import { inWords, sums } from "./sums.js";
import { View } from "./view.js";

/** @import { Arithmetic, Numbers, Term } from "./arithmetic.js" */
/** @import { Network } from "./network.js" */
/** @import { Guide, Place } from "./place.js" */
/** @import { Operation } from "./schema.js" */
/** @import { Position } from "./maps.js" */
/** @import { Rectangle } from "./plane.js" */

const MARKED = 12; // inputs of a linear unit, those of the largest products
const TOUR = 350; // milliseconds a step

export class Layer {
  /**
   * @param {Network} network
   * @param {Guide} guide
   * @param {number} value
   * @param {Numbers} numbers
   * @param {(text: string) => void} say  tells those who listen
   */
  constructor(network, guide, value, numbers, say) {
    this.network = network;
    this.guide = guide;
    this.value = value;
    this.numbers = numbers;
    this.say = say;
    this.operation = /** @type {Operation} */ (network.producer(value));
    this.output = new View(network, value, numbers.output, "Output", {
      onMove: (row, column) => this.move([this.slice, row, column]),
      onChannel: (channel) => guide.go({ channel }),
      onSlice: (slice) => this.move([slice, guide.place.position[1], guide.place.position[2]]),
    });
    this.inputs = this.operation.inputs.map((index, order) => {
      const label = this.operation.inputs.length > 1 ? `Input ${order}` : "Input";
      const onChannel =
        this.operation.kind === "convolution" ? (/** @type {number} */ from) => guide.go({ from }) : null;
      return new View(network, index, numbers.inputs[order], label, { margin: marginOf(this.operation), onChannel });
    });
    this.image = null;
    this.panels = element("div", { class: "panels" });
    this.scene = element("div", { class: "scene" }, ...this.inputs.map(({ root }) => root), this.output.root);
    this.tourName = this.operation.reads.length ? "Slide the window" : "Step through";
    this.tour = element(
      "button",
      { type: "button", "aria-pressed": "false", click: () => this.#toggleTour() },
      this.tourName,
    );
    this.unit = element(
      "button",
      { type: "button", click: () => guide.go({ level: "unit" }) },
      "What this unit looks for",
    );
    this.root = element(
      "section",
      { class: "layer", "aria-label": network.value(value).name },
      element(
        "p",
        {},
        `${this.operation.summary}: ${this.inputs.map(({ maps }) => sizes(maps.shape)).join(" and ")} \u2192 ${sizes(numbers.output.shape)}.`,
      ),
      this.scene,
      element("div", { class: "tools" }, this.tour, this.unit),
      this.panels,
    );
    this.timer = 0;
    if (!this.operation.inputs.includes(0)) this.#addImage();
  }

  /** The slice of the output that is shown. */
  get slice() {
    return this.guide.place.position[0];
  }

  /** @param {Position} position */
  move(position) {
    this.guide.go({ position: this.numbers.output.inside(position) });
  }

  /** The image, beside an input that is not the image itself. */
  async #addImage() {
    const maps = await this.network.maps(0);
    this.image = new View(this.network, 0, maps, "Image", {});
    this.scene.prepend(this.image.root);
    this.update(this.guide.place);
  }

  /**
   * Show the number at a place of this layer.
   * @param {Place} wanted
   */
  update(wanted) {
    const { output } = this.numbers;
    /** @type {Place} */
    const place = {
      ...wanted,
      channel: Math.min(wanted.channel, output.channels - 1),
      position: output.inside(wanted.position),
    };
    const arithmetic = takeApart(this.operation, this.numbers, place.channel, place.position, place.from);
    const shown = {
      network: this.network,
      guide: this.guide,
      operation: this.operation,
      numbers: this.numbers,
      place,
      arithmetic,
      output: output.at(place.channel, place.position),
    };
    this.output.show(place.channel, place.position[0], this.#nameOf(place));
    this.output.plane.stand(place.position);
    this.output.plane.mark([{ kind: "cell", area: cellAt(place.position) }]);
    this.inputs.forEach((view, order) => {
      this.#showInput(view, arithmetic, order, place);
    });
    this.#showField(place, arithmetic);
    const focused = this.panels.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-from")
      : null;
    this.panels.replaceChildren(...sums(shown));
    if (focused) /** @type {HTMLElement | null} */ (this.panels.querySelector(`[data-from="${focused}"]`))?.focus();
    this.say(inWords(shown));
  }

  /** @param {Place} place */
  #nameOf(place) {
    const { output } = this.numbers;
    if (output.isRow) return this.network.unitName(this.value, output.index(0, place.position));
    return `map ${place.channel} of ${output.channels}, ${output.words(place.position)}`;
  }

  /**
   * @param {View} view
   * @param {Arithmetic} arithmetic
   * @param {number} order
   * @param {Place} place
   */
  #showInput(view, arithmetic, order, place) {
    const channel = arithmetic.channels[order] ?? 0;
    view.root.classList.toggle("unread", channel < 0);
    const readings = channel < 0 ? [] : arithmetic.readings;
    const slices = readings.flatMap(({ source }) => (source ? [source[0]] : []));
    const slice = slices.length
      ? slices[Math.floor(slices.length / 2)]
      : Math.min(place.position[0], view.maps.depth - 1);
    const from = Math.max(0, channel);
    view.show(from, slice, view.maps.isRow ? "" : `channel ${from} of ${view.maps.channels}`);
    const read = readings.flatMap(({ source }) => (source?.[0] === slice ? [source] : []));
    const ghosts = readings.flatMap(({ seat, source }) =>
      !source && seat && (view.maps.depth === 1 || seat[0] === slice) ? [seat] : [],
    );
    const winner = arithmetic.terms[arithmetic.winner]?.reading?.seat;
    const all = [...read, ...ghosts];
    view.plane.mark(
      this.operation.kind === "linear"
        ? largest(arithmetic.terms).map((seat) => ({ kind: "tap", area: cellAt(seat) }))
        : [
            ...ghosts.map((seat) => ({ kind: "ghost", area: cellAt(seat) })),
            ...read.map((seat) => ({ kind: "tap", area: cellAt(seat) })),
            ...(winner ? [{ kind: "cell", area: cellAt(winner) }] : []),
            ...(all.length > 1 ? [{ kind: "window", area: hull(all) }] : []),
          ],
    );
  }

  /**
   * The part of the image that the number depends on.
   * @param {Place} place
   * @param {Arithmetic} arithmetic
   */
  #showField(place, { readings }) {
    const view = this.image ?? this.inputs[this.operation.inputs.indexOf(0)];
    // a number that only moved sees what it saw where it came from
    const moved = this.operation.kind === "rearrangement" ? readings[0]?.source : null;
    const { fields } = this.network.value(moved ? this.operation.inputs[0] : this.value);
    if (!view || !fields) return;
    const axes = moved ? this.numbers.inputs[0].axes(moved) : this.numbers.output.axes(place.position);
    const spans = fields.map((positions, axis) => positions[axes[axis] ?? 0] ?? positions[0]);
    const words = spans.map(([first, last]) => last - first + 1).join(" \u00d7 ");
    view.caption(`the number depends on ${words} of its pixels`);
    if (view !== this.image) return;
    const [rows, columns] = [spans.at(-2) ?? [0, 0], spans.at(-1) ?? [0, 0]];
    const slices = spans.at(-3);
    view.show(0, slices ? Math.floor((slices[0] + slices[1]) / 2) : 0, "");
    const area = {
      row: rows[0],
      column: columns[0],
      height: rows[1] - rows[0] + 1,
      width: columns[1] - columns[0] + 1,
    };
    view.plane.mark([{ kind: "window", area }]);
  }

  /** Start or stop the window's walk over the output. */
  #toggleTour() {
    if (this.timer) {
      this.stop();
      return;
    }
    this.tour.setAttribute("aria-pressed", "true");
    this.tour.textContent = "Stop";
    this.timer = setInterval(() => {
      const { output } = this.numbers;
      const [slice, row, column] = output.inside(this.guide.place.position);
      const next = (slice * output.area + row * output.width + column + 1) % output.size;
      const inSlice = next % output.area;
      this.move([Math.floor(next / output.area), Math.floor(inSlice / output.width), inSlice % output.width]);
    }, TOUR);
  }

  /** Stop the walk. */
  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.tour.setAttribute("aria-pressed", "false");
    this.tour.textContent = this.tourName;
  }
}

/**
 * Where the inputs of the largest products stand.
 * @param {Term[]} terms
 */
function largest(terms) {
  const ranked = [...terms].sort((one, other) => Math.abs(other.product) - Math.abs(one.product)).slice(0, MARKED);
  return ranked.flatMap(({ reading }) => (reading?.seat ? [reading.seat] : []));
}

/**
 * @param {Position} position
 * @returns {Rectangle}
 */
function cellAt([, row, column]) {
  return { row, column, height: 1, width: 1 };
}

/**
 * @param {Position[]} seats
 * @returns {Rectangle}
 */
function hull(seats) {
  const rows = seats.map(([, row]) => row);
  const columns = seats.map(([, , column]) => column);
  const [row, column] = [Math.min(...rows), Math.min(...columns)];
  return { row, column, height: Math.max(...rows) - row + 1, width: Math.max(...columns) - column + 1 };
}

/**
 * How far the window hangs over each edge of the input: above, right, below, left.
 * @param {Operation} operation
 * @returns {[number, number, number, number]}
 */
function marginOf({ windows, reads, kind }) {
  const overhang = (/** @type {number} */ axis) => {
    const window = windows.at(axis);
    const outputs = reads.at(axis);
    if (kind !== "convolution" || !window || !outputs) return [0, 0];
    const seats = outputs.flatMap((taps, output) =>
      taps.flatMap((read, tap) =>
        read === null ? [output * window.stride - window.before + tap * window.dilation] : [],
      ),
    );
    const before = Math.max(0, ...seats.map((seat) => -seat));
    const size = 1 + Math.max(...outputs.flat().map((read) => read ?? 0));
    return [before, Math.max(0, ...seats.map((seat) => seat - size + 1))];
  };
  const [above, below] = windows.length > 1 ? overhang(-2) : [0, 0];
  const [left, right] = overhang(-1);
  return [above, right, below, left];
}
