"""FCMAE, the fully convolutional masked autoencoder: how ConvNeXt V2 learns from images without labels.

Source: Woo et al., "ConvNeXt V2: co-designing and scaling ConvNets with masked autoencoders", CVPR 2023, section 3.1;
the target of the loss is that of He et al., "Masked autoencoders are scalable vision learners", CVPR 2022, section 3.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import striate.nn as snn
from striate.arithmetic.arguments import choice
from striate.losses import masked_patch_error, patch_scale, patches
from striate.models.convnext_v2 import MINI, PAPER, SIZES, Block, Encoder
from striate.models.image_size import refuse_indivisible
from striate.models.registry import Recipe, register


class Reconstruction(NamedTuple):
    """What a masked autoencoder makes of images.

    Args:
        patches: (N, values of a patch, rows, columns), in the order of `striate.losses.patches`.
        mask: (N, 1, rows, columns), 1 where the patch was seen.
    """

    patches: Tensor
    mask: Tensor


class FCMAE(nn.Module):
    """An encoder that sees some patches, and a decoder of one block that makes all of them.

    A patch is as large as the encoder's stride: one place of its output.

    Args:
        encoder: what is pretrained; its weights are those of a `ConvNeXtV2`'s encoder.
        in_channels: channels of an image.
        width: channels of the decoder.
        ratio: share of the patches that are masked.

    >>> model = FCMAE(Encoder(3, (8, 16), (1, 1), patch=2), in_channels=3, width=16)
    >>> model(torch.rand(2, 3, 16, 16)).patches.shape
    torch.Size([2, 48, 4, 4])
    """

    def __init__(self, encoder: Encoder, in_channels: int, width: int = 512, ratio: float = 0.6) -> None:
        super().__init__()
        if not 0 < ratio < 1:
            raise ValueError(f"ratio must be above 0 and below 1, but got {ratio!r}")
        self.patch, self.ratio = encoder.stride, ratio
        self.encoder = encoder
        self.project = snn.Conv2d(encoder.out_channels, width, 1)
        self.token = nn.Parameter(torch.empty(1, width, 1, 1))  # stands where nothing was seen
        self.decoder = Block(width)
        self.predict = snn.Conv2d(width, in_channels * self.patch**2, 1)
        nn.init.trunc_normal_(self.token, std=0.02)
        for layer in (self.project, self.predict):
            nn.init.trunc_normal_(layer.weight, std=0.02)

    def draw_mask(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw which patches of images are seen, the same number in each: (N, 1, rows, columns), 1 for seen.

        >>> model = FCMAE(Encoder(3, (8, 16), (1, 1), patch=2), in_channels=3, width=16)
        >>> model.draw_mask(torch.rand(2, 3, 20, 20)).sum((1, 2, 3))
        tensor([10., 10.])
        """
        rows, columns = (side // self.patch for side in images.shape[2:])
        patches = rows * columns
        drawn: dict[str, Any] = (
            {} if generator is None else {"generator": generator}
        )  # ONNX knows rand without this argument only
        chance = torch.rand(len(images), patches, device=images.device, **drawn)
        seen = min(max(1, round((1 - self.ratio) * patches)), patches - 1)  # one is to be made, out of one at least
        mask = torch.zeros_like(chance).scatter_(1, chance.argsort(1)[:, :seen], 1.0)
        return mask.view(-1, 1, rows, columns)

    def forward(self, images: Tensor, mask: Tensor | None = None) -> Reconstruction:
        """Make every patch from those that a mask shows; without a mask, one is drawn."""
        mask = self.draw_mask(images) if mask is None else mask
        features = self.project(self.encoder(images, mask))
        features = features * mask + self.token * (1 - mask)
        return Reconstruction(self.predict(self.decoder(features)), mask)

    def loss(self, made: Reconstruction, images: Tensor) -> Tensor:
        """Return the mean squared error on the masked patches, of normalised pixels."""
        return masked_patch_error(made.patches, images, made.mask, self.patch)

    def fill(self, made: Reconstruction, images: Tensor) -> Tensor:
        """Return images in which what was masked is what was made of it, (N, C, H, W) in [0, 1], to look at.

        What is made of a patch has mean 0 and variance 1; it is given the mean and the variance of the patch itself.

        >>> images, encoder = torch.rand(2, 3, 16, 16), Encoder(3, (8, 16), (1, 1), patch=2)
        >>> model = FCMAE(encoder, in_channels=3, width=16)
        >>> model.fill(model(images), images).shape
        torch.Size([2, 3, 16, 16])
        """
        seen = patches(images, self.patch)
        mean, deviation = patch_scale(seen)
        filled = torch.where(made.mask == 0, made.patches * deviation + mean, seen)
        return F.pixel_shuffle(filled, self.patch).clamp(0, 1)


@register(
    "fcmae",
    paper=PAPER,
    year=2023,
    task="pretraining",
    recipe=Recipe(epochs=1600, batch_size=4096, optimizer="adamw", lr=2.4e-3, weight_decay=0.05),
)
def fcmae(
    *, in_channels: int = 3, image_size: tuple[int, int] = (224, 224), size: str = "atto", ratio: float = 0.6
) -> FCMAE:
    """Build the masked autoencoder of one of ConvNeXt V2's sizes, with patches of 32 pixels.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 32.
        size: of the encoder, one of `striate.models.convnext_v2.SIZES`.
        ratio: share of the patches that are masked.

    Raises:
        ValueError: an image that is not made of whole patches, an unknown size, a ratio out of range.

    >>> fcmae().predict.weight.shape
    torch.Size([3072, 512, 1, 1])
    """
    refuse_indivisible("fcmae", image_size, 32)
    encoder = Encoder(in_channels, *SIZES[choice(size, tuple(SIZES), "size")], patch=4)
    return FCMAE(encoder, in_channels, ratio=ratio)


@register(
    "fcmae-mini",
    paper=f"After {PAPER}",
    year=2023,
    task="pretraining",
    recipe=Recipe(epochs=2, batch_size=32, optimizer="adamw", lr=2e-3, weight_decay=0.05),
)
def fcmae_mini(*, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), ratio: float = 0.6) -> FCMAE:
    """Build the masked autoencoder of `convnext-v2-mini`, with patches of 4 pixels.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 4.
        ratio: share of the patches that are masked.

    Raises:
        ValueError: an image that is not made of whole patches, a ratio out of range.

    >>> fcmae_mini()(torch.rand(2, 1, 28, 28)).patches.shape
    torch.Size([2, 16, 7, 7])
    """
    refuse_indivisible("fcmae-mini", image_size, 4)
    return FCMAE(Encoder(in_channels, *MINI), in_channels, width=64, ratio=ratio)
