"""The tiles along one axis: which inputs the model sees for each, and which outputs are kept."""

from dataclasses import dataclass
from typing import NamedTuple

from striate.tiling.errors import TilingError
from striate.tiling.motion import Motion
from striate.tiling.steps import LONGEST_PERIOD


class Cut(NamedTuple):
    """One tile along one axis.

    Args:
        start: the first input of its window; below 0 only where the axis goes round.
        window: inputs of its window.
        made: its outputs, as places of the whole output.
        kept: the same, as places of the window's output.
    """

    start: int
    window: int
    made: slice
    kept: slice


@dataclass(frozen=True)
class Grid:
    """The tiles along one axis: windows of one size, moved in phase, whose kept outputs meet without a gap.

    Args:
        motion: how the model moves along the axis.
        window: inputs that the model sees for each tile, halo and all.
        advance: inputs by which tiles lie apart.
        halo: inputs before a tile's own that its window begins with.
    """

    motion: Motion
    window: int
    advance: int
    halo: int

    @classmethod
    def of(cls, motion: Motion, tile: int) -> "Grid":
        """Return the grid of tiles of about `tile` inputs, rounded to the period; one where no window is smaller.

        The window is the smallest that holds tile and halo, and as far from a multiple of the period as the whole: then
        strides, and paddings that depend on the size, fall as they do in the whole.

        Raises:
            TilingError: the period is longer than the tile, and no window is smaller than the whole.
        """
        period, rate = motion.period, motion.rate
        advance = max(period, tile // period * period)
        halo = -(-motion.low // (rate * period)) * period
        spare = motion.outputs - (advance + halo) * rate - motion.high
        fewer = min(spare // (rate * period), (motion.size - motion.least) // period)
        if fewer > 0:
            return cls(motion, int(motion.size - fewer * period), advance, int(halo))
        if period > max(tile, LONGEST_PERIOD):  # without an error the whole would be run, however large it is
            raise TilingError(
                f"its layers repeat only every {period} elements along axis {motion.axis}: a tile can be no smaller"
            )
        return cls.whole(motion)

    @classmethod
    def whole(cls, motion: Motion) -> "Grid":
        """Return the grid of one tile."""
        return cls(motion, motion.size, motion.size, 0)

    @property
    def count(self) -> int:
        """Number of tiles."""
        return 1 if self.window == self.motion.size else -(-self.motion.outputs // self.kept)

    @property
    def kept(self) -> int:
        """Outputs of a tile; the last may have fewer."""
        if self.window == self.motion.size:
            return self.motion.outputs
        return int(self.advance * self.motion.rate)

    def cut(self, number: int) -> Cut:
        """Return a tile by its number."""
        if self.count == 1:
            everything = slice(0, self.motion.outputs)
            return Cut(0, self.motion.size, everything, everything)
        start = number * self.advance - self.halo
        if not self.motion.wraps:  # at a true end the window stays inside, so that the model's own borders act there
            start = max(0, min(start, self.motion.size - self.window))
        first = number * self.kept
        last = min(first + self.kept, self.motion.outputs)
        moved = int(start * self.motion.rate)
        return Cut(start, self.window, slice(first, last), slice(first - moved, last - moved))
