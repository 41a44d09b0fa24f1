"""DCGAN: a generator that grows an image out of a code, and a discriminator that is its mirror image.

Source: Radford, Metz, Chintala, "Unsupervised representation learning with deep convolutional generative adversarial
networks", ICLR 2016; section 3 for the rules, 4 for slopes and first weights, figure 1 for the generator.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

import striate.nn as snn
from striate.models.image_size import refuse_indivisible
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register
from striate.models.up_paths import doubling

PAPER = (
    'Radford, Metz, Chintala, "Unsupervised representation learning with deep convolutional generative adversarial '
    'networks", ICLR 2016'
)


class Generator(nn.Module):
    """Project a code to a small image of many channels, then double it until it has its size.

    Args:
        latent: elements of a code.
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 2 as often as there are widths.
        widths: channels before each doubling.
        up: how the image is doubled, "transposed" as published or "resize".

    >>> import torch
    >>> Generator(10, 1, (28, 28), widths=(32, 16))(torch.randn(2, 10)).shape
    torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        latent: int,
        in_channels: int,
        image_size: Sequence[int],
        widths: Sequence[int],
        up: str = "transposed",
    ) -> None:
        super().__init__()
        self.first = (widths[0], *(side >> len(widths) for side in image_size))
        first, height, width = self.first
        self.project = nn.Linear(latent, first * height * width, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for channels in widths)
        self.relu = nn.ReLU()
        steps = list(pairwise((*widths, in_channels)))
        self.doublings = nn.ModuleList(
            doubling(
                up, before, after, kernel_size=4, bias=number == len(steps)
            )  # norms, but for the last, have theirs
            for number, (before, after) in enumerate(steps, 1)
        )
        self.to_images = Rescale(0.5, 1.0)  # tanh gives [-1, 1], an image is in [0, 1]
        _begin(self)

    def forward(self, codes: Tensor) -> Tensor:
        """Make images in [0, 1] of codes: (N, latent) to (N, in_channels, H, W)."""
        features = self.project(codes).unflatten(1, self.first)
        for norm, double in zip(self.norms, self.doublings, strict=True):
            features = double(self.relu(norm(features)))
        images: Tensor = self.to_images(features.tanh())
        return images


