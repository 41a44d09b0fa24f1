"""Small pictures made of pixels: images, feature maps, filters."""

from io import BytesIO

import numpy as np
from torch import Tensor

from striate.view.page.html import Html, element
from striate.view.page.parts import image_data

LARGEST = 96  # pixels a side; a larger picture would be shown smaller all the same

_BELOW, _ABOVE = (0, 114, 178), (213, 94, 0)  # Okabe and Ito's blue and vermilion


def image(pixels: Tensor, alt: str = "") -> Html:
    """Return an image.

    Args:
        pixels: uint8 (C, H, W), C being 1 or 3.
        alt: What it shows, for those who cannot see it; empty where the text beside it says so.
    """
    return _picture(pixels.permute(1, 2, 0).numpy(), alt)


def grey(values: Tensor, low: float, high: float) -> Html:
    """Return a map (H, W), black at `low` and white at `high`."""
    scaled = (values - low) / ((high - low) or 1.0)
    return _picture((255 * scaled.clamp(0, 1)).round().byte().numpy()[:, :, None], "")


def signed(values: Tensor, largest: float) -> Html:
    """Return a map (H, W), white at zero, vermilion above and blue below it, full at `largest` and its negative."""
    share = (values / (largest or 1.0)).clamp(-1, 1).numpy()[:, :, None]
    full = np.where(share > 0, _ABOVE, _BELOW)
    return _picture((255 + np.abs(share) * (full - 255)).round().astype(np.uint8), "")


def _picture(pixels: np.ndarray, alt: str) -> Html:
    """Return uint8 pixels (H, W, 1 or 3) as an image element."""
    from PIL import Image  # noqa: PLC0415  30 ms that only pages need

    picture = Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels)
    picture.thumbnail((LARGEST, LARGEST))
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return element("img", src=image_data(file.getvalue()), alt=alt, width=picture.width, height=picture.height)
