// The arithmetic of one number, as grids, as an equation and as tables.

import { colourOf, inkOn } from "./colours.js";
import { briefly, counted, drawing, element, exactly, numeral } from "./dom.js";

/** @import { Arithmetic, Numbers, Reading, Term } from "./arithmetic.js" */
/** @import { Network } from "./network.js" */
/** @import { Operation } from "./schema.js" */
/** @import { Guide, Place } from "./place.js" */
/** @import { Range } from "./colours.js" */

const TABLE = 250; // rows at most
const PARTS = 12; // parts at most, the largest; the others are added up
const LEGIBLE = 11; // cells across, up to which they hold numbers

const EXTREMES = /** @type {Record<string, string>} */ ({ max: "largest", min: "smallest", mean: "mean", sum: "sum" });

/**
 * @typedef {object} Shown  all that the panels speak of
 * @property {Network} network
 * @property {Guide} guide
 * @property {Operation} operation
 * @property {Numbers} numbers
 * @property {Place} place
 * @property {Arithmetic} arithmetic
 * @property {number} output  what the network computed
 */

/**
 * The panels of one output number.
 * @param {Shown} shown
 * @returns {HTMLElement[]}
 */
export function sums(shown) {
  const { operation, arithmetic } = shown;
  if (operation.missing) {
    return [element("p", { class: "note" }, operation.missing), equation(shown, [])];
  }
  switch (operation.kind) {
    case "convolution":
      return [
        products(shown),
        equation(shown, ofConvolution(shown)),
        tables(termTable(shown), partTable(shown, "Sums by input channel")),
      ];
    case "linear":
      return [equation(shown, ofLinear(shown)), tables(contributionTable(shown))];
    case "pooling":
      return [pooled(shown), equation(shown, ofPooling(shown)), tables(termTable(shown))];
    case "scaling":
      return [equation(shown, ofScaling(shown))];
    case "pointwise":
      return [equation(shown, [["input", arithmetic.terms[0].input, "input"]], `\u2192 ${operation.name} \u2192`)];
    case "sum":
    case "product": {
      const sign = operation.kind === "sum" ? "+" : "\u00d7";
      return [
        equation(
          shown,
          arithmetic.parts.map(({ sum }, index) => [inputName(shown, index), sum, "input"]),
          "=",
          sign,
        ),
      ];
    }
    case "concatenation":
      return [
        equation(
          shown,
          arithmetic.parts.map(({ label, sum }) => [label, sum, "input"]),
        ),
      ];
    case "rearrangement":
      return [equation(shown, [["the same number of the input", arithmetic.terms[0].input, "input"]])];
    default:
      return [
        element(
          "p",
          { class: "note" },
          "This page does not take this operation apart; it shows what goes in and what comes out.",
        ),
        equation(shown, []),
      ];
  }
}

/**
 * The number in words, for those who listen.
 * @param {Shown} shown
 */
export function inWords({ network, operation, numbers, place, arithmetic, output }) {
  const { value, channel, position } = place;
  const maps = numbers.output;
  const where = maps.isRow
    ? network.unitName(value, maps.index(0, position))
    : `map ${channel}, ${maps.words(position)}`;
  const { terms, parts, bias } = arithmetic;
  const plus = bias === null ? "" : " plus the bias";
  /** @type {Record<string, string>} */
  const how = {
    convolution: `the sum of ${counted(terms.length, "product")} in each of ${counted(parts.length, "input channel")}${plus}`,
    linear: `the sum of ${counted(terms.length, "product")}${plus}`,
    pooling: `the ${EXTREMES[operation.reduction ?? ""]} of ${counted(terms.length, "number")}`,
    scaling: "its input, scaled and shifted",
    pointwise: `${operation.name} of ${exactly(terms[0]?.input ?? 0)}`,
    sum: `the sum of ${counted(parts.length, "input")}`,
    product: `the product of ${counted(parts.length, "input")}`,
  };
  return `${where}: ${exactly(output)}${how[operation.kind] && !operation.missing ? `, ${how[operation.kind]}` : ""}`;
}

/** @param {Shown} shown @param {number} index */
function inputName({ network, operation }, index) {
  return network.value(operation.inputs[index]).name;
}

/** @typedef {[label: string, value: number, role: string]} Summand */

