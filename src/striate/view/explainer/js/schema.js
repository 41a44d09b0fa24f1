/**
 * What Python writes into the page, as `schema.py` does it: the same names, in the same order.
 *
 * Positions, channels and axes count from 0. Shapes leave the batch out. An axis is one of space, the first axis of an
 * image first.
 *
 * @typedef {object} Block  numbers in the page: the element `block-ID` holds base64 of a deflate stream
 * @property {number} id
 * @property {number[]} shape
 * @property {"float32" | "float16" | "uint8"} type
 *
 * @typedef {object} Value  a tensor of the network: the image, or what an operation made
 * @property {string} name
 * @property {number[]} shape
 * @property {number | null} producer  the operation; null for the image and other inputs
 * @property {number} column  its depth in the network
 * @property {number} lane  its place among the values of a column
 * @property {Block | null} numbers  null where they are not kept
 * @property {number} low
 * @property {number} high
 * @property {[number, number][][] | null} fields  an axis, a position: the first and the last pixel of the image it sees
 *
 * @typedef {"convolution" | "pooling" | "linear" | "scaling" | "pointwise" | "sum" | "product" | "concatenation"
 *   | "rearrangement" | "other"} Kind
 *
 * @typedef {object} Window  of one axis; tap t of output o stands at o * stride - before + t * dilation
 * @property {number} kernel
 * @property {number} stride
 * @property {number} dilation
 * @property {number} before
 *
 * @typedef {object} Operation
 * @property {string} name  its class or function
 * @property {string} path  its module in the model; empty for a function
 * @property {Kind} kind
 * @property {number[]} inputs
 * @property {string} summary  what it does, in words
 * @property {(Window | null)[]} windows  an axis; null where the taps are not evenly spaced
 * @property {(number | null)[][][]} reads  an axis, an output, a tap: the input position; null where there is none
 * @property {number} outside  what stands at a tap without an input position
 * @property {number} groups
 * @property {boolean} transposed  the weight is (in, out / groups, ...) and each output gathers what inputs spread
 * @property {"max" | "min" | "mean" | "sum" | null} reduction  of a pooling
 * @property {number[][] | null} divisors  an axis, an output: the mean divides by their product
 * @property {Block | null} weight
 * @property {Block | null} bias
 * @property {string | null} missing  why its numbers are not all here
 * @property {Units | null} units
 *
 * @typedef {object} Units  what some channels of an operation's output look for
 * @property {number[]} channels
 * @property {Block | null} projections  (channel, colour, *space): the strongest activation, projected to the pixels; 128 is zero
 * @property {Block | null} patches  (channel, rank, colour, *space) of a data set, best first
 * @property {number[][]} answers  a channel, a rank: what the unit answers to the patch
 *
 * @typedef {object} Explanation
 * @property {string} model
 * @property {Value[]} values
 * @property {Operation[]} operations
 * @property {string[]} classes  empty where they have no names
 * @property {number} result  the value that the model returns
 * @property {number[] | null} shares  the softmax of the result, where that is a row of scores
 * @property {"float32" | "float16"} precision
 * @property {string[]} notes
 */

export {};
