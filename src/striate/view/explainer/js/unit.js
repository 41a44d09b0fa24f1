// The third level: one unit, and what it looks for.

import { numbersOf } from "./blocks.js";
import { pixelsOf } from "./colours.js";
import { element, numeral } from "./dom.js";
import { Maps } from "./maps.js";
import { mosaic } from "./mosaic.js";

/** @import { Network } from "./network.js" */
/** @import { Numbers } from "./arithmetic.js" */
/** @import { Place } from "./place.js" */
/** @import { Operation } from "./schema.js" */
/** @import { Position } from "./maps.js" */

const KERNELS = 64; // of a filter, at most
const BEST = 6; // patches
const SIDE = 72;
const ZERO = 128; // the byte that stands for it in a projection

/**
 * @param {Network} network
 * @param {Numbers} numbers
 * @param {Place} place
 * @returns {Promise<HTMLElement>}
 */
export async function unit(network, numbers, place) {
  const operation = /** @type {Operation} */ (network.producer(place.value));
  const { output } = numbers;
  const image = await network.maps(0);
  const channel = output.isRow
    ? output.index(0, output.inside(place.position))
    : Math.min(place.channel, output.channels - 1);
  const name = output.isRow
    ? network.unitName(place.value, channel)
    : `map ${channel} of ${network.value(place.value).name}`;
  const parts = [
    filter(operation, numbers, channel),
    bestHere(network, numbers, place, image, output.isRow ? 0 : channel),
    await ofData(operation, channel, image),
    await projection(operation, channel, image),
  ];
  return element(
    "section",
    { class: "unit", "aria-label": name },
    element("h2", {}, `What ${name} looks for`),
    ...parts.filter((part) => part !== null),
  );
}

/**
 * @param {Operation} operation
 * @param {Numbers} numbers
 * @param {number} channel
 */
function filter(operation, { weight, inputs, output }, channel) {
  if (!weight || !["convolution", "linear"].includes(operation.kind)) return null;
  const kernel = operation.kind === "linear" ? [] : operation.reads.map((outputs) => outputs[0].length);
  const taps = kernel.reduce((product, size) => product * size, 1);
  const each = operation.kind === "linear" ? (inputs[0].shape.at(-1) ?? 1) : inputs[0].channels / operation.groups;
  const perGroup = output.channels / operation.groups;
  const numbers = operation.transposed
    ? Float32Array.from({ length: each * taps }, (_, item) => {
        const from = Math.floor(channel / perGroup) * each + Math.floor(item / taps);
        return weight[(from * perGroup + (channel % perGroup)) * taps + (item % taps)];
      })
    : weight.subarray(channel * each * taps, (channel + 1) * each * taps);
  const maps = new Maps(operation.kind === "linear" ? [each] : [each, ...kernel], numbers);
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const picture = mosaic(
    maps,
    { low: -largest, high: largest },
    { columns: 8, side: maps.isRow ? 4 * SIDE : SIDE / 1.5, limit: KERNELS },
  );
  const count = maps.isRow
    ? `its ${each} weights`
    : `${Math.min(KERNELS, each)} of its ${each} kernels, one an input channel`;
  return part("Its filter", picture, `${count}; blue below zero, orange above, up to ${largest.toPrecision(2)}`);
}

/**
 * The parts of this image that the unit answers to most.
 * @param {Network} network
 * @param {Numbers} numbers
 * @param {Place} place
 * @param {Maps} image
 * @param {number} channel
 */
function bestHere(network, { output }, place, image, channel) {
  const { fields } = network.value(place.value);
  if (!fields || !output.numbers) return null;
  const found = output.isRow ? [output.inside(place.position)] : distinct(output, channel, fields);
  const { low, high } = network.value(0);
  const pictures = found.map((position) => {
    const axes = output.axes(position);
    const spans = fields.map((positions, axis) => positions[axes[axis] ?? 0] ?? positions[0]);
    return element(
      "figure",
      {},
      crop(image, spans, { low, high }),
      element("figcaption", {}, numeral(output.at(channel, position), "answer"), ` at ${output.words(position)}`),
    );
  });
  return part(
    "Where it answers most in this image",
    element("div", { class: "patches" }, ...pictures),
    "the pixels that each answer depends on",
  );
}

/**
 * The strongest positions of a channel that see different parts of the image.
 * @param {Maps} maps
 * @param {number} channel
 * @param {[number, number][][]} fields
 */
