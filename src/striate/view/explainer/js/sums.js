// The arithmetic of one number: grids, an equation, tables, and a sentence.

import { counted, element, exactly, numeral } from "./dom.js";
import { pooled, products } from "./grids.js";
import { contributionTable, partTable, tables, termTable } from "./tables.js";

/** @import { Arithmetic, Numbers } from "./arithmetic.js" */
/** @import { Network } from "./network.js" */
/** @import { Operation } from "./schema.js" */
/** @import { Guide, Place } from "./place.js" */

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
