"""LeNet-5 as it was published.

Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11),
1998; section II.B for the network, section II.C for the loss, appendix A for the squashing function.
"""

from math import prod
from typing import TypeVar

import torch
from torch import Tensor, nn

import striate.functional as SF
import striate.nn as snn
from striate.arithmetic import Geometry
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

# Table I: which maps of S2 (rows) each of the 16 maps of C3 (columns) sees.
C3_TABLE = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""

# What F6 should say for each digit, in the manner of Fig. 3: a picture of it, 7 wide and 12 high, "#" +1 and "." -1.
# Digits that look alike get codes that are alike; any two differ in 13 places or more.
DIGITS = """
..###.. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
.##.##. ..###.. ##...## ##...## ...###. ##..... .##.... ##...## ##...## ##...##
##...## .####.. .....## .....## ...###. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## ..####. ##..... ##..... ....##. ##...## ##...##
##...## ...##.. .....## .....## ..#.##. ######. ##..... ....##. .##.##. ##...##
##...## ...##.. ....##. ..####. .##.##. .....## ######. ...##.. ..###.. .######
##...## ...##.. ...##.. .....## .#..##. .....## ##...## ...##.. .##.##. .....##
##...## ...##.. ..##... .....## ####### .....## ##...## ..##... ##...## .....##
##...## ...##.. .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ....##. ##...## ##...## ..##... ##...## ....##.
..###.. .###### ####### .#####. ....##. .#####. .#####. ..##... .#####. .####..
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""


J = 1.0  # the constant of eq. 9, which the paper leaves open


class ScaledTanh(nn.Module):
    """The squashing function 1.7159 tanh(2x/3), for which f(1) = 1 and f(-1) = -1 (appendix A)."""

    def forward(self, input: Tensor) -> Tensor:
        """Squash every element."""
        return 1.7159 * torch.tanh(input * (2 / 3))


class TableConv2d(nn.Module):
    """A convolution in which each output map sees the input maps that a table gives it, and no others.

    Args:
        table: one word an input map, one letter an output map, "X" where they are connected.
        kernel_size: height and width of every kernel.

    `weight` has the connected kernels only, (connections, kernel_size, kernel_size), in the order of the output maps.

    >>> layer = TableConv2d("XX. .XX", kernel_size=3)
    >>> layer.weight.shape
    torch.Size([4, 3, 3])
    >>> layer(torch.rand(1, 2, 8, 8)).shape
    torch.Size([1, 3, 6, 6])
    """

    out_map: Tensor  # of each kernel
    in_map: Tensor

    def __init__(self, table: str, kernel_size: int) -> None:
        super().__init__()
        self.columns = list(zip(*table.split(), strict=True))
        self.in_channels, self.out_channels = len(self.columns[0]), len(self.columns)
        self.kernel_size = (kernel_size, kernel_size)
        kernels = [(o, i) for o, column in enumerate(self.columns) for i, mark in enumerate(column) if mark == "X"]
        out_map, in_map = torch.tensor(kernels).T
        self.register_buffer("out_map", out_map, persistent=False)
        self.register_buffer("in_map", in_map, persistent=False)
        self.weight = nn.Parameter(torch.empty(len(out_map), kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(self.out_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights uniformly from +-2.4 / F, F the number of inputs of the unit they lead to (appendix A)."""
        inputs = [column.count("X") * self.weight[0].numel() for column in self.columns]
        fan_in = torch.tensor(inputs, device=self.weight.device)
        with torch.no_grad():
            self.weight.uniform_(-2.4, 2.4).div_(fan_in[self.out_map, None, None])
            self.bias.uniform_(-2.4, 2.4).div_(fan_in)

    def forward(self, input: Tensor) -> Tensor:
        """Convolve (N, in_channels, H, W) to (N, out_channels, H - kernel_size + 1, W - kernel_size + 1)."""
        # One dense convolution over 96 kernels, 36 of them zero, is faster than 16 small ones.
        dense = self.weight.new_zeros(self.out_channels, self.in_channels, *self.kernel_size)
        dense = dense.index_put((self.out_map, self.in_map), self.weight)
        return SF.conv2d(input, dense, self.bias)


class Subsample2d(nn.Module):
    """Trainable subsampling: the sum over 2 x 2 windows, times a coefficient, plus a bias, both one a map.

    >>> Subsample2d(6)(torch.rand(1, 6, 28, 28)).shape
    torch.Size([1, 6, 14, 14])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.kernel_size = (2, 2)
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw coefficients and biases uniformly from +-2.4 / 4, as a unit has 4 inputs."""
        nn.init.uniform_(self.weight, -0.6, 0.6)
        nn.init.uniform_(self.bias, -0.6, 0.6)

    def forward(self, input: Tensor) -> Tensor:
        """Halve height and width."""
        total = SF.avg_pool2d(input, self.kernel_size, divisor_override=1)
        return total * self.weight[:, None, None] + self.bias[:, None, None]


