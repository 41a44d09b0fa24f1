// Every product, and what each input gives, as tables.

import { counted, element, numeral } from "./dom.js";

/** @import { Reading } from "./arithmetic.js" */
/** @import { Shown } from "./sums.js" */

const TABLE = 250; // rows at most
const PARTS = 12; // parts at most, the largest; the others are added up

/** @param {...HTMLElement} children */
export function tables(...children) {
  return element("div", { class: "tables" }, ...children);
}

/**
 * Every product of the chosen channel.
 * @param {Shown} shown
 */
export function termTable({ operation, arithmetic: { terms, channels, winner } }) {
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
export function partTable({ guide, arithmetic: { parts, chosen } }, title) {
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
export function contributionTable({ arithmetic: { terms } }) {
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
