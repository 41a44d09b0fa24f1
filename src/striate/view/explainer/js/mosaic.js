// Many maps in one picture: the thumbnails of a value.

import { pixelsOf } from "./colours.js";
import { element } from "./dom.js";

/** @import { Maps } from "./maps.js" */
/** @import { Range } from "./colours.js" */

const GAP = 2; // device-independent pixels between two maps

/**
 * The pixels of one slice of a channel, or of an image of three channels.
 * @param {Maps} maps
 * @param {number} channel
 * @param {number} slice
 * @param {Range} range
 * @param {boolean} [colour]
 */
export function picture(maps, channel, slice, range, colour = false) {
  if (!maps.numbers) return null;
  const bands = colour ? [0, 1, 2].map((band) => maps.picture(band, slice)) : [maps.picture(channel, slice)];
  return pixelsOf(bands, maps.height, maps.width, range);
}

/**
 * A canvas with the first maps of a value, `columns` of them in a row, each `side` wide.
 * @param {Maps} maps
 * @param {Range} range
 * @param {{ columns: number, side: number, limit: number, colour?: boolean }} options
 */
export function mosaic(maps, range, { columns, side, limit, colour = false }) {
  const count = colour ? 1 : Math.min(limit, maps.channels);
  const across = Math.min(columns, count);
  const slice = Math.floor(maps.depth / 2);
  const flat = maps.height === 1 && maps.width > 1;
  const high = flat ? Math.max(4, Math.round(side / 4)) : Math.max(4, Math.round((side * maps.height) / maps.width));
  const density = Math.min(2, devicePixelRatio);
  const width = across * (side + GAP) - GAP;
  const height = Math.ceil(count / across) * (high + GAP) - GAP;
  const canvas = element("canvas", { width: width * density, height: height * density, "aria-hidden": "true" });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext("2d");
  const one = new OffscreenCanvas(maps.width, maps.height);
  if (!context) return canvas;
  context.scale(density, density);
  context.imageSmoothingEnabled = maps.width > side * density;
  for (let channel = 0; channel < count; channel++) {
    const pixels = picture(maps, channel, slice, range, colour);
    const [left, top] = [(channel % across) * (side + GAP), Math.floor(channel / across) * (high + GAP)];
    if (pixels) {
      one.getContext("2d")?.putImageData(pixels, 0, 0);
      context.drawImage(one, left, top, side, high);
    }
  }
  return canvas;
}

/**
 * Which map of a mosaic a point lies on.
 * @param {HTMLCanvasElement} canvas
 * @param {{ clientX: number, clientY: number }} point
 * @param {number} side
 * @param {number} channels
 */
export function mapAt(canvas, point, side, channels) {
  const box = canvas.getBoundingClientRect();
  const across = Math.round((box.width + GAP) / (side + GAP));
  const down = Math.ceil(channels / across);
  const column = Math.floor(((point.clientX - box.left) / (box.width + GAP)) * across);
  const row = Math.floor(((point.clientY - box.top) / (box.height + GAP)) * down);
  return Math.max(0, Math.min(channels - 1, row * across + column));
}
