"""One row of the result: a problem in one direction and layout, ours and every peer's time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log
from typing import Any

from striate.bench.measure import Timing


@dataclass(frozen=True)
class Row:
    """What was measured for one problem.

    Args:
        network: the problem file's name.
        problem: the problem's text, its batch and layout as measured.
        name: the layer's name.
        batch: samples.
        direction: `"forward"`, or `"train"` for forward and both gradients.
        layout: of our tensors, `"nchw"` or `"nhwc"`.
        kernel: the kernels that ours ran.
        ours: our time.
        peers: the peers' times by name, in either layout.
        floor: seconds that the machine needs at least.
        floor_by: `"operations"` or `"bytes"`, whichever takes most of the floor.
    """

    network: str
    problem: str
    name: str
    batch: int
    direction: str
    layout: str
    kernel: str
    ours: Timing
    peers: dict[str, Timing]
    floor: float
    floor_by: str

    @property
    def best_peer(self) -> str | None:
        """Name of the fastest peer; None without peers."""
        return min(self.peers, key=lambda name: self.peers[name].best, default=None)

    @property
    def times_best(self) -> float | None:
        """How many times faster ours is than the fastest peer."""
        return None if self.best_peer is None else self.peers[self.best_peer].best / self.ours.best

    @property
    def times_torch(self) -> float | None:
        """How many times faster ours is than torch in the same layout."""
        torch = self.peers.get(f"torch {self.layout}")
        return None if torch is None else torch.best / self.ours.best

    @property
    def share_of_floor(self) -> float:
        """The floor over our time; 1 is as fast as the machine can be."""
        return self.floor / self.ours.best

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON, seconds everywhere."""
        return {
            "network": self.network,
            "problem": self.problem,
            "name": self.name,
            "batch": self.batch,
            "direction": self.direction,
            "layout": self.layout,
            "kernel": self.kernel,
            "ours": vars(self.ours),
            "peers": {name: vars(timing) for name, timing in self.peers.items()},
            "best_peer": self.best_peer,
            "times_best": self.times_best,
            "times_torch": self.times_torch,
            "floor": self.floor,
            "floor_by": self.floor_by,
            "share_of_floor": self.share_of_floor,
        }


def geometric_means(rows: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    """Return the geometric means of the rows' ratios by direction."""
    means: dict[str, dict[str, float | None]] = {}
    for direction in dict.fromkeys(row.direction for row in rows):
        own = [row for row in rows if row.direction == direction]
        means[direction] = {
            "times_best": _mean([row.times_best for row in own]),
            "times_torch": _mean([row.times_torch for row in own]),
            "share_of_floor": _mean([row.share_of_floor for row in own]),
        }
    return means


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the geometric mean of the values that exist."""
    known = [value for value in values if value is not None]
    return exp(fsum(map(log, known)) / len(known)) if known else None
