// What the network says in the end: the likeliest classes.

import { element, numeral } from "./dom.js";

/** @import { Network } from "./network.js" */
/** @import { Guide } from "./place.js" */

const SHOWN = 10;

/**
 * A bar for each of the likeliest classes; choosing one opens its sum.
 * @param {Network} network
 * @param {Guide} guide
 */
export function scores(network, guide) {
  const { shares, result } = network.explanation;
  const ranked = [...(shares ?? []).entries()].sort(([, one], [, other]) => other - one).slice(0, SHOWN);
  const rows = element("ol", { class: "scores" });
  network.maps(result).then((maps) => {
    rows.append(
      ...ranked.map(([unit, share]) => {
        const bar = element("span", { class: "bar" });
        bar.style.setProperty("--share", String(share));
        const open = () =>
          guide.go({
            level: "layer",
            value: result,
            channel: 0,
            position: [0, Math.floor(unit / maps.width), unit % maps.width],
            from: 0,
          });
        return element(
          "li",
          {},
          element(
            "button",
            { type: "button", click: open },
            element("span", {}, network.explanation.classes[unit] ?? `class ${unit}`),
            bar,
            element("span", { class: "share" }, `${(100 * share).toFixed(1)} %`),
            numeral(maps.at(0, [0, Math.floor(unit / maps.width), unit % maps.width]), "score"),
          ),
        );
      }),
    );
  });
  return element(
    "div",
    {},
    element("h2", {}, "What it takes the image for"),
    element("p", { class: "quiet" }, "Share (softmax) and score; the likeliest classes first."),
    rows,
  );
}
