"""Scenes of several handwritten digits before a cluttered background, in which every pixel has a label."""

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic.arguments import integer

from .images import Images
from .labelled import Labelled, LabelledData
from .mnist import load_mnist
from .sampling import stream

CLASSES = ("background", *"0123456789")

FEWEST, MOST = 3, 5  # digits a scene
SMALLEST, LARGEST = 16, 28  # pixels, the side of a digit's square
PIECES, PIECE = 8, 7  # of other digits, and the side of each in pixels
TRIES = 4  # places for a digit, of which the one that hides least is taken
INK = 0.5  # of a digit's pixel, from which it bears the digit's label


def draw_scenes(train: int = 3000, test: int = 500, *, size: int = 64, seed: int = 0) -> LabelledData:
    """Draw scenes of 3 to 5 digits of 16 to 28 pixels, each hiding what was drawn before it.

    Digits of MNIST's training part make the scenes to learn from, those of its test part the others. The background is
    of smooth greys and of pieces of digits, which look like strokes and mean nothing. A scene depends on the seed and
    its number alone.

    Args:
        train: scenes to learn from.
        test: scenes to judge by.
        size: side of a scene in pixels, at least that of the largest digit.
        seed: of everything drawn.

    Returns:
        Images of (1, size, size), and of each pixel 0 for the background, or 1 more than the digit whose ink it is.

    Raises:
        ValueError: no scene, or a size below 28.

    >>> data = draw_scenes(2, 1)
    >>> data.train.inputs.shape, data.train.labels.shape, data.classes[1]
    (torch.Size([2, 1, 64, 64]), torch.Size([2, 64, 64]), '0')
    """
    digits = load_mnist()
    integer(size, "size", LARGEST)
    parts = []
    for number, (name, count, source) in enumerate((("train", train, digits.train), ("test", test, digits.test))):
        drawn = [_scene(source, size, stream(seed, number, index)) for index in range(integer(count, name, 1))]
        images, labels = zip(*drawn, strict=True)
        parts.append(Labelled(torch.stack(images)[:, None], torch.stack(labels)))
    return LabelledData("scenes", parts[0], parts[1], CLASSES)


def _scene(digits: Images, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return a scene, uint8 (size, size), and its labels, int64 of the same shape."""

    def below(limit: int) -> int:
        return int(torch.randint(limit, (), generator=generator))

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    def place_of(side: int) -> tuple[slice, slice]:
        row, column = below(size - side + 1), below(size - side + 1)
        return slice(row, row + side), slice(column, column + side)

    greys = torch.rand(1, 1, 5, 5, generator=generator) * between(0.2, 0.5)
    scene = F.interpolate(greys, (size, size), mode="bicubic", align_corners=True)[0, 0].clamp_(0, 1)
    labels = torch.zeros(size, size, dtype=torch.int64)
    for _ in range(PIECES):
        digit, corner = digits.images[below(len(digits))][0] / 255, (4 + below(14), 4 + below(14))  # where ink is
        piece = digit[corner[0] : corner[0] + PIECE, corner[1] : corner[1] + PIECE]
        place = place_of(PIECE)
        scene[place] += piece * (between(0.4, 1.0) - scene[place])
    for _ in range(FEWEST + below(MOST - FEWEST + 1)):
        index, side = below(len(digits)), SMALLEST + below(LARGEST - SMALLEST + 1)
        ink = F.interpolate(digits.images[index][None] / 255, (side, side), mode="bilinear", antialias=True)[0, 0]
        place = min((place_of(side) for _ in range(TRIES)), key=lambda place: int(labels[place].count_nonzero()))
        scene[place] += ink * (between(0.6, 1.0) - scene[place])
        labels[place][ink >= INK] = 1 + int(digits.labels[index])
    return (scene * 255).round().to(torch.uint8), labels