/**
 * @param {Shown} shown
 * @returns {Summand[]}
 */
function ofConvolution({ arithmetic: { parts, chosen, bias } }) {
  const others = parts.reduce((sum, part, index) => (index === chosen ? sum : sum + part.sum), 0);
  /** @type {Summand[]} */
  const summands = [[parts[chosen].label, parts[chosen].sum, "channel"]];
  if (parts.length > 1)
    summands.push([`${parts.length - 1} other channel${parts.length > 2 ? "s" : ""}`, others, "others"]);
  if (bias !== null) summands.push(["bias", bias, "bias"]);
  return summands;
}

/**
 * @param {Shown} shown
 * @returns {Summand[]}
 */
function ofLinear({ arithmetic: { terms, bias } }) {
  const sum = terms.reduce((sum, { product }) => sum + product, 0);
  /** @type {Summand[]} */
  const summands = [[counted(terms.length, "product"), sum, "products"]];
  if (bias !== null) summands.push(["bias", bias, "bias"]);
  return summands;
}

/**
 * @param {Shown} shown
 * @returns {Summand[]}
 */
function ofPooling({ operation, arithmetic: { terms, winner, divisor } }) {
  if (winner >= 0)
    return [
      [
        `the ${EXTREMES[operation.reduction ?? ""]} of ${counted(terms.length, "number")}`,
        terms[winner].input,
        "winner",
      ],
    ];
  const sum = terms.reduce((sum, { input }) => sum + input, 0);
  return [[divisor === null ? "sum" : `sum, divided by ${divisor}`, sum, "sum"]];
}

/**
 * @param {Shown} shown
 * @returns {Summand[]}
 */
function ofScaling({ arithmetic: { terms, bias } }) {
  const [{ input, weight }] = terms;
  return [
    [`${exactly(input)} \u00d7 ${exactly(weight)}`, input * weight, "scaled"],
    ["shift", bias ?? 0, "bias"],
  ];
}

/**
 * Summands, the total that this page finds, and what the network computed.
 * @param {Shown} shown
 * @param {Summand[]} summands
 * @param {string} [arrow]  between summands and total
 * @param {string} [sign]  between summands
 */
function equation({ network, arithmetic: { total }, output }, summands, arrow = "=", sign = "+") {
  const chip = (/** @type {Summand} */ [label, value, role]) =>
    element(
      "span",
      { class: role === "output" ? "chip output" : "chip" },
      element("small", {}, label),
      numeral(value, role),
    );
  const between = (/** @type {string} */ text) => element("span", { class: "sign" }, text);
  const parts = summands.flatMap((summand, index) => (index ? [between(sign), chip(summand)] : [chip(summand)]));
  if (total !== null && summands.length) parts.push(between("="), chip(["these numbers give", total, "total"]));
  if (summands.length) parts.push(between(total === null ? arrow : "\u2192"));
  parts.push(chip(["the network has", output, "output"]));
  const rounded = network.explanation.precision === "float16" && total !== null;
  return element(
    "div",
    { class: "equation" },
    element("div", { class: "chips" }, ...parts),
    rounded
      ? element(
          "p",
          { class: "quiet" },
          "The numbers of this page are rounded to three digits (float16), so that the two may differ a little.",
        )
      : null,
  );
}

/**
 * Window, filter and products, as three grids.
 * @param {Shown} shown
 */
