// The network that the page explains: its values and operations, with their numbers at hand when asked for.

import { numbersOf } from "./blocks.js";
import { Maps } from "./maps.js";

/** @import { Explanation, Operation, Value } from "./schema.js" */
/** @import { Numbers } from "./arithmetic.js" */

export class Network {
  /** @param {Explanation} explanation */
  constructor(explanation) {
    this.explanation = explanation;
    /** @type {Map<number, Promise<Maps>>} */
    this.known = new Map();
  }

  /**
   * @param {number} index
   * @returns {Value}
   */
  value(index) {
    return this.explanation.values[index];
  }

  /**
   * The operation that made a value.
   * @param {number} index
   * @returns {Operation | null}
   */
  producer(index) {
    const { producer } = this.value(index);
    return producer === null ? null : this.explanation.operations[producer];
  }

  /**
   * The maps of a value; without numbers where they were not kept.
   * @param {number} index
   */
  maps(index) {
    let found = this.known.get(index);
    if (!found) {
      const { shape, numbers } = this.value(index);
      found = numbers
        ? numbersOf(numbers).then((decoded) => new Maps(shape, decoded))
        : Promise.resolve(new Maps(shape, null));
      this.known.set(index, found);
    }
    return found;
  }

  /**
   * All that the arithmetic of a value needs.
   * @param {number} index
   * @returns {Promise<Numbers>}
   */
  async numbers(index) {
    const operation = this.producer(index);
    const [output, weight, bias, ...inputs] = await Promise.all([
      this.maps(index),
      operation?.weight ? numbersOf(operation.weight) : null,
      operation?.bias ? numbersOf(operation.bias) : null,
      ...(operation?.inputs ?? []).map((input) => this.maps(input)),
    ]);
    return { output, weight, bias, inputs };
  }

  /**
   * A channel, or a unit of the result by its class.
   * @param {number} index
   * @param {number} unit
   */
  unitName(index, unit) {
    const { classes, result } = this.explanation;
    return index === result && classes[unit] !== undefined ? `class ${classes[unit]}` : `unit ${unit}`;
  }
}
