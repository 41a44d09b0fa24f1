"""`striate export`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import output
from striate.words import count

if TYPE_CHECKING:
    from striate.exporting import Exported


def export(
    run: Annotated[Path, typer.Argument(help="A run folder, as `striate train` makes them.", show_default=False)],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="onnx|pt2|safetensors",
            help="onnx for every runtime, pt2 for PyTorch without the model's Python, safetensors for weights.",
        ),
    ] = "onnx",
    file: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="RUN/MODEL.FORMAT unless given.", show_default=False),
    ] = None,
    fold_batch_norms: Annotated[
        bool, typer.Option("--fold-batch-norms", help="Fold batch norms into the convolutions before them.")
    ] = False,
    fixed_size: Annotated[
        bool, typer.Option("--fixed-size", help="Take images of the run's own size only, which is traced faster.")
    ] = False,
) -> None:
    """Write a run's model as a standard file, once it is seen to give the same scores, and say how fast it is.

    The file knows its classes, channels, image size and range of pixels: `striate predict FILE IMAGE` needs no run.
    """
    from striate.exporting import FORMATS  # noqa: PLC0415  torch takes a second; --help has none
    from striate.exporting import export as export_run  # noqa: PLC0415
    from striate.train import Run  # noqa: PLC0415

    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; known are {', '.join(FORMATS)}")
    path = run / f"{Run.open(run).config.model}.{format}" if file is None else file
    written = export_run(run, path, format=format, dynamic_size=not fixed_size, fold_batch_norms=fold_batch_norms)
    for line in _lines(written):
        output.print(line, soft_wrap=True)


def _lines(written: "Exported") -> Iterator[str]:
    yield f"{written.path}: {written.bytes:,} bytes"
    if written.dynamic:
        yield f"takes any {' and '.join(written.dynamic.values())}"
    folded, there = written.folded
    if folded:
        yield f"{folded} of {count(there, 'batch norm')} folded"
    if written.agreements:
        shapes = ", ".join(_shape(agreement.shape) for agreement in written.agreements)
        worst = max(agreement.difference for agreement in written.agreements)
        yield f"verified on {shapes}: at most {worst:.1e} of the largest output away from the model's"
        turned = max(agreement.turned for agreement in written.agreements)
        if turned:
            yield f"but for {turned:.1%} of the outputs, which unpooling has elsewhere: rounding chose between maxima"
    if written.timing is not None:
        timing = written.timing
        yield (
            f"{timing.exported * 1e3:.2f} ms on {_shape(timing.shape)}, the model itself {timing.model * 1e3:.2f} ms"
        )


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
