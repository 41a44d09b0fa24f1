"""`striate arithmetic`."""

from collections.abc import Sequence
from itertools import islice
from math import prod
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from striate.arithmetic import UNKNOWNS, Axis, ReceptiveField, Sliding, even_blocks
from striate.arithmetic.arguments import choice, integers
from striate.cli.arithmetic_options import axes_of, channels_of, geometry_of, numbers
from striate.cli.console import output
from striate.words import count

_ANSWERS = 8  # shown of what may be many


def arithmetic(
    input: Annotated[
        str | None, typer.Option(metavar="N[,N...]", help="Size of the input, one for all axes or one each.")
    ] = None,
    kernel: Annotated[str | None, typer.Option(metavar="K[,K...]", help="Taps of the window.")] = None,
    stride: Annotated[str, typer.Option(metavar="N[,N...]", help="Step between two positions.")] = "1",
    padding: Annotated[
        str,
        typer.Option(
            metavar="WORD|P[,P...]",
            help="valid, same, same_lower, full or causal; amounts; or BEFORE:AFTER. Negative amounts crop.",
        ),
    ] = "0",
    dilation: Annotated[str, typer.Option(metavar="N[,N...]", help="Step between two taps.")] = "1",
    padding_mode: Annotated[
        str,
        typer.Option(
            metavar="RULE[,RULE...]",
            help="What stands outside: zeros, constant, mean, reflect, symmetric, replicate, circular.",
        ),
    ] = "zeros",
    transposed: Annotated[bool, typer.Option("--transposed", help="Transposed convolution.")] = False,
    output_padding: Annotated[str, typer.Option(metavar="N[,N...]", help="Of a transposed convolution.")] = "0",
    groups: Annotated[int, typer.Option(min=1, help="Channel groups; each has its colour.")] = 1,
    channels: Annotated[
        str | None,
        typer.Option(metavar="IN,OUT", help="Tell parameters and multiply-adds, and draw every channel."),
    ] = None,
    ndim: Annotated[
        int | None, typer.Option(min=1, help="Axes; as many as the longest option has, 2 if none tells.")
    ] = None,
    solve: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Find padding, input, stride, kernel, dilation or output_padding from --output.",
            show_default=False,
        ),
    ] = None,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="N[,N...]", help="The size to solve for, or that a transposed convolution makes."
        ),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(min=1, help="Positions shown at most, evenly chosen. [default: 1 in the terminal, 64 in files]"),
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the moving picture there.")] = None,
    gif: Annotated[Path | None, typer.Option(metavar="FILE", help="Likewise.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Likewise, with a slider and keys.")] = None,
) -> None:
    """Tell the sizes of a convolution with their formula, solve them backwards, and draw how its window slides."""
    files = [(path, suffix) for path, suffix in ((svg, ".svg"), (gif, ".gif"), (html, ".html")) if path is not None]
    for path, suffix in files:
        if path.suffix.lower() != suffix:
            raise ValueError(f"{path}: the name of a picture of --{suffix[1:]} must end in {suffix}")
    if wanted is not None and solve is None and not transposed:
        raise ValueError("output is known without --output: say what to --solve for, or give --transposed")
    if output_padding != "0" and not transposed:
        raise ValueError("output_padding is for a transposed convolution: give --transposed, or leave it out")
    texts = [text for text in (input, kernel, stride, padding, dilation, padding_mode, wanted) if text is not None]
    longest = max(text.count(",") + 1 for text in texts)
    ndim = ndim or (longest if longest > 1 else 2)
    axes = axes_of(ndim, solve, input, kernel, stride, padding, dilation, transposed, output_padding)
    sizes = None if wanted is None else integers(numbers(wanted, "output"), ndim, "output", 1)
    if solve is not None:
        if sizes is None:
            raise ValueError(f"solve {solve!r} needs the size that is wanted: give --output")
        axes, sizes = _solved(axes, solve.replace("-", "_"), sizes), None
    sliding = Sliding.of(
        geometry_of(axes),
        [axis.input for axis in axes],
        padding_mode.split(",") if "," in padding_mode else padding_mode,
        transposed=transposed,
        output_padding=[axis.output_padding for axis in axes] if transposed and sizes is None else 0,
        output_size=sizes,
    )
    pair = channels_of(channels, groups)
    if files:
        _write(sliding, pair, groups, frames, [path for path, _ in files])
    _tell(sliding)
    if groups > 1:
        _tell_groups(pair, groups)
    if channels is not None:
        _tell_cost(sliding, pair, groups)
    _draw(sliding, frames or 1)


