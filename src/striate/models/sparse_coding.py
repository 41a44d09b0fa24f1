"""Sparse coding: images as sums of few filters, of patches or, by convolution, of whole images.

Source: B. A. Olshausen and D. J. Field, "Emergence of simple-cell receptive field properties by learning a sparse code
for natural images", Nature 381, 1996; equations by their numbers there. The convolutional form is that of M. D. Zeiler,
D. Krishnan, G. W. Taylor and R. Fergus, "Deconvolutional networks", CVPR 2010, with one layer.
"""

import math

import torch
from torch import Tensor, nn

import striate.functional as SF
from striate.arithmetic.arguments import integer


class SparseCoding(nn.Module):
    r"""A dictionary of filters, and the sparse codes by which it gives images.

    $$I = \sum_i a_i \phi_i \quad \text{(eq. 1)}, \quad
    E = \sum (I - \sum_i a_i \phi_i)^2 + \lambda \sum_i |a_i| \quad \text{(eq. 2 to 4)}$$

    |a| is one of the three costs that the paper names for a coefficient; with it the energy is convex in the codes.
    An image as large as the filters has one code a filter, which is the paper's patch form; a larger image has a map of
    codes for each filter, and is the transposed convolution of the maps.

    Args:
        filters: how many.
        kernel_size: their side in pixels.
        sparsity: lambda, for images of variance 1.
        generator: where the first filters are drawn, as white noise.

    `weight` has the filters, (filters, 1, kernel_size, kernel_size), each of Euclidean norm 1.

    >>> model = SparseCoding(64, 12)
    >>> model.reconstruct(model.infer(torch.randn(5, 1, 12, 12))).shape   # patches
    torch.Size([5, 1, 12, 12])
    >>> model.infer(torch.randn(2, 1, 40, 32)).shape                      # images
    torch.Size([2, 64, 29, 21])
    """

    def __init__(
        self, filters: int, kernel_size: int, *, sparsity: float = 1.0, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        if not sparsity >= 0:
            raise ValueError(f"sparsity must be at least 0, but got {sparsity}")
        side = integer(kernel_size, "kernel_size", 1)
        self.sparsity = sparsity
        noise = torch.randn(integer(filters, "filters", 1), 1, side, side, generator=generator)
        self.weight = nn.Parameter(noise)
        self.normalise()

    def normalise(self) -> None:
        """Bring every filter to norm 1; else large filters would make small, cheap codes."""
        with torch.no_grad():
            self.weight.div_(self.weight.flatten(1).norm(dim=1)[:, None, None, None])

    def reconstruct(self, codes: Tensor) -> Tensor:
        """Return the images of codes (eq. 1): (N, filters, H', W') to (N, 1, H' + k - 1, W' + k - 1)."""
        return SF.conv_transpose2d(codes, self.weight)

    def energy(self, images: Tensor, codes: Tensor) -> Tensor:
        """Return what the codes minimise, one number an image (eq. 2 to 4)."""
        missed = (images - self.reconstruct(codes)).square().flatten(1).sum(1)
        return missed + self.sparsity * codes.abs().flatten(1).sum(1)

    def infer(self, images: Tensor, steps: int = 60) -> Tensor:
        """Return the codes of lowest energy, by the accelerated proximal gradient method FISTA.

        The paper descends by conjugate gradients; |a| has no gradient at 0, where most codes lie.

        Args:
            images: (N, 1, H, W), at least as large as the filters.
            steps: of FISTA, whose excess of energy falls with their square.

        Raises:
            ValueError: images of more than one channel, or smaller than the filters.

        Source: A. Beck and M. Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse
        problems", SIAM J. Imaging Sciences 2(1), 2009.

        >>> model = SparseCoding(1, 1, sparsity=1.0)
        >>> model.weight.data.fill_(1.0).flatten()
        tensor([1.])
        >>> model.infer(torch.tensor([[[[3.0, -2.0, 0.25]]]]))   # a shrinks by half of lambda
        tensor([[[[ 2.5000, -1.5000,  0.0000]]]])
        """
        side = self.weight.shape[-1]
        if images.ndim != 4 or images.shape[1] != 1 or min(images.shape[2:]) < side:
            raise ValueError(f"images must be (N, 1, H, W) of {side} x {side} or more, but got {tuple(images.shape)}")
        with torch.no_grad():
            step = 0.5 / self._largest_eigenvalue(images.shape[2], images.shape[3])
            codes = torch.zeros_like(SF.conv2d(images, self.weight))
            ahead, momentum = codes, 1.0
            for _ in range(integer(steps, "steps", 1)):
                missed = images - self.reconstruct(ahead)
                reached = nn.functional.softshrink(
                    ahead + 2 * step * SF.conv2d(missed, self.weight), step * self.sparsity
                )
                following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
                ahead = reached + (momentum - 1) / following * (reached - codes)
                codes, momentum = reached, following
        return codes

    def _largest_eigenvalue(self, height: int, width: int) -> float:
        """Of the filters' Gram operator, or a bound of it: what limits a step."""
        weight = self.weight.detach()
        if (height, width) == weight.shape[2:]:
            return float(torch.linalg.matrix_norm(weight.flatten(1), 2).square())
        # Maps of codes, with zeros around them, make no use of the wrap of a circular convolution on the image's grid,
        # whose eigenvalues are the sums of the filters' power at each frequency.
        return float(torch.fft.rfft2(weight, s=(height, width)).abs().square().sum(0).max())