class Discriminator(nn.Module):
    """Halve an image as often as the generator doubles it, and score whether it is a real one.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 2 as often as there are widths.
        widths: channels after each halving.

    >>> import torch
    >>> Discriminator(1, (28, 28), widths=(16, 32))(torch.rand(2, 1, 28, 28)).shape
    torch.Size([2])
    """

    def __init__(self, in_channels: int, image_size: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        self.rescale = Rescale(-1.0, 1.0)
        self.layers = nn.Sequential()
        for number, (before, after) in enumerate(pairwise((in_channels, *widths))):
            self.layers.append(snn.Conv2d(before, after, 4, 2, padding=1, bias=number == 0))
            if number:  # a norm there makes training oscillate (section 3)
                self.layers.append(nn.BatchNorm2d(after))
            self.layers.append(nn.LeakyReLU(0.2))
        height, width = (side >> len(widths) for side in image_size)
        self.output = nn.Linear(widths[-1] * height * width, 1)
        _begin(self)

    def forward(self, images: Tensor) -> Tensor:
        """Score images in [0, 1], (N, in_channels, H, W): (N,), whose sigmoid is the probability of a real one."""
        scores: Tensor = self.output(self.layers(self.rescale(images)).flatten(1))
        return scores.squeeze(1)


class DCGAN(nn.Module):
    r"""A generator and the discriminator that it learns to deceive; called, it makes images of codes.

    Both learn at once, where the paper alternates. The gradient of `objective` is that of each one's own loss,

    $$-\log D(x) - \log(1 - D(G(z)))$$ for the discriminator and $$-\log D(G(z))$$ for the generator,

    for what the one is given of the other is held fixed. So one optimiser trains both.

    Args:
        latent: elements of a code.
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 2 as often as there are widths.
        widths: channels before each doubling of the generator; the discriminator has them in reverse.
        up: how the image is doubled, "transposed" as published or "resize".

    Source: the paper; the generator's loss is that of I. Goodfellow et al., "Generative adversarial nets", NIPS 2014,
    section 3.

    >>> model = DCGAN(10, 1, (28, 28), widths=(32, 16))
    >>> model(torch.randn(2, 10)).shape, model.objective(torch.rand(2, 1, 28, 28)).shape
    (torch.Size([2, 1, 28, 28]), torch.Size([]))
    """

    meaning = "of both adversaries; 2.08 where the discriminator cannot tell"

    def __init__(
        self,
        latent: int,
        in_channels: int,
        image_size: Sequence[int],
        widths: Sequence[int],
        up: str = "transposed",
    ) -> None:
        super().__init__()
        self.latent = latent
        self.generator = Generator(latent, in_channels, image_size, widths, up)
        self.discriminator = Discriminator(in_channels, image_size, tuple(reversed(widths)))

    def forward(self, codes: Tensor) -> Tensor:
        """Make images in [0, 1] of codes: (N, latent) to (N, in_channels, H, W)."""
        images: Tensor = self.generator(codes)
        return images

    def decode(self, codes: Tensor) -> Tensor:
        """Make images in [0, 1] of codes (N, latent), such as standard normal ones."""
        return self.forward(codes)

    def objective(self, images: Tensor) -> Tensor:
        """Return the sum of both losses on images in [0, 1], with as many codes drawn."""
        codes = torch.randn(len(images), self.latent, dtype=images.dtype, device=images.device)
        return self.loss(self(codes), images)

    def loss(self, made: Tensor, images: Tensor) -> Tensor:
        """Return the sum of both losses on images that the generator made and on real ones, means over the batch."""
        fixed = {name: parameter.detach() for name, parameter in self.discriminator.named_parameters()}
        deceived: Tensor = functional_call(self.discriminator, fixed, (made,))
        told, suspected = self.discriminator(images), self.discriminator(made.detach())
        return F.softplus(-deceived).mean() + F.softplus(-told).mean() + F.softplus(suspected).mean()


@register(
    "dcgan",
    paper=PAPER,
    year=2016,
    task="generation",
    recipe=Recipe(epochs=25, batch_size=128, optimizer="adamw", lr=2e-4),  # section 4: rate and batch
)
def dcgan(
    *,
    in_channels: int = 3,
    image_size: tuple[int, int] = (64, 64),
    latent: int = 100,
    up: str = "transposed",
) -> DCGAN:
    """Build the generator of figure 1, 1024 channels of 4 x 4 doubled four times, and its discriminator.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 16.
        latent: elements of a code.
        up: how the image is doubled, "transposed" as published or "resize".

    Raises:
        ValueError: an image that four doublings do not make, an unknown way up.

    >>> with torch.device("meta"):
    ...     dcgan().generator.first
    (1024, 4, 4)
    """
    refuse_indivisible("dcgan", image_size, 16)
    return DCGAN(latent, in_channels, image_size, (1024, 512, 256, 128), up)


@register(
    "dcgan-mini",
    paper=f"After {PAPER}",
    year=2016,
    task="generation",
    recipe=Recipe(epochs=3, batch_size=64, optimizer="adamw", lr=5e-4),
)
def dcgan_mini(
    *,
    in_channels: int = 1,
    image_size: tuple[int, int] = (28, 28),
    latent: int = 64,
    up: str = "transposed",
) -> DCGAN:
    """Build a generator of two doublings, for digits, and its discriminator.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 4.
        latent: elements of a code.
        up: how the image is doubled, "transposed" or "resize".

    Raises:
        ValueError: an image that two doublings do not make, an unknown way up.

    >>> dcgan_mini(up="resize").generator.first
    (128, 7, 7)
    """
    refuse_indivisible("dcgan-mini", image_size, 4)
    return DCGAN(latent, in_channels, image_size, (128, 64), up)


def _begin(model: nn.Module) -> None:
    """Draw weights from a deviation of 0.02 (section 4)."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
