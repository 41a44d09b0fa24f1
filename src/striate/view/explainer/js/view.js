// One value in a layer's scene.

import { endsOf, gradientOf } from "./colours.js";
import { briefly, element } from "./dom.js";
import { mapAt, mosaic, picture } from "./mosaic.js";
import { Plane } from "./plane.js";

/** @import { Maps } from "./maps.js" */
/** @import { Network } from "./network.js" */

const THUMB = 36;
const STRIP = 128; // maps in a strip at most; the list has all

/** A value's channel, large, with its name, its legend and all its channels to choose from. */
export class View {
  /**
   * @param {Network} network
   * @param {number} index
   * @param {Maps} maps
   * @param {string} role
   * @param {{ margin?: [number, number, number, number], onMove?: (row: number, column: number) => void,
   *   onChannel?: ((channel: number) => void) | null, onSlice?: (slice: number) => void }} options
   */
  constructor(network, index, maps, role, { margin = [0, 0, 0, 0], onMove, onChannel = null, onSlice }) {
    const value = network.value(index);
    this.maps = maps;
    this.range = { low: value.low, high: value.high };
    this.colour = index === 0 && maps.channels === 3 && role === "Image";
    this.channel = this.current = -1;
    const label = `${role}: ${value.name}`;
    this.plane = new Plane(maps.height, maps.width, { label, margin, ...(onMove && { onMove }) });
    this.heading = element("span", { class: "quiet" });
    this.field = element("span", { class: "quiet" });
    this.slider =
      maps.depth > 1
        ? element("input", {
            type: "range",
            min: 0,
            max: maps.depth - 1,
            "aria-label": `slice of ${value.name}`,
            disabled: !onSlice,
          })
        : null;
    this.slider?.addEventListener("input", () => onSlice?.(Number(this.slider?.value)));
    const legend = element("span", { class: "legend" });
    legend.style.setProperty("--colours", gradientOf(this.range));
    const [low, high] = endsOf(this.range).map(briefly);
    this.root = element(
      "figure",
      { class: role.split(" ")[0].toLowerCase() },
      element("figcaption", {}, element("strong", {}, `${role} `), `${value.name} `, this.heading),
      this.plane.root,
      this.slider,
      element("div", { class: "ends" }, this.colour ? null : [low, legend, high], this.field),
      onChannel && !maps.isRow && maps.channels > 1 ? this.#strip(onChannel, value.name) : null,
    );
  }

  /** @param {string} text */
  caption(text) {
    this.field.textContent = text;
  }

  /**
   * @param {number} channel
   * @param {number} slice
   * @param {string} heading
   */
  show(channel, slice, heading) {
    this.heading.textContent = heading;
    if (channel === this.channel && slice === this.current) return;
    [this.channel, this.current] = [channel, slice];
    this.plane.paint(padded(picture(this.maps, channel, slice, this.range, this.colour), this.maps));
    if (this.slider) this.slider.value = String(slice);
    if (this.picker) this.picker.value = String(channel);
  }

  /**
   * All channels, to be chosen by pointer, or by the list that keyboards and screen readers use.
   * @param {(channel: number) => void} onChannel
   * @param {string} name
   */
  #strip(onChannel, name) {
    const { channels } = this.maps;
    const options = Array.from({ length: channels }, (_, channel) =>
      element("option", { value: channel }, `channel ${channel}`),
    );
    this.picker = element("select", { "aria-label": `channel of ${name}` }, ...options);
    const picker = this.picker;
    picker.addEventListener("change", () => onChannel(Number(picker.value)));
    const shown = Math.min(STRIP, channels);
    const canvas = mosaic(this.maps, this.range, { columns: shown, side: THUMB, limit: shown });
    canvas.addEventListener("click", (event) => onChannel(mapAt(canvas, event, THUMB, shown)));
    return element("div", { class: "strip" }, picker, element("div", { class: "scroll" }, canvas));
  }
}

/**
 * A wrapped row may end before its last line does.
 * @param {ImageData | null} pixels
 * @param {Maps} maps
 */
function padded(pixels, maps) {
  if (pixels && maps.isRow) pixels.data.fill(0, 4 * maps.count);
  return pixels;
}
