"""What models there are, how large they are, what they cost, and what to type."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from striate.engine.evaluating import evaluating
from striate.models import registry
from striate.models.tasks import TASKS


@dataclass(frozen=True)
class Listing:
    """A model in the catalogue, as it is built with nothing but its name.

    Args:
        name: what `create` is asked for.
        task: what it is for.
        year: when it was published.
        paper: where it was published.
        parameters: how many it has.
        multiply_adds: of its convolutions and matrix products, for one sample.
        input: the shape of that sample, without the batch.
        command: what to type to train it, or to build it where it is no classifier.
    """

    name: str
    task: str
    year: int
    paper: str
    parameters: int
    multiply_adds: int
    input: tuple[int, ...]
    command: str


def catalogue(task: str | None = None) -> tuple[Listing, ...]:
    """List all models, or those for a task, by task, year and size.

    Nothing is computed and no weights are made: the models are built on torch's meta device.

    Args:
        task: a name in `striate.models.TASKS`, or None.

    Raises:
        ValueError: an unknown task.

    >>> [(listing.name, listing.parameters) for listing in catalogue("super-resolution")]
    [('srcnn', 8129), ('espcn', 22729)]
    """
    listings = [describe(name) for name in registry.names(task)]
    order = list(TASKS)
    return tuple(sorted(listings, key=lambda listing: (order.index(listing.task), listing.year, listing.parameters)))


def describe(name: str) -> Listing:
    """Return one model's listing; a ValueError with the known ones where there is no such model.

    >>> describe("lenet5-modern").command
    'striate train lenet5-modern'
    """
    with torch.device("meta"):
        model, input = registry.create(name), registry.example(name)
    return Listing(
        name=name,
        task=registry.task(name),
        year=registry.year(name),
        paper=registry.paper(name),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        multiply_adds=multiply_adds(model, input),
        input=tuple(input.shape[1:]),
        command=_command(name, input),
    )


def multiply_adds(model: nn.Module, input: Tensor) -> int:
    """Return the multiply-adds of a model's convolutions and matrix products on an input.

    >>> multiply_adds(nn.Conv2d(1, 6, 5), torch.zeros(1, 1, 32, 32))
    117600
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad(), evaluating(model):
        model(input)
    return int(counter.get_total_flops()) // 2  # torch counts a multiplication and an addition as two


def _command(name: str, input: Tensor) -> str:
    task = registry.task(name)
    if task == "pretraining":
        return f"striate pretrain {name}"
    if task != "classification" or input.shape[2:] == (28, 28):  # on data of the task's own, and on digits
        return f"striate train {name}"
    return f"striate train {name} --data FOLDER --image-size {input.shape[2]}"
