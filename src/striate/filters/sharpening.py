"""Filters that add to an image what smoothing takes away: their taps add up to 1, but for the relief's."""

from torch import Tensor

from striate.filters.edges import laplacian
from striate.filters.smoothing import gaussian
from striate.filters.taps import identity, single, weight_of


def sharpen(amount: float = 1.0, *, diagonal: bool = False, ndim: int = 2) -> Tensor:
    """Return an image less `amount` times its `laplacian`, (1, 1, 3, ..., 3).

    >>> sharpen().squeeze()
    tensor([[ 0., -1.,  0.],
            [-1.,  5., -1.],
            [ 0., -1.,  0.]])
    """
    return single(identity(3, ndim)) - amount * laplacian(diagonal=diagonal, ndim=ndim)


def unsharp(sigma: float = 2.0, amount: float = 1.0, size: int | None = None, *, ndim: int = 2) -> Tensor:
    """Return an image plus `amount` times what its `gaussian` lacks, (1, 1, *S): the photographer's unsharp mask.

    >>> unsharp(1.0).shape
    torch.Size([1, 1, 7, 7])
    """
    smooth = gaussian(sigma, size, ndim=ndim)
    return (1 + amount) * single(identity(smooth.shape[2], ndim)) - amount * smooth


def emboss() -> Tensor:
    """Return a relief lit from the upper left, (1, 1, 3, 3).

    >>> emboss().squeeze()
    tensor([[-2., -1.,  0.],
            [-1.,  1.,  1.],
            [ 0.,  1.,  2.]])
    """
    return single(weight_of([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))
