"""`striate filter`."""

import io
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from torch import Tensor


class Combine(StrEnum):
    """How the answers to several filters become one picture."""

    sum = "sum"
    max = "max"
    magnitude = "magnitude"


class Scale(StrEnum):
    """How answers become grey values."""

    auto = "auto"
    clip = "clip"
    positive = "positive"
    signed = "signed"
    absolute = "absolute"


def filter_image(
    image: Annotated[Path, typer.Argument(help="An image file of any size and mode.", show_default=False)],
    kernel: Annotated[
        list[str],
        typer.Option(
            metavar="NAME[:KEY=VALUE,...]",
            help="A filter, such as sobel, line-vertical, gaussian:sigma=2 or gabor:wavelength=8; may be repeated.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the picture there.", show_default=False)
    ] = None,
    combine: Annotated[
        Combine, typer.Option(help="How the answers to several filters become one picture.")
    ] = Combine.magnitude,
    padding_mode: Annotated[
        str, typer.Option(help="What stands outside the image: symmetric, reflect, replicate, circular, zeros, mean.")
    ] = "symmetric",
    scale: Annotated[
        Scale,
        typer.Option(
            help="clip: as an image. positive: 0 is black. signed: 0 is grey. absolute: signs dropped. auto: clip for "
            "one filter that adds up to 1, signed for another, positive for several."
        ),
    ] = Scale.auto,
    grey: Annotated[bool, typer.Option("--grey", help="Make the image grey first.")] = False,
    figure: Annotated[
        Path | None,
        typer.Option(help="Write input, filters and picture there, side by side.", show_default=False),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Open them in the system's image viewer.")] = False,
) -> None:
    """Apply filters made by hand to a photograph: edges, lines, blurs, reliefs."""
    if output is None and figure is None and not show:
        raise typer.BadParameter("the picture goes nowhere: give --output, --figure or --show", param_hint="--output")
    for path in (output, figure):
        _check_suffix(path)

    from striate.data.image_file import decode  # noqa: PLC0415  torch takes a second; --help has none
    from striate.data.resize import convert_channels  # noqa: PLC0415
    from striate.filters import catalogue, rendering, responses  # noqa: PLC0415

    weight = catalogue.filters_of_all(kernel)
    pixels = decode(image)
    if grey:
        pixels = convert_channels(pixels, 1)
    answers = responses.respond(pixels.float() / 255, weight, padding_mode=padding_mode)
    combined = len(weight) > 1
    answer = responses.combine(answers, combine.value) if combined else answers[0]
    how = rendering.scale_for(weight, combined) if scale is Scale.auto else scale.value
    picture = rendering.as_picture(answer, how)
    if output is not None:
        _write_image(output, picture)
    if figure is not None or show:
        _draw(pixels, weight, picture, f"{image.name}: {' + '.join(kernel)}", figure, show)


def _check_suffix(path: Path | None) -> None:
    from PIL import Image  # noqa: PLC0415  30 ms

    known = {suffix for suffix, format in Image.registered_extensions().items() if format in Image.SAVE}
    if path is not None and path.suffix.lower() not in known:
        raise ValueError(f"{path}: cannot write images named *{path.suffix}, use .png or .jpg")


def _write_image(path: Path, picture: "Tensor") -> None:
    from PIL import Image  # noqa: PLC0415

    from striate.train.files import write_atomically  # noqa: PLC0415

    content = io.BytesIO()
    bands = [Image.fromarray(band.numpy()) for band in picture]
    merged = bands[0] if len(bands) == 1 else Image.merge("RGB", bands)
    merged.save(content, format=Image.registered_extensions()[path.suffix.lower()])
    write_atomically(path, content.getvalue())


def _draw(pixels: "Tensor", weight: "Tensor", picture: "Tensor", title: str, path: Path | None, show: bool) -> None:
    from striate.view.figure import write_figure  # noqa: PLC0415
    from striate.view.filtering import filtering  # noqa: PLC0415

    drawn = filtering(pixels, weight, picture, title)
    if path is not None:
        write_figure(drawn, path)
    if show:
        shown = path or Path(tempfile.mkdtemp(prefix="striate-")) / "filter.png"  # stays: the viewer reads it later
        if path is None:
            drawn.savefig(shown)
        if typer.launch(str(shown)) != 0:
            raise RuntimeError(f"no program here shows images; the figure is {shown}")
