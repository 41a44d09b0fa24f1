// What the keys do.

import { element } from "./dom.js";

const KEYS = [
  ["Tab, Enter", "choose a layer, a channel, a button"],
  ["Arrow keys", "in the network: from layer to layer; on the output: from pixel to pixel, five at a time with Shift"],
  ["Escape", "one level up"],
  [", and .", "the channel before and after"],
  ["[ and ]", "the input channel before and after"],
  ["p and n", "the layer before and after"],
  ["u", "what this unit looks for"],
  ["?", "this help"],
];

/** The dialog, closed at first. */
export function help() {
  const rows = KEYS.map(([keys, does]) => element("div", {}, element("dt", {}, keys), element("dd", {}, does)));
  const dialog = element(
    "dialog",
    { "aria-label": "Help" },
    element("h2", {}, "How to look around"),
    element(
      "p",
      {},
      "Choose a layer, then move over its output: the page shows the window that each number comes from, every product, and the sum. A click holds the place, another lets it go. On a touch screen, tap or drag.",
    ),
    element("dl", {}, ...rows),
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
  return dialog;
}
