"""The registry of models: a name, the paper it comes from, how to build it and how to train it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from torch import nn

from striate.arithmetic.arguments import choice, integer, integers

Builder = Callable[..., nn.Module]
_B = TypeVar("_B", bound=Builder)


@dataclass(frozen=True)
class Recipe:
    """A model's own defaults for training.

    Args:
        epochs: passes over the training images.
        batch_size: images a step.
        optimizer: "adamw", or "sgd" with Nesterov momentum.
        lr: learning rate at the peak of the one-cycle schedule.
        weight_decay: applied to weights with more than one axis.
        momentum: of "sgd".
        label_smoothing: of the cross-entropy; a model with a loss of its own has no use for it.
        augment: whether training images are shifted, rotated and scaled a little.
        ema: largest decay of the moving average of the weights that is kept in their place; 0 keeps the last weights.
    """

    epochs: int
    batch_size: int
    optimizer: str
    lr: float
    weight_decay: float = 0.0
    momentum: float = 0.9
    label_smoothing: float = 0.0
    augment: bool = False
    ema: float = 0.0


@dataclass(frozen=True)
class _Entry:
    build: Builder
    paper: str
    recipe: Recipe


_ENTRIES: dict[str, _Entry] = {}


def register(name: str, *, paper: str, recipe: Recipe) -> Callable[[_B], _B]:
    """Return a decorator that enters a model class, or a function that builds a model, under a name.

    Args:
        name: what `create` is asked for.
        paper: where the model was published.
        recipe: how it is trained unless the caller says otherwise.

    Raises:
        ValueError: the name is taken.

    What is decorated is called with the keywords `in_channels`, `image_size` (height, width) and `classes`; it raises a
    ValueError where it cannot be built for them.
    """

    def enter(build: _B) -> _B:
        if name in _ENTRIES:
            raise ValueError(f"model {name!r} is already registered; register the new one under another name")
        _ENTRIES[name] = _Entry(build, paper, recipe)
        return build

    return enter


def create(
    name: str, *, in_channels: int = 1, image_size: int | tuple[int, int] = (28, 28), classes: int = 10
) -> nn.Module:
    """Build a model with fresh weights, drawn from torch's global generator.

    It takes float images in [0, 1], shape (N, in_channels, height, width), and returns scores, shape (N, classes),
    whose softmax is its probability.

    Args:
        name: one of `names()`.
        in_channels: channels of an image, 1 for grey and 3 for colour.
        image_size: height and width of an image in pixels, or one number for both.
        classes: how many there are to tell apart, at least 2.

    Raises:
        ValueError: an unknown name, or images or classes that the model cannot be built for.

    >>> import torch
    >>> model = create("lenet5-modern", in_channels=3, image_size=32, classes=5)
    >>> model(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """
    height, width = integers(image_size, 2, "image_size", 1)
    return _entry(name).build(
        in_channels=integer(in_channels, "in_channels", 1),
        image_size=(height, width),
        classes=integer(classes, "classes", 2),
    )


def names() -> tuple[str, ...]:
    """Return the names of all models, sorted.

    >>> names()
    ('lenet5', 'lenet5-modern')
    """
    return tuple(sorted(_ENTRIES))


def recipe(name: str) -> Recipe:
    """Return how a model is trained unless the caller says otherwise.

    >>> recipe("lenet5").augment
    False
    """
    return _entry(name).recipe


def paper(name: str) -> str:
    """Return where a model was published.

    >>> paper("lenet5")
    'LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11), 1998'
    """
    return _entry(name).paper


def _entry(name: str) -> _Entry:
    return _ENTRIES[choice(name, names(), "model")]
