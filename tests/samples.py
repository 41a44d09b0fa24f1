"""Small data and models that learn in a second, shared by the tests of train, view and cli."""

import random
from pathlib import Path

import torch
from PIL import Image, ImageDraw
from torch import nn

from striate.data import ImageData, Images, Labelled, LabelledData

SHAPES = ("circle", "square", "triangle")


def bars(count=96, *, seed=0, size=12, channels=1):
    """Noise with a lying (label 0) or a standing (label 1) bar somewhere; two thirds to train on, the rest to test."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 100, (count, channels, size, size), dtype=torch.uint8, generator=generator)
    labels = torch.randint(0, 2, (count,), generator=generator)
    for image, label, place in zip(
        images, labels, torch.randint(2, size - 4, (count,), generator=generator), strict=True
    ):
        area = image[:, place : place + 2] if label == 0 else image[:, :, place : place + 2]
        area += 150
    split = count * 2 // 3
    return ImageData(
        "bars", Images(images[:split], labels[:split]), Images(images[split:], labels[split:]), ("lying", "standing")
    )


def squares(count=96, *, seed=0, size=12):
    """Noise with a bright square in it, and which pixels are its; two thirds to train on, the rest to test."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 100, (count, 1, size, size), dtype=torch.uint8, generator=generator)
    maps = torch.zeros(count, size, size, dtype=torch.int64)
    for image, labels, (y, x) in zip(
        images, maps, torch.randint(0, size - 5, (count, 2), generator=generator).tolist(), strict=True
    ):
        image[:, y : y + 5, x : x + 5] += 120
        labels[y : y + 5, x : x + 5] = 1
    split = count * 2 // 3
    parts = (Labelled(images[part], maps[part]) for part in (slice(split), slice(split, None)))
    return LabelledData("squares", *parts, ("ground", "square"), unit="images")


class BarNet(nn.Sequential):
    """A convolution, a norm with running sums, dropout, a linear head: all that a resumed run could get wrong."""

    def __init__(self, *, channels=1, classes=2, seed=0):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            super().__init__(
                nn.Conv2d(channels, 6, 5),
                nn.BatchNorm2d(6),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Dropout(0.2),
                nn.Linear(96, classes),
            )


def draw_shapes(folder: Path, count: int, *, seed=0):
    """Write `count` PNGs of each shape, of any colour, size and place, on a dark ground; return one path a class."""
    chance = random.Random(seed)
    for shape in SHAPES:
        (folder / shape).mkdir(parents=True)
        for number in range(count):
            width, height = chance.randint(36, 60), chance.randint(36, 60)
            image = Image.new("RGB", (width, height), tuple(chance.randint(0, 40) for _ in range(3)))
            radius = chance.randint(10, 16)
            x, y = chance.randint(radius, width - radius), chance.randint(radius, height - radius)
            colour = tuple(chance.randint(120, 255) for _ in range(3))
            pen = ImageDraw.Draw(image)
            if shape == "circle":
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
            elif shape == "square":
                pen.rectangle((x - radius, y - radius, x + radius, y + radius), fill=colour)
            else:
                pen.polygon([(x, y - radius), (x - radius, y + radius), (x + radius, y + radius)], fill=colour)
            image.save(folder / shape / f"{number}.png")
    return [folder / shape / "0.png" for shape in SHAPES]


def same_weights(one: nn.Module, other: nn.Module) -> bool:
    """Whether two models have the same parameters and buffers, bit for bit."""
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
