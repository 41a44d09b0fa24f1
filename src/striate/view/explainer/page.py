"""Write the page that explains what a network makes of an image."""

from collections.abc import Sequence
from dataclasses import asdict
from os import PathLike
from pathlib import Path

from torch import Tensor, nn

from striate.data import ImageData
from striate.graph import record
from striate.train.files import write_atomically
from striate.view.explainer.blocks import Blocks
from striate.view.explainer.explanation import explanation_of
from striate.view.explainer.script import resource, script
from striate.view.explainer.steps import steps_of
from striate.view.explainer.units import units_of
from striate.view.layers import as_batch
from striate.view.page import data as data_block
from striate.view.page import document, element
from striate.view.streams import Data

STYLES = ("explainer", "network", "layer", "unit")


def explain(
    model: nn.Module,
    image: Tensor,
    path: str | PathLike[str] = "explain.html",
    *,
    classes: Sequence[str] | None = None,
    data: Data | None = None,
    name: str | None = None,
) -> Path:
    """Write a page that shows what a network makes of an image, from the whole of it down to each product.

    The page is one file that needs no other and no connection. It shows the network as columns of feature maps; each
    layer with its window, the receptive field in the image, and every product of the sum under the pointer; and each
    unit with its filter, its best patches and its DeconvNet projection. Up to 4 MB all numbers are kept as they are; a
    larger network's are rounded to float16, and what would make the page larger than 25 MB is left out, which it says.

    Args:
        model: Any module, of this package's or torch's layers; left as it was.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1]; one to three axes S.
        path: Of the page; an older file is replaced.
        classes: The names of the classes, one a score that the model returns. None: those of `data`, if it has any.
        data: Images whose parts excite the units most: the test images of a `striate.data.ImageData`; `Images`; a
            tensor (N, C, *S); or an iterable of batches. None: the parts of `image` alone.
        name: What the page calls the model. None: its class.

    Returns:
        The path of the page.

    Raises:
        TypeError: The model is no module.
        ValueError: An image that does not fit, or not one class name a score.

    >>> import tempfile
    >>> import torch
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = explain(model, torch.rand(1, 8, 8), Path(folder) / "explain.html", classes=("cat", "dog"))
    ...     page.name, page.stat().st_size < 200_000
    ('explain.html', True)
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, but got a {type(model).__name__}")
    title = type(model).__name__ if name is None else name
    if classes is None:
        classes = data.classes if isinstance(data, ImageData) else ()
    pixels = as_batch(model, image)
    blocks = Blocks()
    recording = record(model, pixels)
    steps = list(steps_of(recording))
    units = units_of(model, recording, steps, blocks, data)
    explanation = explanation_of(recording, steps, blocks, name=title, classes=classes, units=units)
    body = [
        element("div", id="stage"),
        element("noscript", "This page draws with JavaScript, which is switched off."),
        data_block("explanation", asdict(explanation)),
        *blocks.elements(),
    ]
    page = document(
        f"How {title} sees an image", body, scripts=[script()], styles=[resource(f"{name}.css") for name in STYLES]
    )
    target = Path(path)
    write_atomically(target, page.encode())
    return target
