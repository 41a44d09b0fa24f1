"""ConvNeXt V2: a modern convolutional network, of eight sizes, that can be pretrained by masking.

Source: Woo et al., "ConvNeXt V2: co-designing and scaling ConvNets with masked autoencoders", CVPR 2023; section 3.2
and figure 5 for the block, section 3.1 for the masks, appendix A.1 for the sizes.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from torch import Tensor, nn

import striate.nn as snn
from striate.engine.blocks import spread
from striate.models.image_size import refuse_smaller
from striate.models.layer_norm import ChannelLayerNorm
from striate.models.normalize import Rescale
from striate.models.registry import Recipe, register

PAPER = 'Woo et al., "ConvNeXt V2: co-designing and scaling ConvNets with masked autoencoders", CVPR 2023'

# Channels and blocks of the four stages (appendix A.1).
SIZES = {
    "atto": ((40, 80, 160, 320), (2, 2, 6, 2)),
    "femto": ((48, 96, 192, 384), (2, 2, 6, 2)),
    "pico": ((64, 128, 256, 512), (2, 2, 6, 2)),
    "nano": ((80, 160, 320, 640), (2, 2, 8, 2)),
    "tiny": ((96, 192, 384, 768), (3, 3, 9, 3)),
    "base": ((128, 256, 512, 1024), (3, 3, 27, 3)),
    "large": ((192, 384, 768, 1536), (3, 3, 27, 3)),
    "huge": ((352, 704, 1408, 2816), (3, 3, 27, 3)),
}
MINI = ((40, 80), (2, 2), 2)  # two stages of the smallest, and their patches


class Block(nn.Module):
    """A depthwise 7x7, a norm, and a perceptron at each place with global response normalisation; added to the input.

    Args:
        width: channels.

    >>> import torch
    >>> Block(8)(torch.rand(2, 8, 6, 6)).shape
    torch.Size([2, 8, 6, 6])
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.filter = snn.MaskedConv2d(width, width, 7, padding=3, groups=width)
        self.norm = ChannelLayerNorm(width)
        self.widen = snn.MaskedConv2d(width, 4 * width, 1)
        self.gelu = nn.GELU()
        self.response = snn.GlobalResponseNorm(4 * width)
        self.narrow = snn.MaskedConv2d(4 * width, width, 1)

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Transform (N, width, H, W); what a mask (N, 1, rows, columns) hides has to be 0, and stays 0."""
        # Norms give masked places their bias. The convolutions, which read and write visible places only, drop it; the
        # response norm, whose sums go over all places, therefore follows one.
        wide = self.widen(self.norm(self.filter(input, mask)), mask)
        output: Tensor = self.narrow(self.response(self.gelu(wide)), mask)
        return input + output


class Encoder(nn.Module):
    """The stages: patches first, then blocks, with a halving of the image before each stage but the first.

    Args:
        in_channels: channels of an image.
        widths: channels of each stage.
        depths: blocks of each stage.
        patch: side of the patches of the first layer, in pixels.

    Attributes:
        stride: pixels between two places of the output.

    >>> import torch
    >>> Encoder(3, widths=(8, 16), depths=(1, 2), patch=4)(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 16, 4, 4])
    """

    def __init__(self, in_channels: int, widths: Sequence[int], depths: Sequence[int], patch: int) -> None:
        super().__init__()
        self.stride = patch * 2 ** (len(widths) - 1)
        self.out_channels = widths[-1]
        self.rescale = Rescale(-1.0, 1.0)
        self.patches = snn.MaskedConv2d(in_channels, widths[0], patch, stride=patch)
        self.patches_norm = ChannelLayerNorm(widths[0])
        self.norms = nn.ModuleList(ChannelLayerNorm(width) for width in widths[:-1])
        self.halvings = nn.ModuleList(
            snn.MaskedConv2d(before, after, 2, stride=2) for before, after in pairwise(widths)
        )
        self.stages = nn.ModuleList(
            nn.ModuleList(Block(width) for _ in range(depth)) for width, depth in zip(widths, depths, strict=True)
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.trunc_normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor, mask: Tensor | None = None) -> Tensor:
        """Encode images.

        Args:
            images: (N, in_channels, H, W) in [0, 1].
            mask: (N, 1, rows, columns), a cell a patch of H / rows by W / columns pixels, a multiple of `stride`; of
                what is 0 in it, nothing is read, and the features there are 0.

        Returns:
            (N, widths[-1], H // stride, W // stride).
        """
        features: Tensor = self.patches_norm(self.patches(self.rescale(images), mask))
        if mask is not None:  # the norm's bias would pass the blocks by
            features = features * _spread(mask, features)
        for number, stage in enumerate(self.stages):
            if number:
                features = self.halvings[number - 1](self.norms[number - 1](features), mask)
            for block in stage:  # type: ignore[attr-defined]
                features = block(features, mask)
        return features


class ConvNeXtV2(nn.Sequential):
    """ConvNeXt V2: the encoder, the mean over space, a norm and a linear head.

    Args:
        in_channels: channels of an image.
        classes: how many there are to tell apart.
        widths: channels of each stage.
        depths: blocks of each stage.
        patch: side of the patches of the first layer, in pixels.

    >>> import torch
    >>> ConvNeXtV2(3, 10, *SIZES["atto"])(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self, in_channels: int, classes: int, widths: Sequence[int], depths: Sequence[int], patch: int = 4
    ) -> None:
        super().__init__()
        self.encoder = Encoder(in_channels, widths, depths, patch)
        self.mean = snn.GlobalAvgPool(keepdim=False)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.output = nn.Linear(widths[-1], classes)
        nn.init.trunc_normal_(self.output.weight, std=0.02)
        nn.init.zeros_(self.output.bias)


def _spread(mask: Tensor, features: Tensor) -> Tensor:
    """Return a mask of cells as one of places."""
    return spread((mask != 0).squeeze(1), features.shape[2:]).unsqueeze(1).to(features.dtype)


def _sized(
    size: str, *, in_channels: int = 3, image_size: tuple[int, int] = (224, 224), classes: int = 1000
) -> ConvNeXtV2:
    refuse_smaller(f"convnext-v2-{size}", image_size, 32)
    return ConvNeXtV2(in_channels, classes, *SIZES[size])


for _size in SIZES:
    register(
        f"convnext-v2-{_size}",
        paper=PAPER,
        year=2023,
        recipe=Recipe(
            epochs=300,
            batch_size=1024,
            optimizer="adamw",
            lr=8e-4,
            weight_decay=0.05,
            label_smoothing=0.1,
            augment=True,
            ema=0.9999,
        ),
    )(partial(_sized, _size))


@register(
    "convnext-v2-mini",
    paper=f"After {PAPER}",
    year=2023,
    recipe=Recipe(epochs=8, batch_size=128, optimizer="adamw", lr=4e-3, weight_decay=0.05, augment=True),
)
def convnext_v2_mini(*, in_channels: int = 1, image_size: tuple[int, int] = (28, 28), classes: int = 10) -> ConvNeXtV2:
    """Build two stages of ConvNeXt V2 on patches of 2 x 2 pixels, for small images.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, at least 8.
        classes: how many there are to tell apart.

    Raises:
        ValueError: an image too small.

    >>> convnext_v2_mini().encoder.stride
    4
    """
    refuse_smaller("convnext-v2-mini", image_size, 8)
    return ConvNeXtV2(in_channels, classes, *MINI)
