"""`striate explain`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import errors, output

if TYPE_CHECKING:
    from striate.data import ImageData
    from striate.train import Run


def explain(
    run: Annotated[Path, typer.Argument(help="A run folder, as `striate train` makes them.", show_default=False)],
    image: Annotated[Path, typer.Argument(help="An image file of any size and mode.", show_default=False)],
    path: Annotated[Path, typer.Option("--output", "-o", help="Write the page there.")] = Path("explain.html"),
    invert: Annotated[
        bool | None,
        typer.Option(
            "--invert/--no-invert",
            help="Invert the image, or never. Unless given, a grey image with a light border is inverted "
            "for a model that learnt light on dark.",
            show_default=False,
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the system's browser.")] = False,
) -> None:
    """Write a page that shows what a run's network makes of an image: every layer, every window, every product.

    The page is one file that needs no connection. The best patches of each unit come from the run's test images.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"--output: there is no folder {path.parent} to write {path.name} into; make it first")

    from striate.train import Predictor, Run  # noqa: PLC0415  torch takes a second; --help has none
    from striate.view import explain as write_page  # noqa: PLC0415

    opened = Run.open(run)
    seen = opened.images
    predictor = Predictor(opened.load_model(), seen)
    _, pixels, _ = predictor.prepare(image, invert="auto" if invert is None else invert)
    name = opened.config.model
    write_page(predictor.model, pixels, path, classes=seen.classes, data=_data_of(opened), name=name)
    output.print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, to be opened in any browser", soft_wrap=True)
    if show and typer.launch(str(path)) != 0:
        raise RuntimeError(f"no program here shows pages; open {path} yourself")


def _data_of(run: "Run") -> "ImageData | None":
    """Return what the run was trained on; None, with a warning, where it is not there any more."""
    try:
        return run.load_data()
    except (OSError, ValueError) as error:
        errors.print(f"warning: no patches of the run's own images: {error}", style="yellow", soft_wrap=True)
        return None