function distinct(maps, channel, fields) {
  /** @type {Position[]} */
  const all = Array.from({ length: maps.size }, (_, item) => {
    const inSlice = item % maps.area;
    return [Math.floor(item / maps.area), Math.floor(inSlice / maps.width), inSlice % maps.width];
  });
  all.sort((one, other) => maps.at(channel, other) - maps.at(channel, one));
  /** @type {Position[]} */
  const kept = [];
  for (const position of all) {
    if (kept.length === BEST) break;
    const apart = kept.every((other) =>
      fields.some((spans, axis) => {
        const [one, two] = [spans[maps.axes(position)[axis]], spans[maps.axes(other)[axis]]];
        return one && two && Math.abs(one[0] - two[0]) > (one[1] - one[0]) / 2;
      }),
    );
    if (!kept.length || apart) kept.push(position);
  }
  return kept;
}

/**
 * A part of the image.
 * @param {Maps} image
 * @param {[number, number][]} spans  an axis: first and last pixel
 * @param {{ low: number, high: number }} range
 */
function crop(image, spans, range) {
  const [rows, columns] = [spans.at(-2) ?? [0, 0], spans.at(-1) ?? [0, 0]];
  const slices = spans.at(-3) ?? [0, 0];
  const slice = Math.floor((slices[0] + slices[1]) / 2);
  const [height, width] = [rows[1] - rows[0] + 1, columns[1] - columns[0] + 1];
  const bands = Array.from({ length: image.channels === 3 ? 3 : 1 }, (_, band) =>
    Float32Array.from({ length: height * width }, (_, item) =>
      image.at(band, [slice, rows[0] + Math.floor(item / width), columns[0] + (item % width)]),
    ),
  );
  return drawn(bands, height, width, range);
}

/**
 * @param {(Float32Array | null)[]} bands
 * @param {number} height
 * @param {number} width
 * @param {{ low: number, high: number }} range
 */
function drawn(bands, height, width, range) {
  const canvas = element("canvas", { width, height, class: "patch", "aria-hidden": "true" });
  canvas.getContext("2d")?.putImageData(pixelsOf(bands, height, width, range), 0, 0);
  return canvas;
}

/**
 * The patches of the data set that excite the unit most.
 * @param {Operation} operation
 * @param {number} channel
 * @param {Maps} image
 */
async function ofData({ units }, channel, image) {
  const order = units?.channels.indexOf(channel) ?? -1;
  if (!units?.patches || order < 0) return null;
  const numbers = await numbersOf(units.patches);
  const [, count, bands, ...space] = units.patches.shape;
  const size = space.reduce((product, length) => product * length, 1);
  const [height, width] = [space.at(-2) ?? 1, space.at(-1) ?? 1];
  const pictures = Array.from({ length: count }, (_, rank) => {
    const start = (order * count + rank) * bands * size;
    const shown = Array.from({ length: image.channels === 3 ? 3 : 1 }, (_, band) => {
      const first = start + band * size + Math.floor(size / (height * width) / 2) * height * width;
      return numbers.subarray(first, first + height * width);
    });
    return element(
      "figure",
      {},
      drawn(shown, height, width, { low: 0, high: 255 }),
      element("figcaption", {}, numeral(units.answers[order][rank], "answer")),
    );
  });
  return part(
    "Its best patches of the data",
    element("div", { class: "patches" }, ...pictures),
    "what excites it most, best first",
  );
}

/**
 * @param {Operation} operation
 * @param {number} channel
 * @param {Maps} image
 */
async function projection({ units }, channel, image) {
  const order = units?.channels.indexOf(channel) ?? -1;
  if (!units?.projections || order < 0) return null;
  const numbers = await numbersOf(units.projections);
  const signal = numbers.subarray(order * image.count, (order + 1) * image.count).map((byte) => byte - ZERO);
  const one = new Maps(image.shape, signal);
  const slice = Math.floor(one.depth / 2);
  const colour = image.channels === 3;
  const bands = Array.from({ length: colour ? 3 : 1 }, (_, band) => one.picture(band, slice));
  const canvas = drawn(bands, one.height, one.width, { low: -ZERO, high: ZERO });
  canvas.classList.add("large");
  const caption =
    "its strongest answer in this image, projected back to the pixels through the switches of the pooling (Zeiler and Fergus, 2014)";
  return part("Its DeconvNet projection", canvas, colour ? `${caption}; grey is zero` : `${caption}; white is zero`);
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 * @param {string} note
 */
function part(title, content, note) {
  return element("div", { class: "part" }, element("h3", {}, title), content, element("p", { class: "quiet" }, note));
}
