"""What `accelerate` did with each layer, as a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from striate.engine.selection import COMPUTATIONS

_HEADER = ("layer", "type", "problem", *COMPUTATIONS, "gain", "why")


@dataclass(frozen=True)
class Row:
    """One layer, on one kind of input: a layer that is called with several sizes has a row for each.

    Args:
        name: where it stands in the model, as in `named_modules`; empty for the model itself.
        type: name of its class.
        ours: whether it is a layer of striate now.
        problem: the text form of `striate.engine.problem.Problem`, without batch and size where no input told them;
            empty for what is no convolution of ours. That of a transposed convolution is of the convolution that it
            transposes, from its output to its input.
        kernels: the kernel that runs each of the layer's `inference` (forward with weights that stay, which are packed
            once), `forward`, `backward_data` and `backward_weight`; empty where the input decides and is not known. A
            transposed convolution's forward is its problem's `backward_data`.
        gains: torch's time over ours, as the cost model predicts it, for each of the same; 1 where torch runs.
        why: why torch's operators run, or the layer was left alone; empty where our kernels run every direction.
    """

    name: str
    type: str
    ours: bool
    problem: str
    kernels: dict[str, str]
    gains: dict[str, float]
    why: str


@dataclass(frozen=True)
class Report:
    """What `accelerate` did; `str(report)` is a table with a line a row and a last line that counts the layers.

    The column `gain` has the predictions for inference, forward, backward_data and backward_weight, joined by "/".

    Args:
        rows: in the order of `named_modules`.
    """

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        lines = [_HEADER, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        return "\n".join([*table, ", ".join(self._counts())])

    def _counts(self) -> Iterator[str]:
        ours = {row.name: row.ours for row in self.rows}
        running = {row.name for row in self.rows if set(row.kernels.values()) - {"torch"}}
        yield f"{sum(ours.values())} of {len(ours)} layers are striate's"
        if any(row.kernels for row in self.rows):
            yield f"{len(running)} run its kernels"


def _cells(row: Row) -> tuple[str, ...]:
    kernels = (row.kernels.get(direction, "-") for direction in COMPUTATIONS)
    gain = "/".join(f"{value:.2g}" for value in row.gains.values()) or "-"
    return (row.name or "(the model)", row.type, row.problem or "-", *kernels, gain, row.why)