class EuclideanRBF(nn.Module):
    """Radial basis function units with fixed centres: y_i = sum_j (x_j - w_ij)^2 (eq. 7), returned as the score -y_i.

    Args:
        centres: w, shape (classes, features), of +1 and -1.

    >>> EuclideanRBF(torch.tensor([[1.0, 1.0], [-1.0, 1.0]]))(torch.tensor([[1.0, 0.5]]))
    tensor([[-0.2500, -4.2500]])
    """

    centres: Tensor

    def __init__(self, centres: Tensor) -> None:
        super().__init__()
        self.register_buffer("centres", centres, persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        """Return scores, (N, classes), of (N, features)."""
        return -(input[:, None] - self.centres).square().sum(-1)


@register(
    "lenet5",
    paper='LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", '
    "Proc. IEEE 86(11), 1998",
    year=1998,
    recipe=Recipe(epochs=20, batch_size=64, optimizer="sgd", lr=0.006, weight_decay=0.01, ema=0.999),
)
class LeNet5(nn.Sequential):
    """LeNet-5: 60,000 trainable parameters and 340,908 connections that tell ten digits apart.

    Args:
        in_channels: 1.
        image_size: height and width of an image, at most 32; a smaller one is centred in the paper's 32 x 32.
        classes: 10.

    Raises:
        ValueError: an argument is something else; `lenet5-modern` takes it.
    """

    def __init__(self, *, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 10) -> None:
        for name, value, published in (("in_channels", in_channels, 1), ("classes", classes, 10)):
            if value != published:
                raise ValueError(f"{name} of lenet5 is {published}, as published, but got {value}; try lenet5-modern")
        height, width = image_size
        if max(image_size) > 32:
            raise ValueError(f"image_size of lenet5 is at most (32, 32), but got {image_size}; try lenet5-modern")
        top, left = (32 - height) // 2, (32 - width) // 2
        super().__init__()
        self.centre = nn.ZeroPad2d((left, 32 - width - left, top, 32 - height - top))
        self.rescale = Rescale(-0.1, 1.175)  # background and ink: MNIST's mean is then near 0 and its variance near 1
        self.c1 = _published(snn.Conv2d(1, 6, 5))
        self.c1_squash = ScaledTanh()
        self.s2 = Subsample2d(6)
        self.s2_squash = ScaledTanh()
        self.c3 = TableConv2d(C3_TABLE, 5)
        self.c3_squash = ScaledTanh()
        self.s4 = Subsample2d(16)
        self.s4_squash = ScaledTanh()
        self.c5 = _published(snn.Conv2d(16, 120, 5))
        self.c5_squash = ScaledTanh()
        self.flatten = nn.Flatten()
        self.f6 = _published(nn.Linear(120, 84))
        self.f6_squash = ScaledTanh()
        self.output = EuclideanRBF(target_codes())

    def loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the maximum a posteriori loss of eq. 9, a mean over the batch.

        Args:
            scores: (N, 10), the negated outputs -y of the RBF units.
            labels: (N,), the digits.

        >>> LeNet5().loss(torch.tensor([[-1.0, *[-50.0] * 9]]), torch.tensor([0]))
        tensor(0.6931)
        """
        # e^-j stands for an eleventh, rubbish class: no wrong class need be farther than about j.
        rubbish = scores.new_full((len(scores), 1), -J)
        right = scores.gather(1, labels[:, None]).squeeze(1)
        return (torch.cat([scores, rubbish], dim=1).logsumexp(1) - right).mean()


def connections(model: LeNet5) -> dict[str, int]:
    """Return the number of connections of every layer that has any, biases included, as section II.B counts them.

    >>> counts = connections(LeNet5())
    >>> counts["c3"], sum(counts.values())
    (151600, 340908)
    """
    counts = {}
    size: tuple[int, ...] = (32, 32)
    for name, layer in model.named_children():
        match layer:
            case nn.Conv2d() | TableConv2d():
                size = Geometry.of(layer.kernel_size).output_size(size)
                counts[name] = sum(parameter.numel() for parameter in layer.parameters()) * prod(size)
            case Subsample2d():
                size = Geometry.of(layer.kernel_size, stride=2).output_size(size)
                counts[name] = (4 * layer.weight.numel() + layer.bias.numel()) * prod(size)
            case nn.Linear():
                counts[name] = sum(parameter.numel() for parameter in layer.parameters())
            case EuclideanRBF():
                counts[name] = layer.centres.numel()
    return counts


def target_codes() -> Tensor:
    """Return the pictures in `DIGITS` as numbers, (10, 84)."""
    lines = [line.split() for line in DIGITS.strip().splitlines()]
    pictures = ["".join(column) for column in zip(*lines, strict=True)]
    return torch.tensor([[1.0 if mark == "#" else -1.0 for mark in picture] for picture in pictures])


_L = TypeVar("_L", nn.Conv2d, nn.Linear)


def _published(layer: _L) -> _L:
    """Draw the layer's weights as the paper does; torch's own bound is 1 / sqrt(F)."""
    bound = 2.4 / layer.weight[0].numel()
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -bound, bound)
    return layer
