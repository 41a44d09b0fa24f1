"""The registry of models: a name, what it is for, the paper it comes from, how to build it and how to train it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, TypeVar

from torch import Tensor, nn

from striate.arithmetic.arguments import choice, integer
from striate.models.tasks import CHECKS, TASKS, Values

Builder = Callable[..., nn.Module]
_B = TypeVar("_B", bound=Builder)


@dataclass(frozen=True)
class Recipe:
    """A model's own defaults for training.

    Args:
        epochs: passes over the training samples.
        batch_size: samples a step.
        optimizer: "adamw", or "sgd" with Nesterov momentum.
        lr: learning rate at the peak of the one-cycle schedule.
        weight_decay: applied to weights with more than one axis.
        momentum: of "sgd".
        label_smoothing: of the cross-entropy; a model with a loss of its own has no use for it.
        augment: how training images are varied, one of `striate.data.AUGMENTATIONS`; True is "light", False "none".
        ema: largest decay of the moving average of the weights that is kept in their place; 0 keeps the last weights.
    """

    epochs: int
    batch_size: int
    optimizer: str
    lr: float
    weight_decay: float = 0.0
    momentum: float = 0.9
    label_smoothing: float = 0.0
    augment: bool | str = False
    ema: float = 0.0


@dataclass(frozen=True)
class _Entry:
    build: Builder
    paper: str
    year: int
    task: str
    recipe: Recipe | None
    example: Callable[[Values, int], Tensor]

    @property
    def defaults(self) -> dict[str, Any]:
        """The keywords that the builder takes, with their defaults; `Parameter.empty` where there is none."""
        parameters = signature(self.build).parameters.values()
        return {one.name: one.default for one in parameters if one.kind is Parameter.KEYWORD_ONLY}

    def values(self, name: str, given: Mapping[str, object]) -> dict[str, Any]:
        """Return every keyword's value, checked; a TypeError names one that is missing or not the model's."""
        defaults = self.defaults
        for keyword in given:
            if keyword not in defaults:
                raise TypeError(f"model {name!r} takes {', '.join(defaults)}, but got {keyword}")
        values = {**defaults, **given}
        for keyword, value in values.items():
            if value is Parameter.empty:
                raise TypeError(f"model {name!r} needs {keyword}")
        return {keyword: CHECKS[keyword](value) if keyword in CHECKS else value for keyword, value in values.items()}


_ENTRIES: dict[str, _Entry] = {}


def register(
    name: str,
    *,
    paper: str,
    year: int,
    task: str = "classification",
    recipe: Recipe | None = None,
    example: Callable[[Values, int], Tensor] | None = None,
) -> Callable[[_B], _B]:
    """Return a decorator that enters a model class, or a function that builds a model, under a name.

    Args:
        name: what `create` is asked for.
        paper: where the model was published.
        year: when.
        task: what it is for, a name in `striate.models.TASKS`.
        recipe: how it is trained unless the caller says otherwise; needed for classification.
        example: draws an input from the values of the keywords and a number of samples; the task's own unless given.

    Raises:
        ValueError: the name is taken, the task unknown, or a classifier has no recipe.
        TypeError: the builder does not take the keywords of its task.

    What is decorated is called with the keywords of its task, all of them checked, and with those that it has besides;
    its own defaults are those of the published model. It raises a ValueError where it cannot be built for them.
    """
    kind = TASKS[choice(task, tuple(TASKS), "task")]
    if task == "classification" and recipe is None:
        raise ValueError(f"model {name!r} is for classification, which is trained: give it a recipe")

    def enter(build: _B) -> _B:
        if name in _ENTRIES:
            raise ValueError(f"model {name!r} is already registered; register the new one under another name")
        entry = _Entry(build, paper, year, task, recipe, example or kind.example)
        missing = [keyword for keyword in kind.keywords if keyword not in entry.defaults]
        if missing:
            raise TypeError(f"model {name!r} must take {', '.join(kind.keywords)} by keyword, but not {missing[0]}")
        _ENTRIES[name] = entry
        return build

    return enter


def create(name: str, **keywords: object) -> nn.Module:
    """Build a model with fresh weights, drawn from torch's global generator.

    `striate.models.TASKS` says what the models of each task take and give. A classifier takes float images in [0, 1],
    shape (N, in_channels, height, width), and returns scores, shape (N, classes), whose softmax is its probability.

    Args:
        name: one of `names()`.
        keywords: those of the model's task and its own options; what is not given is as published. They are, by task,
            `in_channels` of an image, a signal or a volume (1 for grey and 3 for colour), `image_size` and
            `volume_size` in pixels (one number, or one an axis), `classes` to tell apart (at least 2), `scale` (how
            many times as large an image is made), `latent` numbers of a code, and the size of a `vocabulary`.

    Raises:
        ValueError: an unknown name, or a value that the model cannot be built for.
        TypeError: a keyword that the model does not take, or a value of another type.

    >>> import torch
    >>> model = create("lenet5-modern", in_channels=3, image_size=32, classes=5)
    >>> model(torch.rand(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """
    entry = _entry(name)
    return entry.build(**entry.values(name, keywords))


def example(name: str, batch: int = 1, **keywords: object) -> Tensor:
    """Draw an input for a model that is built with the same keywords, from torch's global generator.

    Args:
        name: one of `names()`.
        batch: samples.
        keywords: what `create` was given.

    Raises:
        ValueError, TypeError: those of `create`.

    >>> example("lenet5", 2).shape
    torch.Size([2, 1, 28, 28])
    """
    entry = _entry(name)
    return entry.example(entry.values(name, keywords), integer(batch, "batch", 1))


def keywords(name: str) -> dict[str, object]:
    """Return what a model can be built with, and what it is built with unless told otherwise.

    >>> keywords("espcn")
    {'in_channels': 1, 'scale': 3, 'up': 'subpixel'}
    """
    return {keyword: None if value is Parameter.empty else value for keyword, value in _entry(name).defaults.items()}


def names(task: str | None = None) -> tuple[str, ...]:
    """Return the names of all models, or of those for a task, sorted.

    >>> names("super-resolution")
    ('espcn', 'srcnn')
    """
    if task is not None:
        choice(task, tuple(TASKS), "task")
    return tuple(sorted(name for name, entry in _ENTRIES.items() if task in {None, entry.task}))


def recipe(name: str) -> Recipe:
    """Return how a model is trained unless the caller says otherwise.

    Raises:
        ValueError: an unknown name, or a model that has no recipe.

    >>> recipe("lenet5").augment
    False
    """
    entry = _entry(name)
    if entry.recipe is None:
        raise ValueError(
            f"model {name!r}, for {entry.task}, has no recipe for training so far: striate.models.create({name!r}) "
            "builds it for `striate.fit` or a loop of your own"
        )
    return entry.recipe


def paper(name: str) -> str:
    """Return where a model was published.

    >>> paper("lenet5")
    'LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11), 1998'
    """
    return _entry(name).paper


def year(name: str) -> int:
    """Return when a model was published.

    >>> year("lenet5")
    1998
    """
    return _entry(name).year


def task(name: str) -> str:
    """Return what a model is for.

    >>> task("lenet5")
    'classification'
    """
    return _entry(name).task


def _entry(name: str) -> _Entry:
    return _ENTRIES[choice(name, names(), "model")]
