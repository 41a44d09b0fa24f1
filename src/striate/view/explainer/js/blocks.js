// Numbers out of the page's blocks.

/** @import { Block } from "./schema.js" */

/** @type {Map<number, Promise<Float32Array>>} */
const known = new Map();

/**
 * The numbers of a block, decoded once.
 * @param {Block} block
 * @returns {Promise<Float32Array>}
 */
export function numbersOf(block) {
  let found = known.get(block.id);
  if (!found) {
    found = decode(block);
    known.set(block.id, found);
  }
  return found;
}

/** @param {Block} block */
async function decode(block) {
  const text = document.getElementById(`block-${block.id}`)?.textContent ?? "";
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (block.type === "uint8") return Float32Array.from(planes);
  const size = block.type === "float32" ? 4 : 2;
  const bytes = interleave(planes, size).buffer;
  return size === 4 ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), float16);
}

/**
 * Bytes in the order of the numbers: they come as all first bytes, then all second ones, which packs better.
 * @param {Uint8Array} planes
 * @param {number} size
 */
function interleave(planes, size) {
  const count = planes.length / size;
  const bytes = new Uint8Array(planes.length);
  for (let byte = 0; byte < size; byte++) {
    for (let item = 0; item < count; item++) bytes[item * size + byte] = planes[byte * count + item];
  }
  return bytes;
}

/**
 * The number that 16 bits of IEEE 754's binary16 stand for.
 * @param {number} bits
 */
function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
