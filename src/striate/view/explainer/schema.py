"""What a page holds: one tree of plain values, which `js/schema.js` describes to the page's scripts by the same names.

Positions, channels and axes count from 0. Shapes leave the batch out. An axis is one of space, the first axis of an
image first.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "convolution",
    "pooling",
    "linear",
    "scaling",
    "pointwise",
    "sum",
    "product",
    "concatenation",
    "rearrangement",
    "other",
]
Reduction = Literal["max", "min", "mean", "sum"]
BlockType = Literal["float32", "float16", "uint8"]


@dataclass(frozen=True)
class Block:
    """Numbers that stand in the page apart, in the element `block-ID`.

    Args:
        id: Of the element.
        shape: Of the tensor, whose last axis runs fastest.
        type: Of each number.
    """

    id: int
    shape: tuple[int, ...]
    type: BlockType


@dataclass(frozen=True)
class Value:
    """A tensor of the network: the image, or what an operation made.

    Args:
        name: The layer's path, or the function's name.
        shape: (C, *space), or (units,).
        producer: The operation's number; None for the image and other inputs.
        column: Its depth in the network.
        lane: Its place among the values of a column.
        numbers: None where they are not kept.
        low: The least of them.
        high: The largest.
        fields: An axis of the image, a position: the first and the last element that it sees; None where it is unknown.
    """

    name: str
    shape: tuple[int, ...]
    producer: int | None
    column: int
    lane: int
    numbers: Block | None
    low: float
    high: float
    fields: tuple[tuple[tuple[int, int], ...], ...] | None


@dataclass(frozen=True)
class Window:
    """A window along one axis: tap `t` of output `o` stands at `o * stride - before + t * dilation`.

    Args:
        kernel: Number of taps.
        stride: Elements between two outputs.
        dilation: Elements between two taps.
        before: Elements added in front of the input.
    """

    kernel: int
    stride: int
    dilation: int
    before: int


@dataclass(frozen=True)
class Units:
    """What some channels of an operation's output look for.

    Args:
        channels: Which.
        projections: (channel, colour, *space), the strongest activation projected to the pixels; 128 is zero.
        patches: (channel, rank, colour, *space) of a data set, best first.
        answers: A channel, a rank: the activation at that patch.
    """

    channels: tuple[int, ...]
    projections: Block | None
    patches: Block | None
    answers: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Operation:
    """What makes one value of others.

    Args:
        name: Its class or function.
        path: Its module in the model; empty for a function.
        kind: How its numbers come about; "other" is not taken apart.
        inputs: The values that it reads.
        summary: What it does, in words.
        windows: An axis; None where taps are not evenly spaced.
        reads: An axis, an output, a tap: the input position; None where there is none.
        outside: What stands at a tap without an input position.
        groups: Of the channels.
        transposed: Whether the weight is (in, out / groups, *kernel), and outputs gather what inputs spread.
        reduction: Of a pooling.
        divisors: An axis, an output: a mean divides by their product.
        weight: Of a convolution or a linear layer; the factors of a scaling.
        bias: One an output channel; the shifts of a scaling.
        missing: Why its numbers are not all here; None where they are.
        units: What it looks for.
    """

    name: str
    path: str
    kind: Kind
    inputs: tuple[int, ...]
    summary: str
    windows: tuple[Window | None, ...] = ()
    reads: tuple[tuple[tuple[int | None, ...], ...], ...] = ()
    outside: float = 0.0
    groups: int = 1
    transposed: bool = False
    reduction: Reduction | None = None
    divisors: tuple[tuple[int, ...], ...] | None = None
    weight: Block | None = None
    bias: Block | None = None
    missing: str | None = None
    units: Units | None = None


@dataclass(frozen=True)
class Explanation:
    """A network and what it makes of one image.

    Args:
        model: Its name.
        values: In the order of computation; the image is first.
        operations: In the order of computation.
        classes: Their names; empty where there are none.
        result: The value that the model returns.
        shares: The softmax of the result, where that is a row of scores.
        precision: Of the numbers.
        notes: What the reader should know of the page.
    """

    model: str
    values: tuple[Value, ...]
    operations: tuple[Operation, ...]
    classes: tuple[str, ...]
    result: int
    shares: tuple[float, ...] | None
    precision: Literal["float32", "float16"]
    notes: tuple[str, ...]
