"""The drawing as a GIF."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from striate.view.sliding.marks import Beam, Box, Mark, Words
from striate.view.sliding.palette import LIGHT, look
from striate.view.sliding.scene import Scene

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

LONGEST = 1200  # pixels of the longer side

_FINER = 2  # drawn so many times larger, then reduced: edges come out smooth
_DASH, _SPACE = 3, 2
_SIZES = {"title": 15, "note": 12.5, "caption": 13, "index": 10, "label": 10}
_INKS = {"title": LIGHT.ink, "caption": LIGHT.ink, "note": LIGHT.faint, "index": LIGHT.faint, "label": LIGHT.faint}


def gif(scene: Scene) -> bytes:
    """Return the drawing as a GIF that repeats forever, at most 1,200 pixels wide and high.

    >>> from striate.arithmetic import Geometry, Sliding
    >>> from striate.view.sliding.scene import scene
    >>> gif(scene(Sliding.of(Geometry.of(3), 5)))[:6]
    b'GIF89a'
    """
    from PIL import Image  # noqa: PLC0415  30 ms that only pictures need

    pen = _Pen(scene)
    canvas = pen.canvas()
    pen.draw(canvas, scene.still)
    x, y = scene.caption_at
    pictures = []
    for frame in scene.frames:
        pen.draw(canvas, frame.trace)
        picture = canvas.copy()
        pen.draw(picture, (*frame.marks, Words(x, y, frame.caption, "caption")))
        pictures.append(picture.resize(pen.size, Image.Resampling.LANCZOS))
    palette = _beneath([pictures[0], pictures[len(pictures) // 2], pictures[-1]]).quantize(
        256, Image.Quantize.FASTOCTREE
    )
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
    content = io.BytesIO()
    first.save(
        content,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=round(scene.seconds * 100) * 10,
        loop=0,
        optimize=False,
    )
    return content.getvalue()


class _Pen:
    """Draws marks on an image, at the scale of a drawing."""

    def __init__(self, scene: Scene) -> None:
        from PIL import ImageFont  # noqa: PLC0415

        shrink = min(1.0, LONGEST / max(scene.width, scene.height))
        self.size = round(scene.width * shrink), round(scene.height * shrink)
        self.scale, self.groups = shrink * _FINER, scene.groups
        self.fonts = {style: ImageFont.load_default(size * self.scale) for style, size in _SIZES.items()}

    def canvas(self) -> "Image":
        """Return an empty image."""
        from PIL import Image  # noqa: PLC0415

        return Image.new("RGB", (self.size[0] * _FINER, self.size[1] * _FINER), LIGHT.paper)

    def draw(self, image: "Image", marks: Iterable[Mark]) -> None:
        """Draw marks over what there is."""
        from PIL import ImageDraw  # noqa: PLC0415

        brush = ImageDraw.Draw(image, "RGBA")  # which blends what is not opaque
        for mark in marks:
            if isinstance(mark, Box):
                self._box(brush, mark)
            elif isinstance(mark, Beam):
                points = [(x * self.scale, y * self.scale) for x, y in mark.points]
                brush.polygon(points, fill=_blended(LIGHT.ink, 0.07))
            else:
                self._words(brush, mark.x, mark.y, mark.text, mark.style, "mm" if mark.centred else "lm")

    def _box(self, brush: "ImageDraw", box: Box) -> None:
        one, s = look(box.style, box.group, self.groups, LIGHT), self.scale
        edges = box.x * s, box.y * s, (box.x + box.width) * s, (box.y + box.height) * s
        width = max(1, round(one.width * s))
        solid = one.line if one.line and not one.dashed else None
        fill = _blended(one.fill, one.opacity) if one.fill else None
        brush.rounded_rectangle(edges, 4 * s, fill=fill, outline=solid, width=width)
        if one.dashed:
            self._dashes(brush, edges, one.line, width)
        if box.label:
            style = "caption" if box.style == "touched-ghost" else "label"
            x, y = (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2
            brush.text((x, y), box.label, fill=_INKS[style], font=self.fonts["label"], anchor="mm")

    def _dashes(self, brush: "ImageDraw", edges: tuple[float, float, float, float], line: str, width: int) -> None:
        left, top, right, bottom = edges
        step, dash = (_DASH + _SPACE) * self.scale, _DASH * self.scale
        for number in range(int((right - left) // step)):
            x = left + number * step + step / 2
            for y in (top, bottom):
                brush.line((x, y, x + dash, y), fill=line, width=width)
        for number in range(int((bottom - top) // step)):
            y = top + number * step + step / 2
            for x in (left, right):
                brush.line((x, y, x, y + dash), fill=line, width=width)

    def _words(self, brush: "ImageDraw", x: float, y: float, text: str, style: str, anchor: str) -> None:
        place = x * self.scale, y * self.scale
        brush.text(place, text, fill=_INKS[style], font=self.fonts[style], anchor=anchor)


def _blended(colour: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue, round(255 * opacity)


def _beneath(pictures: "list[Image]") -> "Image":
    """Return pictures as one: its palette serves all."""
    from PIL import Image  # noqa: PLC0415

    width, height = pictures[0].size
    whole = Image.new("RGB", (width, height * len(pictures)))
    for number, picture in enumerate(pictures):
        whole.paste(picture, (0, number * height))
    return whole
