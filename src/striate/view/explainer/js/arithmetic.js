// How one number of an operation's output comes about, from the numbers in the page.

/** @import { Operation } from "./schema.js" */
/** @import { Maps, Position } from "./maps.js" */

/**
 * @typedef {object} Reading  a tap of the window
 * @property {number[]} tap  its place in the kernel
 * @property {Position | null} seat  where it stands over the input, its padding included; null where it has no place
 * @property {Position | null} source  which input it reads; null in padding, or where a transposed window has none
 *
 * @typedef {object} Term
 * @property {string} label
 * @property {Reading | null} reading
 * @property {number} input
 * @property {number} weight
 * @property {number} product
 *
 * @typedef {object} Part  what one input channel, one input unit or one input value gives
 * @property {string} label
 * @property {number} channel  of the input; -1 where there is none to choose
 * @property {number} sum
 *
 * @typedef {object} Arithmetic
 * @property {Reading[]} readings  the window over each input
 * @property {Term[]} terms  of the chosen input channel
 * @property {Part[]} parts  of all
 * @property {number} chosen  which part the terms are of; -1 where they are of none
 * @property {number[]} channels  the channel that is read of each input; -1 where none is
 * @property {number | null} bias
 * @property {number | null} divisor
 * @property {number} winner  which term a maximum or minimum takes; -1 elsewhere
 * @property {number | null} total  what the numbers give; null where the operation is not taken apart
 *
 * @typedef {object} Numbers
 * @property {Maps[]} inputs
 * @property {Maps} output
 * @property {Float32Array | null} weight
 * @property {Float32Array | null} bias
 */

/**
 * Take one output number apart.
 * @param {Operation} operation
 * @param {Numbers} numbers
 * @param {number} channel  of the output
 * @param {Position} position  of the output
 * @param {number} from  the input channel whose products are wanted
 * @returns {Arithmetic}
 */
export function takeApart(operation, numbers, channel, position, from) {
  if (numbers.inputs.some((maps) => !maps.numbers)) return nothing();
  switch (operation.kind) {
    case "convolution":
      return convolution(operation, numbers, channel, position, from);
    case "pooling":
      return pooling(operation, numbers, channel, position);
    case "linear":
      return linear(numbers, channel, position);
    case "scaling":
      return scaling(numbers, channel, position);
    case "sum":
    case "product":
      return joining(operation, numbers, channel, position);
    case "pointwise":
      return single(numbers.inputs[0], channel, position);
    case "concatenation":
      return concatenation(numbers, channel, position);
    case "rearrangement":
      return rearrangement(numbers, channel, position);
    default:
      return nothing();
  }
}

/**
 * Every tap of the window at a position, the last axis fastest.
 * @param {Operation} operation
 * @param {number[]} place  an output position, an axis of space each
 * @returns {Reading[]}
 */
export function readingsAt(operation, place) {
  /** @type {{ tap: number[], seat: (number | null)[], source: (number | null)[] }[]} */
  let found = [{ tap: [], seat: [], source: [] }];
  operation.reads.forEach((outputs, axis) => {
    const window = operation.windows[axis];
    const start = window && place[axis] * window.stride - window.before;
    found = found.flatMap(({ tap, seat, source }) =>
      outputs[place[axis] ?? 0].map((read, index) => ({
        tap: [...tap, index],
        seat: [...seat, read ?? (window ? (start ?? 0) + index * window.dilation : null)],
        source: [...source, read],
      })),
    );
  });
  return found.map(({ tap, seat, source }) => ({ tap, seat: asPosition(seat), source: asPosition(source) }));
}

/**
 * @param {(number | null)[]} axes
 * @returns {Position | null}
 */
function asPosition(axes) {
  return axes.includes(null) ? null : /** @type {Position} */ ([axes.at(-3) ?? 0, axes.at(-2) ?? 0, axes.at(-1) ?? 0]);
}

/**
 * @param {Operation} operation
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @param {number} from
 * @returns {Arithmetic}
 */
function convolution(operation, numbers, channel, position, from) {
  const { output, weight, bias } = numbers;
  const input = numbers.inputs[0];
  const readings = readingsAt(operation, output.axes(position));
  const outputsOfGroup = output.channels / operation.groups;
  const inputsOfGroup = input.channels / operation.groups;
  const first = Math.floor(channel / outputsOfGroup) * inputsOfGroup;
  const chosen = Math.max(0, Math.min(inputsOfGroup - 1, from - first));
  const channels = [first + chosen];
  if (!weight) return { ...nothing(), readings, channels };
  // the kernel's own sizes; every output has as many taps
  const taps = operation.reads.reduce((product, outputs) => product * outputs[0].length, 1);
  const kernelStart = (/** @type {number} */ of) =>
    taps *
    (operation.transposed ? of * outputsOfGroup + (channel % outputsOfGroup) : channel * inputsOfGroup + of - first);
  const inputAt = (/** @type {number} */ of, /** @type {Reading} */ { source }) =>
    source ? input.at(of, source) : operation.outside;

  const parts = [];
  for (let of = first; of < first + inputsOfGroup; of++) {
    const start = kernelStart(of);
    const sum = readings.reduce((sum, reading, tap) => sum + inputAt(of, reading) * weight[start + tap], 0);
    parts.push({ label: `channel ${of}`, channel: of, sum });
  }
  const start = kernelStart(first + chosen);
  const terms = readings.map((reading, tap) => {
    const value = inputAt(first + chosen, reading);
    return term(`tap ${reading.tap.join(", ")}`, reading, value, weight[start + tap]);
  });
  const constant = bias ? bias[channel] : null;
  const total = parts.reduce((sum, part) => sum + part.sum, constant ?? 0);
  return { ...nothing(), readings, terms, parts, chosen, channels, bias: constant, total };
}

