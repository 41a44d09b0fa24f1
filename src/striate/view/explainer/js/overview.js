// The first level: the whole network, a column of feature maps for each step.

import { endsOf, gradientOf } from "./colours.js";
import { briefly, counted, drawing, element, sizes } from "./dom.js";
import { mapAt, mosaic } from "./mosaic.js";
import { scores } from "./scores.js";

/** @import { Network } from "./network.js" */
/** @import { Guide } from "./place.js" */
/** @import { Value } from "./schema.js" */

const GUTTER = 12; // between two lines that pass by the cards

/**
 * Build the level; the maps are drawn one value after another, so that the page is there at once.
 * @param {Network} network
 * @param {Guide} guide
 * @returns {HTMLElement}
 */
export function overview(network, guide) {
  const { values, notes, shares } = network.explanation;
  const lines = drawing("svg", { class: "lines", "aria-hidden": "true" });
  const cards = values.map((value, index) => card(network, guide, value, index));
  const lanes = 1 + Math.max(...values.map(({ lane }) => lane));
  const content = element("div", { class: "network", role: "list" }, lines, ...cards.map(({ root }) => root));
  content.dataset.lanes = String(lanes);
  const frame = element(
    "div",
    { class: "scroll network-frame", tabindex: 0, role: "region", "aria-label": "The network" },
    content,
  );
  const narrow = matchMedia("(max-width: 45rem)");

  const draw = async () => {
    const limit = narrow.matches ? Math.max(2, Math.floor(3 / lanes)) : lanes > 1 ? 3 : 6;
    for (const { draw } of cards) await draw(limit, narrow.matches);
    connect(
      network,
      content,
      lines,
      cards.map(({ root }) => root),
      narrow.matches,
    );
  };
  const redraw = () =>
    connect(
      network,
      content,
      lines,
      cards.map(({ root }) => root),
      narrow.matches,
    );
  new ResizeObserver(redraw).observe(content);
  narrow.addEventListener("change", draw);
  draw();
  content.addEventListener("keydown", (event) =>
    walk(
      event,
      network,
      cards.map(({ button }) => button),
    ),
  );
  for (const [index, { root }] of cards.entries()) {
    const light = (/** @type {boolean} */ lit) => () => {
      for (const line of lines.querySelectorAll(`[data-from="${index}"], [data-to="${index}"]`))
        line.classList.toggle("lit", lit);
    };
    root.addEventListener("pointerenter", light(true));
    root.addEventListener("pointerleave", light(false));
    root.addEventListener("focusin", light(true));
    root.addEventListener("focusout", light(false));
  }
  return element(
    "section",
    { class: "overview", "aria-label": "The whole network" },
    element("p", {}, `${sentence(network)} Choose a layer to see how its numbers come about.`),
    frame,
    shares ? scores(network, guide) : null,
    ...notes.map((note) => element("p", { class: "quiet" }, note)),
  );
}

/** @param {Network} network */
function sentence(network) {
  const { shares, classes, model, values } = network.explanation;
  if (!shares) return `${model} on an input of ${sizes(values[0].shape)}.`;
  const best = shares.indexOf(Math.max(...shares));
  return `${model} takes this image for ${classes[best] ?? `class ${best}`}, with ${(100 * shares[best]).toFixed(1)} %.`;
}

/**
 * @param {Network} network
 * @param {Guide} guide
 * @param {Value} value
 * @param {number} index
 */
function card(network, guide, value, index) {
  const operation = network.producer(index);
  const pictures = element("div", { class: "pictures" });
  const range = { low: value.low, high: value.high };
  const legend = element("span", { class: "legend" });
  legend.style.setProperty("--colours", gradientOf(range));
  const [low, high] = endsOf(range).map(briefly);
  const parts = [
    element("strong", {}, value.name),
    element("span", {}, operation && operation.name !== value.name ? operation.name : "\u00a0"),
    pictures,
    element("span", { class: "shape" }, sizes(value.shape)),
    element("span", { class: "ends" }, low, legend, high),
  ];
  const button = element(
    "button",
    { type: "button", disabled: !operation, title: operation?.summary ?? "", "aria-label": labelOf(network, index) },
    ...parts,
  );
  let side = 1;
  button.addEventListener("click", async (event) => {
    const maps = await network.maps(index);
    const canvas = pictures.querySelector("canvas");
    const aimed = canvas && event.target === canvas && !maps.isRow;
    const shown = aimed ? Number(canvas.dataset.count) : 1;
    await enter(network, guide, index, aimed ? mapAt(canvas, event, side, shown) : null);
  });
  const root = element("div", { class: "card", role: "listitem" }, button);
  root.style.setProperty("--column", String(value.column));
  root.style.setProperty("--lane", String(value.lane));

  /** @param {number} limit @param {boolean} narrow */
  const draw = async (limit, narrow) => {
    const maps = await network.maps(index);
    const colour = index === 0 && maps.channels === 3;
    const wide = maps.isRow && !narrow ? 24 : 0;
    side = narrow ? 44 : Math.round(Math.max(44, Math.min(76, innerWidth / 26)));
    if (index === 0 && !narrow) side = Math.round(1.5 * side);
    const drawn = mosaic(maps, range, {
      columns: narrow ? limit : 1,
      side: side + wide,
      limit: colour ? 1 : limit,
      colour,
    });
    const shown = colour ? 1 : Math.min(limit, maps.channels);
    drawn.dataset.count = String(shown);
    const more = maps.channels - shown;
    const note = !maps.numbers ? "numbers not kept" : more > 0 && !colour ? `and ${counted(more, "map")} more` : "";
    pictures.replaceChildren(drawn, element("small", {}, note));
  };
  return { root, button, draw };
}

