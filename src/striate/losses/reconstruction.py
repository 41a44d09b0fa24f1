"""The loss of masked autoencoders: what was hidden is to be made again."""

import torch
from torch import Tensor
from torch.nn import functional as F

from striate.arithmetic.arguments import integer
from striate.losses.checks import check_same_shape


def patches(images: Tensor, size: int) -> Tensor:
    """Cut images into square patches: (N, C, H, W) to (N, C * size^2, H / size, W / size).

    The values of a patch are in the order of channel, row and column, as `torch.nn.functional.pixel_unshuffle` has it.

    Args:
        images: (N, C, H, W).
        size: side of a patch, which divides H and W.

    Raises:
        ValueError: a size that does not divide the images.

    >>> patches(torch.arange(16.0).view(1, 1, 4, 4), 2)[0, :, 0, 1]
    tensor([2., 3., 6., 7.])
    """
    integer(size, "size", 1)
    if images.ndim != 4 or any(side % size for side in images.shape[2:]):
        raise ValueError(f"images must be (N, C, H, W) of whole patches of {size}, but got {tuple(images.shape)}")
    return F.pixel_unshuffle(images, size)


def patch_scale(cut: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and the standard deviation of each patch, by which it is normalised.

    Args:
        cut: (N, D, rows, columns), as `patches` returns them.

    Returns:
        Both (N, 1, rows, columns); 1e-6 is added to the variance, which is 0 for a patch of one brightness.

    >>> mean, deviation = patch_scale(patches(torch.arange(16.0).view(1, 1, 4, 4), 2))
    >>> mean.flatten()
    tensor([ 2.5000,  4.5000, 10.5000, 12.5000])
    """
    variance, mean = torch.var_mean(cut, 1, keepdim=True)
    return mean, (variance + 1e-6).sqrt()


def masked_patch_error(made: Tensor, images: Tensor, mask: Tensor, size: int, *, normalise: bool = True) -> Tensor:
    r"""Return the mean squared error of the patches that a mask hides.

    $$\frac{\sum_{i \text{ hidden}} \frac1D \lVert \hat{x}_i - x_i \rVert_2^2}{\text{hidden patches}}$$

    Args:
        made: (N, D, rows, columns), the patches as a model makes them, D = C * size^2.
        images: (N, C, H, W).
        mask: (N, 1, rows, columns), 0 where a patch was hidden; at least one is.
        size: side of a patch.
        normalise: whether each patch of the images is brought to mean 0 and variance 1 first.

    Raises:
        ValueError: shapes that do not fit.

    Source: Woo et al., "ConvNeXt V2", 2023, section 3.1; He et al., "Masked autoencoders are scalable vision learners",
    2022, section 3, whose 1e-6 beside the variance this takes.

    >>> images, mask = torch.rand(1, 1, 4, 4), torch.tensor([[[[1.0, 1.0], [1.0, 0.0]]]])
    >>> masked_patch_error(patches(images, 2) + 0.5, images, mask, 2, normalise=False)
    tensor(0.2500)
    """
    wanted = patches(images, size)
    check_same_shape("made", made, "the images' patches", wanted)
    if mask.shape != (len(made), 1, *made.shape[2:]):
        raise ValueError(f"mask must have shape {(len(made), 1, *made.shape[2:])}, but got {tuple(mask.shape)}")
    if normalise:
        mean, deviation = patch_scale(wanted)
        wanted = (wanted - mean) / deviation
    hidden = (mask == 0).to(made.dtype)
    return ((made - wanted).square().mean(1, keepdim=True) * hidden).sum() / hidden.sum()