/**
 * @param {Operation} operation
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function pooling(operation, numbers, channel, position) {
  const place = numbers.output.isRow ? [] : numbers.output.axes(position);
  const of = numbers.output.isRow ? numbers.output.index(0, position) : channel;
  const readings = readingsAt(operation, place);
  const inside = readings.filter(({ source }) => source);
  const terms = inside.map((reading) => {
    const value = numbers.inputs[0].at(of, /** @type {Position} */ (reading.source));
    return term(`tap ${reading.tap.join(", ")}`, reading, value, 1);
  });
  const values = terms.map(({ input }) => input);
  const channels = [of];
  if (operation.reduction === "max" || operation.reduction === "min") {
    const total = operation.reduction === "max" ? Math.max(...values) : Math.min(...values);
    return { ...nothing(), readings, terms, channels, winner: values.indexOf(total), total };
  }
  const sum = values.reduce((sum, value) => sum + value, 0);
  if (operation.reduction === "sum") return { ...nothing(), readings, terms, channels, total: sum };
  const divisor = (operation.divisors ?? []).reduce((product, counts, axis) => product * counts[place[axis] ?? 0], 1);
  return { ...nothing(), readings, terms, channels, divisor, total: sum / divisor };
}

/**
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function linear(numbers, channel, position) {
  const { output, weight, bias } = numbers;
  if (!weight) return nothing();
  const inputs = /** @type {number} */ (numbers.inputs[0].shape.at(-1));
  const outputs = /** @type {number} */ (output.shape.at(-1));
  const index = output.index(channel, position);
  const [row, unit] = [Math.floor(index / outputs), index % outputs];
  const { numbers: values, width } = numbers.inputs[0];
  const terms = Array.from({ length: inputs }, (_, from) => {
    /** @type {Position} */
    const seat = numbers.inputs[0].isRow
      ? [0, Math.floor(from / width), from % width]
      : [0, row % numbers.inputs[0].height, from];
    const value = /** @type {Float32Array} */ (values)[row * inputs + from];
    return term(`unit ${from}`, { tap: [from], seat, source: seat }, value, weight[unit * inputs + from]);
  });
  const constant = bias ? bias[unit] : null;
  const total = terms.reduce((sum, { product }) => sum + product, constant ?? 0);
  return { ...nothing(), terms, channels: [channel], bias: constant, total };
}

/**
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function scaling(numbers, channel, position) {
  const { output, weight, bias } = numbers;
  if (!weight || !bias) return nothing();
  const of = output.isRow ? output.index(channel, position) : channel;
  const reading = { tap: [], seat: position, source: position };
  const only = term(
    output.words(position),
    reading,
    numbers.inputs[0].at(channel, position),
    weight[of % weight.length],
  );
  const constant = bias[of % bias.length];
  return {
    ...nothing(),
    readings: [reading],
    terms: [only],
    channels: [channel],
    bias: constant,
    total: only.product + constant,
  };
}

/**
 * Sum or product of the inputs at the same place; an axis of length 1 stands for every place.
 * @param {Operation} operation
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function joining(operation, numbers, channel, position) {
  const parts = numbers.inputs.map((maps, index) => {
    const place = maps.inside(position);
    return { label: `input ${index}`, channel: -1, sum: maps.at(Math.min(channel, maps.channels - 1), place) };
  });
  const values = parts.map(({ sum }) => sum);
  const total =
    operation.kind === "sum"
      ? values.reduce((sum, value) => sum + value, 0)
      : values.reduce((all, value) => all * value, 1);
  const channels = numbers.inputs.map((maps) => Math.min(channel, maps.channels - 1));
  return { ...single(numbers.inputs[0], channel, position), terms: [], parts, channels, total };
}

/**
 * @param {Maps} input
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function single(input, channel, position) {
  const reading = { tap: [], seat: position, source: position };
  const only = term(input.words(position), reading, input.at(channel, position), 1);
  return { ...nothing(), readings: [reading], terms: [only], channels: [channel] };
}

/**
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function concatenation(numbers, channel, position) {
  let first = 0;
  for (const [index, maps] of numbers.inputs.entries()) {
    if (channel < first + maps.channels) {
      const found = single(maps, channel - first, position);
      const part = { label: `input ${index}, channel ${channel - first}`, channel: -1, sum: found.terms[0].input };
      const channels = numbers.inputs.map((_, other) => (other === index ? channel - first : -1));
      return { ...found, terms: [], parts: [part], channels, total: part.sum };
    }
    first += maps.channels;
  }
  return nothing();
}

/**
 * @param {Numbers} numbers
 * @param {number} channel
 * @param {Position} position
 * @returns {Arithmetic}
 */
function rearrangement(numbers, channel, position) {
  const [input] = numbers.inputs;
  const index = numbers.output.index(channel, position);
  const from = Math.floor(index / input.size);
  const rest = index % input.size;
  const [slice, inSlice] = [Math.floor(rest / input.area), rest % input.area];
  const found = single(input, from, [slice, Math.floor(inSlice / input.width), inSlice % input.width]);
  return { ...found, total: found.terms[0].input };
}

/**
 * @param {string} label
 * @param {Reading | null} reading
 * @param {number} input
 * @param {number} weight
 * @returns {Term}
 */
function term(label, reading, input, weight) {
  return { label, reading, input, weight, product: input * weight };
}

/** @returns {Arithmetic} */
function nothing() {
  return {
    readings: [],
    terms: [],
    parts: [],
    chosen: -1,
    channels: [],
    bias: null,
    divisor: null,
    winner: -1,
    total: null,
  };
}
