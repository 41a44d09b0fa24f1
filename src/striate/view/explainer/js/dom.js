// Elements, and numbers as people read them.

/** @typedef {Record<string, string | number | boolean | null | ((event: any) => void)>} Attributes */
/** @typedef {Node | string | number | null | (Node | string | number | null)[]} Child */

/**
 * Make an HTML element. An attribute that is a function listens to the event of that name, one that is false or null is
 * left out, one that is true has no value.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function drawing(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * @template {Element} T
 * @param {T} made
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(
    ...children
      .flat()
      .filter((child) => child !== null)
      .map((child) => (child instanceof Node ? child : String(child))),
  );
  return made;
}

/**
 * A number to six places, as text.
 * @param {number} value
 */
export function exactly(value) {
  const text = Math.abs(value) >= 1e6 ? value.toPrecision(9) : value.toFixed(6);
  return signed(Number(text) === 0 ? text.replace("-", "") : text);
}

/**
 * A number as it fits into a cell.
 * @param {number} value
 */
export function briefly(value) {
  const size = Math.abs(value);
  if (size >= 9999.5) return signed(value.toExponential(0));
  const text = value.toFixed(size >= 99.5 ? 0 : size >= 9.95 ? 1 : 2);
  return signed(Number(text) === 0 ? text.replace("-", "") : text);
}

/** @param {string} text */
function signed(text) {
  return text.replace("-", "\u2212"); // the minus sign is as wide as a digit
}

/**
 * A number in the page, with all its digits for those who read it by a program.
 * @param {number} value
 * @param {string} [role]  what number it is
 */
export function numeral(value, role) {
  return element("data", { value, "data-is": role ?? null }, exactly(value));
}

/**
 * A count with its noun.
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Sizes in words.
 * @param {number[]} shape
 */
export function sizes(shape) {
  return shape.length ? shape.join(" \u00d7 ") : "1";
}
