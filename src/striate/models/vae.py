"""A small convolutional variational autoencoder: images to codes and back.

Source: Kingma, Welling, "Auto-encoding variational Bayes", ICLR 2014; section 2.3 and equation 7 for the bound,
section 2.4 for the reparametrisation, appendix B for its second term, C.1 for images of independent pixels.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import striate.nn as snn
from striate.models.image_size import refuse_indivisible
from striate.models.registry import Recipe, register
from striate.models.tasks import images
from striate.models.up_paths import doubling


class Encoded(NamedTuple):
    """What an autoencoder makes of images.

    Args:
        scores: (N, in_channels, H, W), of each pixel; its sigmoid is the image.
        mean: (N, latent), of the code.
        log_variance: (N, latent), of the code.
    """

    scores: Tensor
    mean: Tensor
    log_variance: Tensor


@register(
    "vae",
    paper='Kingma, Welling, "Auto-encoding variational Bayes", ICLR 2014, with convolutions',
    year=2014,
    task="generation",
    recipe=Recipe(epochs=5, batch_size=128, optimizer="adamw", lr=2e-3),
    example=images,
)
class VAE(nn.Module):
    """Two halvings to the mean and the variance of a code, and two doublings back to an image.

    Args:
        in_channels: channels of an image.
        image_size: height and width of an image, divisible by 4.
        latent: elements of a code.
        up: how the image is doubled, "transposed" or "resize".

    Raises:
        ValueError: an image that two halvings do not divide, an unknown way up.

    >>> model = VAE(latent=8)
    >>> model(torch.rand(2, 1, 28, 28)).mean.shape, model.decode(torch.randn(3, 8)).shape
    (torch.Size([2, 8]), torch.Size([3, 1, 28, 28]))
    """

    meaning = "nats an image, minus the lower bound of the log-likelihood"

    def __init__(
        self,
        *,
        in_channels: int = 1,
        image_size: tuple[int, int] = (28, 28),
        latent: int = 16,
        up: str = "transposed",
    ) -> None:
        refuse_indivisible("vae", image_size, 4)
        super().__init__()
        self.latent = latent
        self.middle: Sequence[int] = (64, image_size[0] // 4, image_size[1] // 4)
        elements = torch.Size(self.middle).numel()
        self.encoder = nn.Sequential(
            snn.Conv2d(in_channels, 32, 4, 2, padding=1),
            nn.ReLU(),
            snn.Conv2d(32, 64, 4, 2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(elements, 2 * latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, elements),
            nn.Unflatten(1, tuple(self.middle)),
            nn.ReLU(),
            doubling(up, 64, 32, kernel_size=4),
            nn.ReLU(),
            doubling(up, 32, in_channels, kernel_size=4),
        )

    def forward(self, images: Tensor) -> Encoded:
        """Encode images in [0, 1], draw a code of each (its mean when evaluating), and decode it."""
        return self._encode(images, draw=self.training)

    def decode(self, codes: Tensor) -> Tensor:
        """Make images in [0, 1] of codes (N, latent), such as standard normal ones."""
        made: Tensor = self.decoder(codes)
        return made.sigmoid()

    def objective(self, images: Tensor) -> Tensor:
        """Return the loss of images, with codes that are drawn in evaluation too: of their means it is no bound."""
        return self.loss(self._encode(images, draw=True), images)

    def loss(self, encoded: Encoded, images: Tensor) -> Tensor:
        """Return minus the lower bound of equation 7 with one draw an image, in nats, a mean over the batch."""
        pixels = F.binary_cross_entropy_with_logits(encoded.scores, images, reduction="sum")
        square, variance = encoded.mean.square(), encoded.log_variance.exp()
        divergence = (square + variance - encoded.log_variance - 1).sum() / 2
        return (pixels + divergence) / len(images)

    def _encode(self, images: Tensor, draw: bool) -> Encoded:
        mean, log_variance = self.encoder(images).chunk(2, 1)
        codes = mean + torch.randn_like(mean) * (log_variance / 2).exp() if draw else mean
        return Encoded(self.decoder(codes), mean, log_variance)