function products({ network, operation, numbers, arithmetic, place }) {
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
function pooled({ network, operation, arithmetic }) {
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

/** @param {...HTMLElement} children */
function tables(...children) {
  return element("div", { class: "tables" }, ...children);
}

/**
 * Every product of the chosen channel.
 * @param {Shown} shown
 */
function termTable({ operation, arithmetic: { terms, channels, winner } }) {
  const pooling = operation.kind === "pooling";
  const rows = terms
    .slice(0, TABLE)
    .map((term, index) =>
      element(
        "tr",
        { class: index === winner ? "winner" : "" },
        element("th", { scope: "row" }, term.label),
        element("td", {}, seatWords(term.reading)),
        element("td", { class: "number" }, numeral(term.input, "input")),
        ...(pooling
          ? []
          : [
              element("td", { class: "number" }, numeral(term.weight, "weight")),
              element("td", { class: "number" }, numeral(term.product, "product")),
            ]),
      ),
    );
  const header = ["tap", "input at", "input", ...(pooling ? [] : ["weight", "product"])];
  const title = pooling
    ? `The ${counted(terms.length, "number")} under the window`
    : `The ${counted(terms.length, "product")} of channel ${channels[0]}`;
  return framed(title, header, rows, terms.length - rows.length, "terms");
}

/** @param {Reading | null} reading */
function seatWords(reading) {
  if (!reading) return "";
  if (!reading.seat) return "no input";
  const place = reading.seat
    .slice(3 - Math.max(1, reading.tap.length))
    .join(", ")
    .replaceAll("-", "\u2212");
  return reading.source ? place : `${place} (outside)`;
}

/**
 * The sum of each input channel; choosing one shows its products.
 * @param {Shown} shown
 * @param {string} title
 */
function partTable({ guide, arithmetic: { parts, chosen } }, title) {
  const largest = Math.max(...parts.map(({ sum }) => Math.abs(sum))) || 1;
  const ranked =
    parts.length <= 2 * PARTS
      ? parts
      : [...parts].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum)).slice(0, PARTS);
  const rows = ranked.map((part) =>
    element(
      "tr",
      { class: part === parts[chosen] ? "chosen" : "" },
      element(
        "th",
        { scope: "row" },
        element(
          "button",
          {
            type: "button",
            "data-from": part.channel,
            "aria-pressed": String(part === parts[chosen]),
            click: () => guide.go({ from: part.channel }),
          },
          part.label,
        ),
      ),
      element("td", {}, balance(part.sum / largest)),
      element("td", { class: "number" }, numeral(part.sum, "part")),
    ),
  );
  if (ranked.length < parts.length) {
    const rest = parts.filter((part) => !ranked.includes(part)).reduce((sum, part) => sum + part.sum, 0);
    rows.push(others(parts.length - ranked.length, "channel", rest));
  }
  return framed(title, ["channel", "", "sum"], rows, 0, "parts");
}

/**
 * The largest products of a linear unit.
 * @param {Shown} shown
 */
function contributionTable({ arithmetic: { terms } }) {
  const ranked = [...terms].sort((one, other) => Math.abs(other.product) - Math.abs(one.product)).slice(0, 2 * PARTS);
  const largest = Math.abs(ranked[0]?.product ?? 0) || 1;
  const rows = ranked.map((term) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, term.label),
      element("td", {}, balance(term.product / largest)),
      element("td", { class: "number" }, numeral(term.input, "input")),
      element("td", { class: "number" }, numeral(term.weight, "weight")),
      element("td", { class: "number" }, numeral(term.product, "product")),
    ),
  );
  if (ranked.length < terms.length) {
    const rest =
      terms.reduce((sum, { product }) => sum + product, 0) - ranked.reduce((sum, { product }) => sum + product, 0);
    const row = others(terms.length - ranked.length, "unit", rest);
    row.insertBefore(element("td", { colspan: 2 }), row.lastChild);
    rows.push(row);
  }
  return framed("The largest products", ["input", "", "input", "weight", "product"], rows, 0, "terms");
}

/** @param {number} count @param {string} noun @param {number} sum */
function others(count, noun, sum) {
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, `${counted(count, `other ${noun}`)}`),
    element("td"),
    element("td", { class: "number" }, numeral(sum, "rest")),
  );
}

/**
 * A bar to the left for a negative share of the largest, to the right for a positive one.
 * @param {number} share
 */
function balance(share) {
  const bar = element("span", { class: share < 0 ? "balance below" : "balance", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(Math.abs(share)));
  return bar;
}

/**
 * @param {string} title
 * @param {string[]} header
 * @param {HTMLElement[]} rows
 * @param {number} more  rows left out
 * @param {string} name
 */
function framed(title, header, rows, more, name) {
  const head = element(
    "tr",
    {},
    ...header.map((text, index) => element("th", { scope: "col", class: index > 1 ? "number" : "" }, text)),
  );
  return element(
    "div",
    { class: "framed" },
    element("h3", {}, title),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      element("table", { "data-table": name }, element("thead", {}, head), element("tbody", {}, ...rows)),
    ),
    more > 0 ? element("p", { class: "quiet" }, `and ${counted(more, "more row")}, which the total holds too`) : null,
  );
}
