"""What every model that makes images owes: how it learns from images, and how it makes them of codes."""

from typing import Protocol, runtime_checkable

from torch import Tensor, nn


@runtime_checkable
class Generative(Protocol):
    """A model that learns to make images by a loss of its own, whatever it consists of.

    Attributes:
        latent: elements of a code.
        meaning: of its loss, in a few words: a unit, and what to compare it with.
    """

    latent: int
    meaning: str

    def objective(self, images: Tensor) -> Tensor:
        """Return what is to be made small on images in [0, 1], (N, in_channels, H, W); chance is torch's generator."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Make images in [0, 1] of standard normal codes (N, latent)."""
        ...


def as_generative(model: nn.Module) -> Generative:
    """Return a model that makes images; a TypeError says what another lacks.

    >>> from striate.models import create
    >>> as_generative(create("vae")).latent
    16
    """
    if not isinstance(model, Generative):
        raise TypeError(
            f"{type(model).__name__} must have latent, meaning, objective(images) and decode(codes) to learn to make "
            "images; see striate.models.generative.Generative"
        )
    return model
