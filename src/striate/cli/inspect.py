"""`striate inspect`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from striate.cli.console import output
from striate.cli.subject import module_in_file

if TYPE_CHECKING:
    from torch import Tensor, nn

_WIDTH = 200  # columns of the widest tables


def inspect(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="MODEL|RUN|FILE.py:NAME",
            help="A model's name, such as lenet5; a run folder; or a module, a class or a function in a Python file, "
            "which is run.",
            show_default=False,
        ),
    ],
    input: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="N,C,SIZE,...",
            help="Shape of the input, such as 1,3,224,224; that which the model or run takes if left out.",
            show_default=False,
        ),
    ] = None,
    measure: Annotated[bool, typer.Option("--measure/--no-measure", help="Time each layer.")] = True,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="PATH", help="Write the rows there as CSV.", show_default=False)
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="PATH", help="Write everything there as JSON.", show_default=False)
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="PATH", help="Write the table there as a page.", show_default=False)
    ] = None,
) -> None:
    """Show a model layer by layer: shapes, windows, parameters, multiply-adds, receptive fields, bytes and time.

    Under the table stand its connections, what is odd (branches that do not meet, elements that nothing reads), and
    what fully connected layers of the same sizes would cost.
    """
    shape = None if input is None else _shape(input)

    from striate.view.inspection import inspect as inspect_model  # noqa: PLC0415  torch takes a second; --help has none

    found = inspect_model(*_model_and_input(subject, shape), measure=measure)
    Console(width=max(output.width, _WIDTH), highlight=False).print(found.__rich__())
    for path, write in ((csv_file, found.to_csv), (json_file, found.to_json), (html_file, found.to_html)):
        if path is not None:
            write(path)


def _shape(text: str) -> tuple[int, ...]:
    """Return the shape that a text such as `1,3,224,224` means."""
    words = text.split(",")
    if not all(word.strip().isdecimal() and int(word) for word in words):
        raise ValueError(f"input must be whole numbers from 1, such as 1,3,224,224, but got {text!r}")
    return tuple(int(word) for word in words)


def _model_and_input(subject: str, shape: tuple[int, ...] | None) -> "tuple[nn.Module, Tensor]":
    """Return the model that is meant, and an input for it."""
    from striate import models  # noqa: PLC0415
    from striate.train.config import LessonConfig  # noqa: PLC0415
    from striate.train.run import Run  # noqa: PLC0415

    path, _, name = subject.rpartition(":")
    if path.endswith(".py"):
        if shape is None:
            raise ValueError(f"give the shape of the input that {name} takes, such as --input 1,3,224,224")
        return _with_zeros(module_in_file(Path(path), name), shape)
    if Path(subject).is_dir():
        run = Run.open(subject)
        model, data = run.load_model(), run.config.data
        if shape is None and isinstance(data, LessonConfig):
            return model, models.example(run.config.model, **data.keywords)
        return _with_zeros(model, shape or (1, run.images.channels, *run.images.image_size))
    if subject not in models.names():
        raise ValueError(
            f"{subject!r} is no model ({', '.join(models.names())}), no run folder, and no module in a Python file, "
            "which is written file.py:name"
        )
    return _registered(subject, shape)


def _registered(name: str, shape: tuple[int, ...] | None) -> "tuple[nn.Module, Tensor]":
    """Return a registered model, built for an input of a shape where its builder asks for channels or image size."""
    from striate import models  # noqa: PLC0415

    if shape is None:
        return models.create(name), models.example(name)
    asked = models.keywords(name)
    built: dict[str, Any] = {}
    if "image_size" in asked:
        if len(shape) != 4:
            raise ValueError(f"input of {name} must be four numbers, N,C,height,width, but got {shape}")
        built["image_size"] = shape[2:]
    if "in_channels" in asked and len(shape) > 1:
        built["in_channels"] = shape[1]
    model = models.create(name, **built)
    return model, models.example(name, **built).new_zeros(shape)


def _with_zeros(model: "nn.Module", shape: tuple[int, ...]) -> "tuple[nn.Module, Tensor]":
    import torch  # noqa: PLC0415

    parameter = next(model.parameters(), torch.empty(0))
    return model, torch.zeros(shape, dtype=parameter.dtype)
