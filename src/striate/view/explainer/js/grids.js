// Window, filter and products as grids of cells.

import { colourOf, inkOn } from "./colours.js";
import { briefly, drawing, element } from "./dom.js";

/** @import { Arithmetic, Term } from "./arithmetic.js" */
/** @import { Range } from "./colours.js" */
/** @import { Shown } from "./sums.js" */

const LEGIBLE = 11; // cells across, up to which they hold numbers

/**
 * Window, filter and products, as three grids.
 * @param {Shown} shown
 */
export function products({ network, operation, numbers, arithmetic, place }) {
  const [input] = arithmetic.channels;
  const terms = sliceOf(arithmetic.terms, arithmetic);
  const { low, high } = network.value(operation.inputs[0]);
  const weights = around(numbers.weight ? [...arithmetic.terms.map(({ weight }) => weight)] : []);
  const results = around(arithmetic.terms.map(({ product }) => product));
  const filter = numbers.output.rank > 2 ? "The middle slice of the filter" : "The filter";
  return element(
    "div",
    { class: "products" },
    grid(terms, ({ input }) => input, { low, high }, `Input channel ${input} under the window`),
    element("span", { class: "sign" }, "\u00d7"),
    grid(terms, ({ weight }) => weight, weights, `${filter}, from channel ${input} to map ${place.channel}`),
    element("span", { class: "sign" }, "="),
    grid(terms, ({ product }) => product, results, "Their products"),
  );
}

/** @param {Shown} shown */
export function pooled({ network, operation, arithmetic }) {
  const { low, high } = network.value(operation.inputs[0]);
  const terms = sliceOf(arithmetic.terms, arithmetic);
  const winner = arithmetic.terms[arithmetic.winner];
  return element(
    "div",
    { class: "products" },
    grid(terms, ({ input }) => input, { low, high }, "The input under the window", winner),
  );
}

/**
 * The terms of a kernel's middle slice, where it has slices.
 * @param {Term[]} terms
 * @param {Arithmetic} arithmetic
 */
function sliceOf(terms, { readings }) {
  const rank = readings[0]?.tap.length ?? 0;
  if (rank < 3) return terms;
  const depths = terms.map(({ reading }) => reading?.tap[rank - 3] ?? 0);
  const middle = Math.floor((Math.max(...depths) + 1) / 2);
  return terms.filter((_, index) => depths[index] === middle);
}

/** @param {number[]} values */
function around(values) {
  const largest = Math.max(...values.map(Math.abs), 0);
  return { low: -largest, high: largest };
}

/**
 * A grid of cells, a tap each, with its number where there is room.
 * @param {Term[]} terms
 * @param {(term: Term) => number} number
 * @param {Range} range
 * @param {string} caption
 * @param {Term} [winner]
 */
function grid(terms, number, range, caption, winner) {
  const places = terms.map(({ reading }) => ({ row: reading?.tap.at(-2) ?? 0, column: reading?.tap.at(-1) ?? 0 }));
  const rows = 1 + Math.max(0, ...places.map(({ row }) => row));
  const columns = 1 + Math.max(0, ...places.map(({ column }) => column));
  const cells = terms.map((term, index) => {
    const { row, column } = places[index];
    const value = number(term);
    const colour = colourOf(value, range);
    const outside = term.reading?.source === null;
    return drawing(
      "g",
      { class: term === winner ? "winner" : outside ? "outside" : "" },
      drawing("rect", { x: column + 0.02, y: row + 0.02, width: 0.96, height: 0.96, fill: `rgb(${colour.join(" ")})` }),
      columns <= LEGIBLE
        ? drawing("text", { x: column + 0.5, y: row + 0.5, fill: inkOn(colour) }, briefly(value))
        : null,
    );
  });
  const picture = drawing(
    "svg",
    { viewBox: `0 0 ${columns} ${rows}`, class: "grid", role: "img", "aria-label": caption },
    ...cells,
  );
  picture.style.setProperty("--columns", String(columns));
  return element("figure", {}, picture, element("figcaption", {}, caption));
}
