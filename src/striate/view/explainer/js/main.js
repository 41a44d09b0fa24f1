// The page: three levels of zoom into one network and one image.

import { element } from "./dom.js";
import { help } from "./help.js";
import { Layer } from "./layer.js";
import { Network } from "./network.js";
import { enter, overview } from "./overview.js";
import { Guide, hashOf } from "./place.js";
import { unit } from "./unit.js";

/** @import { Place } from "./place.js" */

const explanation = JSON.parse(document.getElementById("explanation")?.textContent ?? "");
const network = new Network(explanation);
const stage = /** @type {HTMLElement} */ (document.getElementById("stage"));
const live = element("p", { class: "unseen", "aria-live": "polite" });
const path = element("nav", { class: "path", "aria-label": "Where you are" });
const helpBox = help();
const guide = new Guide(explanation.values.length, show);

/** @type {Layer | null} */
let layer = null;
/** @type {HTMLElement | null} */
let whole = null;
let speaking = 0;
let shows = 0;

/**
 * Tell those who listen, once the reader pauses.
 * @param {string} text
 */
function say(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    live.textContent = text;
  }, 200);
}

/** @param {Place} place */
async function show(place) {
  const turn = ++shows;
  if (place.level !== "network" && !network.producer(place.value)) {
    guide.go({ level: "network" });
    return;
  }
  if (place.level === "network") showNetwork(place);
  else {
    const numbers = await network.numbers(place.value);
    if (turn !== shows) return; // the reader has gone on
    if (layer?.value !== place.value) {
      layer?.stop();
      layer = new Layer(network, guide, place.value, numbers, say);
    }
    if (place.level === "layer") showLayer(place, layer);
    else {
      layer.stop();
      const shown = await unit(network, numbers, place);
      if (turn !== shows) return;
      stage.replaceChildren(shown);
      say(shown.getAttribute("aria-label") ?? "");
    }
  }
  const step = `${place.level} ${place.value}`;
  if (path.dataset.step !== step) tell(place); // not at every pixel: its buttons would lose the focus
  path.dataset.step = step;
  stage.dataset.place = hashOf(place);
}

/** @param {Place} place */
function showNetwork(place) {
  layer?.stop();
  layer = null;
  const back = whole !== null;
  whole ??= overview(network, guide);
  stage.replaceChildren(whole);
  if (back) /** @type {HTMLElement | null} */ (whole.querySelectorAll(".card button")[place.value])?.focus();
}

/** @param {Place} place @param {Layer} layer */
function showLayer(place, layer) {
  const entered = stage.firstElementChild !== layer.root;
  if (entered) stage.replaceChildren(layer.root);
  layer.update(place);
  if (entered) {
    layer.output.plane.root.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

/**
 * The way from the network to here.
 * @param {Place} place
 */
function tell(place) {
  const here = network.value(place.value);
  const steps = [link("Network", { level: "network" }, place.level === "network")];
  if (place.level !== "network") steps.push(link(here.name, { level: "layer" }, place.level === "layer"));
  if (place.level === "unit") steps.push(link("Unit", { level: "unit" }, true));
  const [before, after] = [neighbour(-1), neighbour(1)];
  path.replaceChildren(
    element("ol", {}, ...steps.map((step) => element("li", {}, step))),
    element(
      "span",
      { class: "tools" },
      place.level === "network" ? null : step("Layer before", "\u2190", before),
      place.level === "network" ? null : step("Layer after", "\u2192", after),
      element("button", { type: "button", "aria-label": "Help", click: () => helpBox.showModal() }, "?"),
    ),
  );
}

/**
 * @param {string} text
 * @param {Partial<Place>} change
 * @param {boolean} current
 */
function link(text, change, current) {
  return current
    ? element("span", { "aria-current": "page" }, text)
    : element("button", { type: "button", click: () => guide.go(change) }, text);
}

/**
 * @param {string} label
 * @param {string} text
 * @param {number | null} value
 */
function step(label, text, value) {
  return element(
    "button",
    {
      type: "button",
      "aria-label": label,
      disabled: value === null,
      click: () => value !== null && enter(network, guide, value, null),
    },
    text,
  );
}

/**
 * The layer before or after, in the order of computation.
 * @param {number} by
 */
function neighbour(by) {
  for (let value = guide.place.value + by; value >= 0 && value < explanation.values.length; value += by) {
    if (network.producer(value)) return value;
  }
  return null;
}

/** @param {KeyboardEvent} event */
async function press(event) {
  const typing = event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey || helpBox.open) return;
  const { level, value, channel } = guide.place;
  if (event.key === "?") helpBox.showModal();
  else if (event.key === "Escape") guide.up();
  if (level === "network") return;
  const output = await network.maps(value);
  const shift = async (/** @type {number} */ by) => {
    if (output.isRow) {
      const { position } = guide.place;
      const index = Math.max(0, Math.min(output.count - 1, output.index(0, position) + by));
      guide.go({ position: [0, Math.floor(index / output.width), index % output.width] });
    } else guide.go({ channel: Math.max(0, Math.min(output.channels - 1, channel + by)) });
  };
  const input = layer?.numbers.inputs[0];
  const from = (/** @type {number} */ by) =>
    guide.go({ from: Math.max(0, Math.min((input?.channels ?? 1) - 1, guide.place.from + by)) });
  const other = (/** @type {number} */ by) => {
    const found = neighbour(by);
    if (found !== null) enter(network, guide, found, null);
  };
  /** @type {Record<string, () => void>} */
  const keys = {
    ",": () => shift(-1),
    ".": () => shift(1),
    "[": () => from(-1),
    "]": () => from(1),
    p: () => other(-1),
    n: () => other(1),
    u: () => guide.go({ level: "unit" }),
  };
  keys[event.key]?.();
}

document.addEventListener("keydown", press);
stage.before(path);
stage.after(live, helpBox);
show(guide.place);
