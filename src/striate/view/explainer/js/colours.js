// Numbers as colours: grey where none is negative, else blue below zero and orange above, which the colour-blind tell
// apart.

/** @typedef {{ low: number, high: number }} Range */
/** @typedef {[number, number, number]} Colour */

/** @type {Colour} */
const BELOW = [0, 90, 160];
/** @type {Colour} */
const ABOVE = [200, 80, 0];
/** @type {Colour} */
const ZERO = [247, 247, 244];

/**
 * The colour of a number.
 * @param {number} value
 * @param {Range} range  of the whole layer, so that its maps can be compared
 * @returns {Colour}
 */
export function colourOf(value, { low, high }) {
  if (low >= 0) {
    const grey = Math.round((255 * value) / (high || 1));
    return [grey, grey, grey];
  }
  const largest = Math.max(-low, high);
  const share = Math.min(1, Math.abs(value) / (largest || 1));
  const end = value < 0 ? BELOW : ABOVE;
  return /** @type {Colour} */ (ZERO.map((zero, band) => Math.round(zero + (end[band] - zero) * Math.sqrt(share))));
}

/**
 * Black or white, whichever can be read better on a colour; either has a contrast of 4.5 or more.
 * @param {Colour} colour
 */
export function inkOn(colour) {
  const linear = colour.map((band) => (band <= 10 ? band / 3295 : ((band / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]; // WCAG 2.1
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

/**
 * Pixels of a picture of one band, or of an image of three.
 * @param {(Float32Array | null)[]} bands
 * @param {number} height
 * @param {number} width
 * @param {Range} range
 */
export function pixelsOf(bands, height, width, range) {
  const pixels = new ImageData(width, height);
  const span = range.high - range.low || 1;
  for (let item = 0; item < (bands[0]?.length ?? 0); item++) {
    const colour =
      bands.length === 3
        ? bands.map((band) => (255 * ((band?.[item] ?? 0) - range.low)) / span)
        : colourOf(bands[0]?.[item] ?? 0, range);
    pixels.data.set([...colour, 255], 4 * item);
  }
  return pixels;
}

/**
 * The legend of a range, as a CSS gradient.
 * @param {Range} range
 */
export function gradientOf(range) {
  const largest = Math.max(-range.low, range.high);
  const from = range.low >= 0 ? 0 : -largest;
  const steps = Array.from({ length: 9 }, (_, step) => from + ((largest - from) * step) / 8);
  return `linear-gradient(to right, ${steps.map((value) => `rgb(${colourOf(value, range).join(" ")})`).join(", ")})`;
}

/**
 * The two ends of a range's legend.
 * @param {Range} range
 */
export function endsOf({ low, high }) {
  return low >= 0 ? [0, high] : [-Math.max(-low, high), Math.max(-low, high)];
}
