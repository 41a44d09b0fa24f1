"""Five simple patterns in the manner of Fukushima's, shown at different places and distorted."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer

# "0" to "4", 10 x 10, drawn for this package after the kind of stimuli in Fig. 6 (a) of the paper of 1980.
_DRAWN = """
...####... ....#..... ..######.. ########## ......##..
..#....#.. ....#..... .#......#. ........#. .....#.#..
.#......#. ....#..... #........# .......#.. ....#..#..
#........# ....#..... .........# ......#... ...#...#..
#........# ....#..... ........#. .....###.. ..#....#..
#........# ....#..... ......##.. ........#. .#.....#..
#........# ....#..... ....##.... .........# ##########
.#......#. ....#..... ..##...... #........# .......#..
..#....#.. ....#..... .#........ .#......#. .......#..
...####... ....#..... ########## ..######.. .......#..
"""


def five_patterns() -> Tensor:
    """Return the patterns "0" to "4", in the middle of 16 x 16 pixels: float32 (5, 1, 16, 16) of 0 and 1.

    >>> five_patterns().sum((1, 2, 3)).int().tolist()
    [24, 10, 29, 28, 25]
    """
    rows = [line.split() for line in _DRAWN.split("\n") if line]
    drawn = torch.tensor(
        [[[float(mark == "#") for mark in row] for row in column] for column in zip(*rows, strict=True)]
    )
    return torch.nn.functional.pad(drawn, (3, 3, 3, 3))[:, None]


def shift(images: Tensor, rows: int, columns: int) -> Tensor:
    """Move images down by `rows` and right by `columns`, with zeros behind them; shapes (..., H, W) in and out.

    >>> shift(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 1, 0)
    tensor([[0., 0.],
            [1., 2.]])
    """
    down, right = integer(rows, "rows"), integer(columns, "columns")
    return torch.nn.functional.pad(images, (right, -right, down, -down))


def presentations(patterns: Tensor, times: int, *, largest_shift: int, generator: torch.Generator) -> Tensor:
    """Show each pattern a number of times, in turn, each time at another place.

    Args:
        patterns: (P, 1, H, W).
        times: how often each is shown.
        largest_shift: in pixels, along each axis, in either direction.
        generator: where the places are drawn.

    Returns:
        (times * P, 1, H, W).

    >>> presentations(five_patterns(), 20, largest_shift=3, generator=torch.Generator()).shape
    torch.Size([100, 1, 16, 16])
    """
    top = integer(largest_shift, "largest_shift", 0)
    shown = patterns.repeat(integer(times, "times", 1), 1, 1, 1)
    places = torch.randint(-top, top + 1, (len(shown), 2), generator=generator).tolist()
    return torch.stack([shift(image, *place) for image, place in zip(shown, places, strict=True)])


def distorted(patterns: Tensor, *, largest_shift: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Make what a network that knows patterns should still recognise, after Fig. 6 of the paper.

    Args:
        patterns: (P, 1, H, W) of 0 and 1.
        largest_shift: in pixels, along each axis, in either direction.
        generator: of the noise and its places.

    Returns:
        By kind of distortion (T * P, 1, H, W), the patterns in turn: "shifted" to every place; "noisy", one pixel in 32
        turned over, and "broken", one pixel in ten of the pattern missing, each 20 times and at random places;
        "smaller" and "larger" by 10 %, "turned" by 6 degrees and "slanted" by 20 %, to either side.

    >>> trials = distorted(five_patterns(), largest_shift=1, generator=torch.Generator())
    >>> {kind: len(images) for kind, images in trials.items()}
    {'shifted': 45, 'noisy': 100, 'broken': 100, 'smaller': 5, 'larger': 5, 'turned': 10, 'slanted': 10}
    """
    places = range(-largest_shift, largest_shift + 1)
    moved = presentations(patterns, 20, largest_shift=largest_shift, generator=generator)
    dice = torch.rand(moved.shape, generator=generator)
    return {
        "shifted": torch.cat([shift(patterns, rows, columns) for rows in places for columns in places]),
        "noisy": torch.where(dice < 1 / 32, 1 - moved, moved),
        "broken": moved * (dice >= 0.1),
        "smaller": _redrawn(patterns, ((0.9, 0.0), (0.0, 0.9))),
        "larger": _redrawn(patterns, ((1.1, 0.0), (0.0, 1.1))),
        "turned": torch.cat([_redrawn(patterns, ((1.0, -angle), (angle, 1.0))) for angle in (-0.1, 0.1)]),
        "slanted": torch.cat([_redrawn(patterns, ((1.0, 0.0), (slope, 1.0))) for slope in (-0.2, 0.2)]),
    }


def _redrawn(patterns: Tensor, matrix: tuple[tuple[float, float], tuple[float, float]]) -> Tensor:
    """Map strokes about the image's middle and draw them one pixel wide: a warp of pixels would blur or cut them."""
    middle = (torch.tensor(patterns.shape[2:]) - 1) / 2
    drawn = torch.zeros_like(patterns)
    for picture, target in zip(patterns[:, 0], drawn[:, 0], strict=True):
        ink = picture.nonzero().float()
        # A quarter pixel off the middle: no stroke then lies between two pixels, and 10 % of 10 pixels are one.
        moved = ((ink - middle) @ torch.tensor(matrix).T + middle - 0.25).round()
        # Neighbours that came apart are joined again.
        parted = (torch.cdist(ink, ink) < 1.5) & (torch.cdist(moved, moved, p=torch.inf) > 1.5)
        one, other = parted.nonzero().T
        row, column = torch.cat([moved, (moved[one] + moved[other]) // 2]).long().T
        target[row.clamp(0, picture.shape[0] - 1), column.clamp(0, picture.shape[1] - 1)] = 1
    return drawn