def _solved(axes: Sequence[Axis], unknown: str, wanted: Sequence[int]) -> list[Axis]:
    """Tell every answer, and return the first of each axis."""
    choice(unknown, UNKNOWNS, "solve")
    every = [axis.solve(unknown, size) for axis, size in zip(axes, wanted, strict=True)]
    lines = []
    for found, size in zip(every, wanted, strict=True):
        values = [getattr(axis, unknown) for axis in found]
        answers = [f"{value[0]}:{value[1]}" if unknown == "padding" else str(value) for value in values[:_ANSWERS]]
        more = ", and more" if len(values) > _ANSWERS else ""
        lines.append(f"{unknown.replace('_', ' ')} for an output of {size}: {', '.join(answers)}{more}")
    _printaxes_of(lines)
    return [found[0] for found in every]


def _tell(sliding: Sliding) -> None:
    """Print the sizes."""
    _printaxes_of([f"output size: {formula}" for formula in sliding.formulas()])
    if sliding.transposed:
        meets = [str(met[0]) if len(met) == 1 else f"{met[0]} to {met[-1]}" for met in sliding.contributions()]
        _printaxes_of([f"taps that meet in an output: {meet}" for meet in meets])
        return
    fields = [ReceptiveField().through(window) for window in sliding.windows]
    _printaxes_of(
        [f"an output sees {count(field.size, 'element')}, the next begins {field.jump} later" for field in fields]
    )


def _printaxes_of(lines: Sequence[str]) -> None:
    """Print what holds for every axis once, else a line an axis."""
    if len(set(lines)) == 1:
        output.print(lines[0], soft_wrap=True)
        return
    for axis, line in enumerate(lines):
        output.print(f"axis {axis}: {line}", soft_wrap=True)


def _tell_groups(channels: tuple[int, int], groups: int) -> None:
    """Print which channels belong together."""
    blocks = zip(*(even_blocks(number, groups) for number in channels), strict=True)
    told = [f"{_range(ins)} to {_range(outs)}" for ins, outs in islice(blocks, _ANSWERS)]
    more = ", and so on" if groups > _ANSWERS else ""
    output.print(f"channels of the input to those of the output: {', '.join(told)}{more}", soft_wrap=True)


def _range(channels: range) -> str:
    return f"{channels[0]}" if len(channels) == 1 else f"{channels[0]}-{channels[-1]}"


def _tell_cost(sliding: Sliding, channels: tuple[int, int], groups: int) -> None:
    """Print what the layer costs: both directions multiply each weight once for each place of the window."""
    weights = channels[0] * channels[1] // groups * prod(window.kernel for window in sliding.windows)
    output.print(
        f"{count(weights + channels[1], 'parameter')} with the bias, "
        f"{count(weights * prod(sliding.positions), 'multiply-add')} an image",
        soft_wrap=True,
    )


def _write(sliding: Sliding, channels: tuple[int, int], groups: int, frames: int | None, files: Sequence[Path]) -> None:
    from striate.view.sliding import SlidingPicture  # noqa: PLC0415  torch takes a second; --help has none
    from striate.view.sliding.scene import MOST_FRAMES, scene  # noqa: PLC0415

    picture = SlidingPicture(scene(sliding, channels, groups, frames or MOST_FRAMES))
    for path in files:
        picture.save(path)


def _draw(sliding: Sliding, frames: int) -> None:
    """Print positions of one channel; numbers whose drawing is too large are told all the same."""
    from striate.view.sliding.scene import scene  # noqa: PLC0415
    from striate.view.sliding.text import text  # noqa: PLC0415

    try:
        drawing = scene(sliding, frames=frames)
    except ValueError as error:
        output.print(f"not drawn: {error}", style="dim", soft_wrap=True)
        return
    for number in range(len(drawing.frames)):
        drawn = Text(text(drawing, number))
        widest = max(map(len, drawn.plain.splitlines()))
        if output.is_terminal and widest > output.width:
            told = f"not drawn: {widest} columns are wider than the terminal; --svg, --gif and --html are not"
            output.print(told, style="dim", soft_wrap=True)
            return
        drawn.highlight_regex(r"\[.\]", "bold yellow")
        output.print()
        output.print(drawn, soft_wrap=True)
