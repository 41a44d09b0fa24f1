"""The picture of a window's way, in every format."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from zlib import crc32

from striate.arithmetic import Geometry, Sliding
from striate.arithmetic.arguments import integers
from striate.train.files import write_atomically
from striate.view.sliding.gif import gif
from striate.view.sliding.page import page
from striate.view.sliding.scene import MOST_FRAMES, Scene, scene
from striate.view.sliding.svg import svg
from striate.view.sliding.text import text

SUFFIXES = (".svg", ".gif", ".html", ".txt")

Ints = int | Sequence[int]


@dataclass(frozen=True, slots=True)
class SlidingPicture:
    """A drawing of a window that slides, as `sliding_window` makes it; a notebook shows it moving.

    Args:
        scene: what is drawn, and what each frame touches.
    """

    scene: Scene

    def text(self, frame: int = 0) -> str:
        """Return one frame for a terminal."""
        return text(self.scene, frame)

    def svg(self) -> str:
        """Return an SVG file that plays by itself, in light and dark, and stands still where motion is unwelcome."""
        return svg(self.scene)

    def html(self) -> str:
        """Return a page with the drawing, buttons, a slider and keys; it asks for no other file."""
        return page(self.scene)

    def gif(self) -> bytes:
        """Return a GIF that repeats forever."""
        return gif(self.scene)

    def save(self, path: str | PathLike[str]) -> None:
        """Write `.svg`, `.gif`, `.html` or, with every frame, `.txt`; ValueError for another suffix."""
        path = check_suffix(Path(path))
        formats = {".svg": self.svg, ".html": self.html, ".txt": self._every_text}
        suffix = path.suffix.lower()
        write_atomically(path, self.gif() if suffix == ".gif" else formats[suffix]().encode())

    def _every_text(self) -> str:
        frames = [self.text(number) for number in range(len(self.scene.frames))]
        return "\n\n".join([self.scene.title, *frames, ""])

    def __str__(self) -> str:
        return f"{self.scene.title}\n{self.text()}"

    def _repr_html_(self) -> str:
        return svg(self.scene, f"striate-{crc32(repr(self.scene.sliding).encode()):08x}")


def check_suffix(path: Path) -> Path:
    """Return the path of a picture; ValueError if its suffix names no format that there is."""
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path}: cannot write pictures named *{path.suffix}, use {', '.join(SUFFIXES)}")
    return path


def sliding_window(
    input: Ints,
    kernel_size: Ints,
    stride: Ints = 1,
    padding: str | int | Sequence[int] | Sequence[tuple[int, int]] = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    transposed: bool = False,
    output_padding: Ints = 0,
    output_size: Ints | None = None,
    channels: tuple[int, int] | None = None,
    ndim: int | None = None,
    frames: int = MOST_FRAMES,
) -> SlidingPicture:
    """Draw how a convolution's window slides, or how a transposed one's spreads each input.

    What is touched comes from `striate.arithmetic.Sliding`, which the tests hold to the operators' own Jacobians.

    Args:
        input: spatial size, an int or one an axis.
        kernel_size: taps, an int or one an axis.
        stride: as for `striate.functional.conv` or `conv_transpose`, and so are the arguments below.
        padding: an int, one int an axis, one (before, after) pair an axis, or a word.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups, each in a colour of its own.
        padding_mode: border rule, or one an axis.
        transposed: draw the transposed convolution.
        output_padding: of a transposed convolution.
        output_size: of a transposed convolution, in place of `output_padding`.
        channels: (of the input, of the output); one a group where None.
        ndim: axes, 1 to 3; read off `input` or `kernel_size` where one is a sequence, else 2.
        frames: how many positions are shown at most; of more, this many spread evenly.

    Raises:
        ValueError: sizes that do not fit, as the operators say, or more than 4,096 cells.

    Source: after the drawings of V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016.

    >>> picture = sliding_window(7, 3, stride=2, padding="same")
    >>> len(picture.scene.frames), picture.scene.sliding.output_size
    (16, (4, 4))
    """
    if ndim is None:
        ndim = next((len(value) for value in (input, kernel_size) if isinstance(value, Sequence)), 2)
    geometry = Geometry.of(kernel_size, stride, padding, dilation, ndim=ndim)
    sliding = Sliding.of(
        geometry,
        integers(input, ndim, "input", 1),
        padding_mode,
        transposed=transposed,
        output_padding=output_padding,
        output_size=output_size,
    )
    return SlidingPicture(scene(sliding, channels or (groups, groups), groups, frames))
