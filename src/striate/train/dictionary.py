"""Learning the dictionary of a sparse code from images."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from striate.data import stream
from striate.data.natural_images import random_patches
from striate.models.sparse_coding import SparseCoding


def learn_dictionary(
    model: SparseCoding,
    images: Sequence[Tensor],
    *,
    steps: int = 1000,
    batch_size: int = 200,
    patch_size: int | None = None,
    rate: float = 0.5,
    seed: int = 0,
    on_step: Callable[[int, float], None] | None = None,
) -> None:
    r"""Adapt a dictionary to images: codes of lowest energy for a batch of patches, then a step of the filters.

    $$\Delta \phi_i = \eta \langle a_i (I - \hat I) \rangle \quad \text{(eq. 6 of Olshausen and Field, 1996)}$$

    The step of each filter is in units of its codes' mean square, and falls to 0 in the course. Filters keep norm 1,
    where the paper adapts their norms until all codes have the same variance.

    Args:
        model: changed in place.
        images: whitened, each (H, W), of variance 1.
        steps: batches.
        batch_size: patches a batch.
        patch_size: side of a patch; the filters' own unless given, and larger for the convolutional form.
        rate: of the first step.
        seed: of the patches.
        on_step: told the step, from 0, and the mean energy of its patches under the filters before it.

    Raises:
        ValueError: an image smaller than a patch.

    Source: B. A. Olshausen and D. J. Field, "Emergence of simple-cell receptive field properties by learning a sparse
    code for natural images", Nature 381, 1996.

    >>> model = SparseCoding(4, 3)
    >>> energies = []
    >>> image = torch.eye(3).repeat(8, 8) * 3   # one shape, at three phases along each axis
    >>> learn_dictionary(model, [image], steps=60, batch_size=20, on_step=lambda step, energy: energies.append(energy))
    >>> energies[-1] < 0.7 * energies[0]
    True
    """
    side = model.weight.shape[-1] if patch_size is None else patch_size
    for step in range(steps):
        patches = random_patches(images, batch_size, side, generator=stream(seed, step))
        codes = model.infer(patches)
        missed = (patches - model.reconstruct(codes)).square()
        (slope,) = torch.autograd.grad(missed.sum(), model.weight)  # -2 sum of a_i (I - Î)
        with torch.no_grad():
            power = codes.square().sum((0, 2, 3))
            # A filter that few patches use would leap by what those few happen to have.
            power = torch.maximum(power, power.mean())
            model.weight.sub_(slope / power.clamp_min(1e-12)[:, None, None, None], alpha=rate * (1 - step / steps) / 2)
        model.normalise()
        if on_step is not None:
            on_step(step, float(missed.detach().sum() + model.sparsity * codes.abs().sum()) / batch_size)