/**
 * Open a layer where its answer is strongest.
 * @param {Network} network
 * @param {Guide} guide
 * @param {number} value
 * @param {number | null} wanted  a channel; null: the one with the strongest answer, or the likeliest class
 */
export async function enter(network, guide, value, wanted) {
  const maps = await network.maps(value);
  const channel = wanted ?? strongestChannel(maps);
  guide.go({ level: "layer", value, channel, position: maps.strongest(channel), from: 0 });
}

/** @param {import("./maps.js").Maps} maps */
function strongestChannel(maps) {
  let best = 0;
  for (let item = 0; item < maps.count; item++) {
    if ((maps.numbers?.[item] ?? 0) > (maps.numbers?.[best] ?? 0)) best = item;
  }
  return maps.isRow ? 0 : Math.floor(best / maps.size);
}

/** @param {Network} network @param {number} index */
function labelOf(network, index) {
  const { name, shape } = network.value(index);
  const operation = network.producer(index);
  return `${name}: ${operation ? `${operation.summary}, gives` : "the input,"} ${shape.join(" by ")}`;
}

/**
 * The arrow keys go from card to card: across columns, and among the cards of one.
 * @param {KeyboardEvent} event
 * @param {Network} network
 * @param {HTMLElement[]} cards
 */
function walk(event, network, cards) {
  const here = cards.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  const along = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  if (here < 0 || !(across || along)) return;
  event.preventDefault();
  const { column, lane } = network.value(here);
  const { values } = network.explanation;
  const distance = (/** @type {Value} */ value) => 1000 * Math.abs(value.column - column) + Math.abs(value.lane - lane);
  const reachable = values
    .map((value, index) => ({ value, index }))
    .filter(
      ({ value, index }) =>
        index > 0 &&
        (across ? (value.column - column) * across > 0 : value.column === column && (value.lane - lane) * along > 0),
    )
    .sort((one, other) => distance(one.value) - distance(other.value));
  if (reachable.length) cards[reachable[0].index].focus();
}

/**
 * Draw a line from every value to the operations that read it; a line over several columns passes by the cards.
 * @param {Network} network
 * @param {HTMLElement} content
 * @param {SVGSVGElement} lines
 * @param {HTMLElement[]} cards
 * @param {boolean} narrow  the network runs downwards
 */
function connect(network, content, lines, cards, narrow) {
  const frame = content.getBoundingClientRect();
  const boxes = cards.map((card) => {
    const box = card.getBoundingClientRect();
    const along = narrow
      ? [box.top - frame.top, box.bottom - frame.top]
      : [box.left - frame.left, box.right - frame.left];
    const across = narrow
      ? [box.left - frame.left, box.right - frame.left]
      : [box.top - frame.top, box.bottom - frame.top];
    return { start: along[0], end: along[1], top: across[0], middle: (across[0] + across[1]) / 2 };
  });
  /** @type {number[]} */
  const gutters = []; // the column up to which each is taken
  const paths = network.explanation.values.flatMap((value, to) =>
    (network.producer(to)?.inputs ?? []).map((from) => {
      const [one, other] = [boxes[from], boxes[to]];
      const passes = value.column - network.value(from).column > 1;
      if (!passes) return { from, to, points: [one.end, one.middle, other.start, other.middle] };
      let gutter = gutters.findIndex((until) => until <= network.value(from).column);
      if (gutter < 0) gutter = gutters.length;
      gutters[gutter] = value.column;
      return { from, to, points: [one.end, one.middle, other.start, other.middle], gutter };
    }),
  );
  content.style.setProperty("--gutters", `${(gutters.length + (gutters.length ? 1 : 0)) * GUTTER}px`);
  lines.setAttribute("width", String(frame.width));
  lines.setAttribute("height", String(frame.height));
  const at = (/** @type {number} */ along, /** @type {number} */ across) =>
    narrow ? `${across} ${along}` : `${along} ${across}`;
  lines.replaceChildren(
    ...paths.map(({ from, to, points: [a, b, c, d], gutter }) => {
      const half = (c - a) / 2;
      const path =
        gutter === undefined
          ? `M ${at(a, b)} C ${at(a + half, b)} ${at(c - half, d)} ${at(c, d)}`
          : passing(at, [a, b, c, d], (gutter + 0.5) * GUTTER);
      return drawing("path", { d: path, "data-from": from, "data-to": to });
    }),
  );
}

/**
 * A line that leaves its row for a gutter beside the cards, and comes back.
 * @param {(along: number, across: number) => string} at
 * @param {number[]} points
 * @param {number} gutter
 */
function passing(at, [a, b, c, d], gutter) {
  const bend = 14;
  return (
    `M ${at(a, b)} C ${at(a + bend, b)} ${at(a, gutter)} ${at(a + bend, gutter)} ` +
    `L ${at(c - bend, gutter)} C ${at(c, gutter)} ${at(c - bend, d)} ${at(c, d)}`
  );
}
