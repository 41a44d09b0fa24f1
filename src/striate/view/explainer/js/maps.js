// A value's numbers as pictures: channels of up to three axes.

/** @typedef {[number, number, number]} Position  slice, row, column */

/**
 * The feature maps of a value. A row of numbers is one map, wrapped to rows that are about as many as they are long.
 */
export class Maps {
  /**
   * @param {number[]} shape
   * @param {Float32Array | null} numbers
   */
  constructor(shape, numbers) {
    this.shape = shape;
    this.numbers = numbers;
    /** Whether each number is a unit of its own, as after a linear layer. */
    this.isRow = shape.length < 2;
    const space = this.isRow ? [] : shape.slice(1);
    this.rank = space.length;
    this.count = shape.reduce((product, size) => product * size, 1);
    this.channels = this.isRow ? 1 : shape[0];
    if (this.isRow) {
      this.width = rowLength(this.count);
      this.height = Math.ceil(this.count / this.width);
      this.depth = 1;
    } else {
      this.width = space.at(-1) ?? 1;
      this.height = space.at(-2) ?? 1;
      this.depth = space.slice(0, -2).reduce((product, size) => product * size, 1);
    }
    this.area = this.height * this.width;
    this.size = this.isRow ? this.count : this.depth * this.area;
  }

  /**
   * Where a number stands among all.
   * @param {number} channel
   * @param {Position} position
   */
  index(channel, [slice, row, column]) {
    return channel * this.size + (slice * this.height + row) * this.width + column;
  }

  /**
   * @param {number} channel
   * @param {Position} position
   */
  at(channel, position) {
    return this.numbers?.[this.index(channel, position)] ?? Number.NaN;
  }

  /**
   * One slice of one channel, rows first.
   * @param {number} channel
   * @param {number} [slice]
   */
  picture(channel, slice = 0) {
    const start = channel * this.size + slice * this.area;
    return this.numbers?.subarray(start, Math.min(start + this.area, (channel + 1) * this.size)) ?? null;
  }

  /**
   * The nearest position that exists.
   * @param {Position} position
   * @returns {Position}
   */
  inside([slice, row, column]) {
    const clipped = (/** @type {number} */ index, /** @type {number} */ size) => Math.max(0, Math.min(size - 1, index));
    /** @type {Position} */
    const found = [clipped(slice, this.depth), clipped(row, this.height), clipped(column, this.width)];
    if (this.isRow) {
      const unit = Math.min(found[1] * this.width + found[2], this.count - 1);
      return [0, Math.floor(unit / this.width), unit % this.width];
    }
    return found;
  }

  /**
   * The position with the largest number of a channel.
   * @param {number} channel
   * @returns {Position}
   */
  strongest(channel) {
    const start = channel * this.size;
    let best = 0;
    for (let item = 1; item < this.size; item++) {
      if ((this.numbers?.[start + item] ?? 0) > (this.numbers?.[start + best] ?? 0)) best = item;
    }
    const inSlice = best % this.area;
    return [Math.floor(best / this.area), Math.floor(inSlice / this.width), inSlice % this.width];
  }

  /**
   * The axes of space of a position: none of a row, else as many as the value has.
   * @param {Position} position
   */
  axes(position) {
    return position.slice(3 - this.rank);
  }

  /**
   * A position in words.
   * @param {Position} position
   */
  words([slice, row, column]) {
    if (this.isRow) return `unit ${row * this.width + column}`;
    if (this.rank === 1) return `position ${column}`;
    return `${this.depth > 1 ? `slice ${slice}, ` : ""}row ${row}, column ${column}`;
  }
}

/**
 * The length of the rows that so many numbers are wrapped to: one row of a few, else the best divisor near a square.
 * @param {number} count
 */
function rowLength(count) {
  if (count <= 16) return Math.max(1, count);
  const root = Math.ceil(Math.sqrt(count));
  for (let length = root; length <= 2 * root; length++) {
    if (count % length === 0) return length;
  }
  return root;
}
