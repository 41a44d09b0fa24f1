"""The neocognitron, the first convolutional network: without a teacher it learns shapes, and knows them anywhere.

Source: K. Fukushima, "Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition
unaffected by shift in position", Biological Cybernetics 36, 1980; equations by their numbers there, sizes and constants
from its chapter 5. The paper leaves three functions open beyond "monotonically decreasing" and "weak orientation
selectivity": `c` and `d` fall with the distance and the first synapses see bars of different directions, as given here.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

import striate.functional as SF
from striate.arithmetic.arguments import integer, integers

SIZE = 5  # of the connecting areas S and D, an axis
FALL_OF_C = 0.9  # how c falls with each pixel of distance
FALL_OF_D = (0.9, 0.8, 0.7)
GAIN_OF_D = 4.0
FIRST_SYNAPSES = 1e-2  # times c: next to nothing, which only decides who wins before anything is learnt


class SLayer(nn.Module):
    r"""S-cells: each plane answers to one feature, anywhere, and inhibitory V-cells keep it from answering to others.

    $$u_S = r \varphi\left[\frac{1 + \sum a u}{1 + \frac{2r}{1 + r} b v} - 1\right], \quad
    v = \sqrt{\sum c u^2} \quad \text{(eq. 1 to 3)}$$

    Args:
        in_planes: of the C-layer before, 1 for the image.
        planes: S-planes, one a feature.
        padding: zeros around its input.
        selectivity: r; after learning a cell answers where its input's cosine with its feature exceeds r / (1 + r).
        speed: q, of the reinforcement.

    `excitatory` has a, (planes, in_planes, 5, 5), and `inhibitory` has b, (planes,); `reinforce` changes them.

    >>> SLayer(1, 24, padding=2)(torch.rand(3, 1, 16, 16)).shape
    torch.Size([3, 24, 16, 16])
    """

    excitatory: Tensor
    inhibitory: Tensor
    c: Tensor

    def __init__(
        self, in_planes: int, planes: int, *, padding: int, selectivity: float = 4.0, speed: float = 1.0
    ) -> None:
        super().__init__()
        self.padding, self.selectivity, self.speed = padding, selectivity, speed
        fall = _fall(FALL_OF_C, SIZE)
        self.register_buffer("c", fall / (fall.sum() * in_planes), persistent=False)  # eq. 9
        self.register_buffer("excitatory", FIRST_SYNAPSES * self.c * _first_preferences(in_planes, planes))
        self.register_buffer("inhibitory", torch.zeros(planes))

    def forward(self, input: Tensor) -> Tensor:
        """Return the answers of all cells, (N, planes, H', W'), to (N, in_planes, H, W)."""
        excited = SF.conv2d(input, self.excitatory, padding=self.padding)
        veto = 2 * self.selectivity / (1 + self.selectivity) * self.inhibitory
        inhibited = SF.conv2d(self.v_cells(input), veto[:, None, None, None])  # every plane's share of the one V-cell
        return excited.add_(1).div_(inhibited.add_(1)).sub_(1).relu_().mul_(self.selectivity)

    def v_cells(self, input: Tensor) -> Tensor:
        """Return the weighted root mean square that inhibits the cells of a place, (N, 1, H', W') (eq. 3)."""
        energy = input.square().sum(1, keepdim=True)
        return SF.conv2d(energy, self.c[None, None], padding=self.padding).sqrt_()

    def reinforce(self, input: Tensor, cells: list[tuple[int, int, int]]) -> None:
        """Strengthen the planes of the representatives by what these see (eq. 7 and 8).

        Args:
            input: (in_planes, H, W), what the layer was shown.
            cells: plane, row and column of each representative, at most one a plane.
        """
        if not cells:
            return
        plane, row, column = torch.tensor(cells).T
        seen = SF.pad(input[None], self.padding)[0].unfold(1, SIZE, 1).unfold(2, SIZE, 1)
        self.excitatory[plane] += self.speed * self.c * seen[:, row, column].transpose(0, 1)
        self.inhibitory[plane] += self.speed / 2 * self.v_cells(input[None])[0, 0, row, column]


class CLayer(nn.Module):
    r"""C-cells: each answers if its plane's feature is anywhere in an area, less as other planes answer there too.

    $$u_C = \psi\left[\frac{1 + \sum d u_S}{1 + v_S} - 1\right], \quad
    \psi[x] = \varphi\left[\frac{x}{\alpha + x}\right], \quad
    v_S = \frac{1}{K} \sum_k \sum d u_S(k) \quad \text{(eq. 4 to 6)}$$

    Args:
        size: of the area D, an axis.
        fall: how d falls with each cell of distance.
        stride: cells of a S-plane for one of a C-plane.
        padding: (before, after) each axis.
        saturation: alpha; at x = alpha the answer is half of the largest, 1.

    >>> CLayer(5, fall=0.9, stride=2, padding=(3, 4))(torch.rand(3, 24, 16, 16)).shape
    torch.Size([3, 24, 10, 10])
    """

    d: Tensor

    def __init__(
        self, size: int, *, fall: float, stride: int = 1, padding: tuple[int, int] = (0, 0), saturation: float = 0.5
    ) -> None:
        super().__init__()
        self.stride, self.padding, self.saturation = stride, padding, saturation
        self.register_buffer("d", GAIN_OF_D * _fall(fall, size), persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """Return the answers of all cells, (N, planes, H', W'), to (N, planes, H, W)."""
        planes = input.shape[1]
        weight = self.d.expand(planes, 1, *self.d.shape)
        excited = SF.conv2d(input, weight, stride=self.stride, padding=(self.padding,) * 2, groups=planes)
        lateral = excited.mean(1, keepdim=True)
        x = excited.add_(1).div_(lateral.add_(1)).sub_(1).relu_()
        return x.div_(x + self.saturation)


class Answers(NamedTuple):
    """What the cells of one module answered.

    Args:
        s: (N, planes, H, W).
        c: (N, planes, H', W').
    """

    s: Tensor
    c: Tensor


class Neocognitron(nn.Module):
    """Three modules of S-cells and C-cells; the last C-layer has one cell a plane, which sees the whole image.

    Of an image of n pixels a side the planes have n, n/2 + 2, n/2, n/4 + 2, n/4 - 2 cells a side, and 1: the paper's
    16, 10, 8, 6, 2 and 1.

    Args:
        planes: of each module; one number for all.
        image_size: height and width of a square image, a multiple of 4 from 12.
        selectivity: r of each module.
        speed: q of each module.

    Raises:
        ValueError: an image size that is none of these, no plane, or not three selectivities or speeds above 0.

    It begins without features; `striate.train.self_organise` shows it images.

    >>> model = Neocognitron()
    >>> [tuple(layer.shape[1:]) for module in model.answers(torch.rand(1, 1, 16, 16)) for layer in module]
    [(24, 16, 16), (24, 10, 10), (24, 8, 8), (24, 6, 6), (24, 2, 2), (24, 1, 1)]
    """

    def __init__(
        self,
        planes: int | tuple[int, int, int] = 24,
        image_size: int = 16,
        *,
        selectivity: tuple[float, float, float] = (4.0, 1.5, 1.5),
        speed: tuple[float, float, float] = (1.0, 16.0, 16.0),
    ) -> None:
        first, second, third = integers(planes, 3, "planes", 1)
        size = integer(image_size, "image_size", 12)
        if size % 4:
            raise ValueError(f"image_size of a neocognitron is a multiple of 4, but got {size}; pad the images")
        for name, values in (("selectivity", selectivity), ("speed", speed)):
            if len(values) != 3 or not all(value > 0 for value in values):
                raise ValueError(f"{name} must be three numbers above 0, one a module, but got {values}")
        super().__init__()
        self.image_size = size
        r, q = selectivity, speed
        self.s1 = SLayer(1, first, padding=2, selectivity=r[0], speed=q[0])
        # Half a pixel to one side here and to the other below: areas of 5 cells have no middle between two.
        self.c1 = CLayer(SIZE, fall=FALL_OF_D[0], stride=2, padding=(3, 4))
        self.s2 = SLayer(first, second, padding=1, selectivity=r[1], speed=q[1])
        self.c2 = CLayer(SIZE, fall=FALL_OF_D[1], stride=2, padding=(4, 3))
        self.s3 = SLayer(second, third, padding=0, selectivity=r[2], speed=q[2])
        self.c3 = CLayer(size // 4 - 2, fall=FALL_OF_D[2])

    @property
    def stages(self) -> tuple[tuple[SLayer, CLayer], ...]:
        """The three modules, front first."""
        return (self.s1, self.c1), (self.s2, self.c2), (self.s3, self.c3)

    def answers(self, images: Tensor) -> list[Answers]:
        """Return what the cells of each module answer to images, (N, 1, n, n), from 0 to 1."""
        if images.ndim != 4 or tuple(images.shape[1:]) != (1, self.image_size, self.image_size):
            expected = f"(N, 1, {self.image_size}, {self.image_size})"
            raise ValueError(f"images of this neocognitron are {expected}, but got {tuple(images.shape)}")
        answers, signal = [], images
        for s_layer, c_layer in self.stages:
            s = s_layer(signal)
            signal = c_layer(s)
            answers.append(Answers(s, signal))
        return answers

    def forward(self, images: Tensor) -> Tensor:
        """Return what the last C-cells answer, (N, planes)."""
        return self.answers(images)[-1].c.flatten(1)


def _fall(base: float, size: int) -> Tensor:
    place = torch.arange(size) - (size - 1) / 2
    return base ** torch.hypot(place[:, None], place)


def _first_preferences(in_planes: int, planes: int) -> Tensor:
    """A bar through the middle, turned from plane to plane; of planes before, those of a near number count (ch. 3)."""
    place = torch.arange(SIZE) - (SIZE - 1) / 2
    number, number_before = torch.arange(planes) / planes, torch.arange(in_planes) / in_planes
    angle = (math.pi if in_planes == 1 else 2 * math.pi) * number[:, None, None]
    off_bar = place * angle.sin() - place[:, None] * angle.cos()
    if in_planes == 1:
        return torch.exp(-off_bar.square())[:, None]
    near = torch.exp(-(4 * (number_before - number[:, None])).square())
    return near[:, :, None, None] * torch.exp(-off_bar.square() / 4)[:, None]
