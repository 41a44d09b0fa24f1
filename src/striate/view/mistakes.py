"""Worst mistakes: the images that a model is most wrong about."""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from striate.data import ImageData
from striate.train.metrics import BATCH, device_of, loss_of, scores_of
from striate.view.figure import INK
from striate.view.layers import evaluating
from striate.view.panels import MARK, draw_image, name_panel, new_panels
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 8


class Mistakes(NamedTuple):
    """Images of the largest loss, the largest first.

    Args:
        images: uint8 (count, C, H, W).
        numbers: (count,), in the test set.
        losses: (count,).
        labels: (count,), the true ones.
        predictions: (count,).
        probabilities: (count,), that the model gives its predictions, in [0, 1].
    """

    images: Tensor
    numbers: Tensor
    losses: Tensor
    labels: Tensor
    predictions: Tensor
    probabilities: Tensor


def mistakes(model: nn.Module, data: ImageData, *, count: int = 24) -> Picture[Mistakes]:
    """Draw the test images with the largest loss, with what they are and what they are taken for.

    Args:
        model: takes float images in [0, 1], returns scores (N, classes); left as it was.
        data: whose test images are shown.
        count: of images; fewer where there are fewer. Among so many there may be some that are classified rightly, but
            barely: their captions are grey.

    Raises:
        ValueError: a count below 1, or a model whose scores do not fit the classes.

    >>> from striate.data import Images
    >>> images = Images(torch.arange(8, dtype=torch.uint8).reshape(2, 1, 2, 2), torch.tensor([0, 1]))
    >>> data = ImageData("tiny", train=images, test=images, classes=("small", "large"))
    >>> found = mistakes(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), data).array
    >>> found.images.shape, bool(found.losses[0] >= found.losses[1])
    (torch.Size([2, 1, 2, 2]), True)
    """
    if count < 1:
        raise ValueError(f"count is {count}, but at least 1 image is to be shown")
    device = device_of(model)
    with evaluating(model), torch.no_grad():
        parts = [
            scores_of(model, pixels.to(device).float() / 255, len(data.classes))
            for pixels in data.test.images.split(BATCH)
        ]
    labels = data.test.labels
    losses = losses_of(model, torch.cat(parts), labels.to(device)).cpu()
    worst = losses.topk(min(count, len(losses))).indices
    likeliest = torch.cat(parts).cpu().softmax(1).max(1)
    found = Mistakes(
        data.test.images[worst], worst, losses[worst], labels[worst], likeliest.indices[worst], likeliest.values[worst]
    )
    return Picture(found, lambda: _draw(found, data.classes))


def losses_of(model: nn.Module, scores: Tensor, labels: Tensor) -> Tensor:
    """Return each image's loss (N,): the model's own where it has a method `loss`, else cross-entropy."""
    if not callable(getattr(model, "loss", None)):
        return F.cross_entropy(scores, labels, reduction="none")
    with torch.no_grad():
        rows = zip(scores.split(1), labels.split(1), strict=True)
        return torch.stack([loss_of(model, score, label) for score, label in rows])


def _draw(found: Mistakes, classes: tuple[str, ...]) -> "Figure":
    wrong = int((found.predictions != found.labels).sum())
    columns = min(COLUMNS, len(found.losses))
    rows = -(-len(found.losses) // columns)
    title = (
        f"largest losses: true class, then the predicted one and its probability; {wrong} of {len(found.losses)} wrong"
    )
    figure, grid = new_panels(rows, columns, title, width=1.05, height=1.05)
    panels = [axes for row in grid for axes in row]
    for axes in panels[len(found.losses) :]:
        axes.remove()
    for axes, image, label, predicted, probability in zip(
        panels, found.images, found.labels, found.predictions, found.probabilities, strict=False
    ):
        draw_image(axes, image / 255, limits=(0, 1))
        right = label == predicted
        caption = f"{classes[label]} as {classes[predicted]}, {probability:.0%}"
        name_panel(axes, f"{classes[label]}, {probability:.0%}" if right else caption, INK if right else MARK)
    return figure
