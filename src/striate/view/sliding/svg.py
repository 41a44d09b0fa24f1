"""The drawing as one SVG file that plays by itself."""

from collections.abc import Iterable
from html import escape

from striate.view.sliding.marks import Beam, Box, Mark, Words
from striate.view.sliding.palette import DARK, LIGHT, STYLES, Theme, look
from striate.view.sliding.scene import Scene

_SIZES = {"title": 15, "note": 12.5, "caption": 13, "index": 10}


def svg(scene: Scene, name: str = "striate") -> str:
    """Return the drawing as SVG 1.1, its frames shown one after another by CSS.

    Where the reader asks for less motion the last frame stands still. Light and dark follow the reader's page. Group
    `i` of class `frame` is frame `i`, group `i` of class `trace` what stays from then on.

    Args:
        scene: the drawing.
        name: what ids begin with; two drawings on one page need two names.

    >>> from striate.arithmetic import Geometry, Sliding
    >>> from striate.view.sliding.scene import scene
    >>> svg(scene(Sliding.of(Geometry.of(3), 5))).count('class="frame')
    3
    """
    width, height = round(scene.width), round(scene.height)
    x, y = scene.caption_at
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{name}-title {name}-description">',
        f'<title id="{name}-title">{escape(scene.title)}</title>',
        f'<desc id="{name}-description">{escape(scene.description)}</desc>',
        f"<style>{_css(scene, name)}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="6"/>',
        *_drawn(scene.still),
    ]
    for number, frame in enumerate(scene.frames):
        lines += [f'<g class="trace t{number}">', *_drawn(frame.trace), "</g>"]
    for number, frame in enumerate(scene.frames):
        words = Words(x, y, frame.caption, "caption")
        lines += [f'<g class="frame f{number}">', *_drawn((*frame.marks, words)), "</g>"]
    return "\n".join([*lines, "</svg>", ""])


def _drawn(marks: Iterable[Mark]) -> Iterable[str]:
    for mark in marks:
        if isinstance(mark, Box):
            yield (
                f'<rect class="{mark.style} g{mark.group}" x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" '
                f'height="{mark.height:g}" rx="4"/>'
            )
            if mark.label:
                middle = f'x="{mark.x + mark.width / 2:g}" y="{mark.y + mark.height / 2:g}"'
                kind = "label over" if mark.style.startswith("touched") else "label"
                yield f'<text class="{kind}" {middle}>{escape(mark.label)}</text>'
        elif isinstance(mark, Beam):
            points = " ".join(f"{x:g},{y:g}" for x, y in mark.points)
            yield f'<polygon class="beam" points="{points}"/>'
        else:
            centred = " centred" if mark.centred else ""
            yield f'<text class="{mark.style}{centred}" x="{mark.x:g}" y="{mark.y:g}">{escape(mark.text)}</text>'


def _css(scene: Scene, name: str) -> str:
    """Return the colours, and a clock of `len(frames)` steps: a frame is there for one, a trace from one to the end."""
    count = len(scene.frames)
    loop = f"{count * scene.seconds:g}s"
    at = f"#{name} "
    rules = [
        f"{at}text{{font-family:system-ui,sans-serif;dominant-baseline:central}}",
        *(f"{at}.{style}{{font-size:{size}px}}" for style, size in _SIZES.items()),
        f"{at}.title{{font-weight:600}}",
        f"{at}.label{{font-size:10px}}{at}.centred,{at}.label{{text-anchor:middle}}",
        *_theme(scene, LIGHT, at),
        "@media(prefers-color-scheme:dark){",
        *_theme(scene, DARK, at),
        "}",
        f"{at}.frame,{at}.trace{{animation:{loop} step-end infinite}}",
    ]
    for number in range(count):
        start, end = f"{100 * number / count:.4g}%", f"{100 * (number + 1) / count:.4g}%"
        before = "0%{visibility:hidden}" if number else ""
        after = f"{end}{{visibility:hidden}}" if number + 1 < count else ""
        rules.append(f"@keyframes {name}-f{number}{{{before}{start}{{visibility:visible}}{after}}}")
        rules.append(f"{at}.f{number}{{animation-name:{name}-f{number}}}")
        rules.append(f"@keyframes {name}-t{number}{{{before}{start}{{visibility:visible}}}}")
        rules.append(f"{at}.t{number}{{animation-name:{name}-t{number}}}")
    rules.append(f"{at}.frame:not(.f{count - 1}){{visibility:hidden}}")
    rules.append(f"@media(prefers-reduced-motion:reduce){{{at}.frame,{at}.trace{{animation:none}}}}")
    return "\n".join(rules)


def _theme(scene: Scene, theme: Theme, at: str) -> Iterable[str]:
    yield f"{at}text{{fill:{theme.ink}}}{at}.note,{at}.index,{at}.label{{fill:{theme.faint}}}"
    yield f"{at}.over{{fill:{theme.ink}}}{at}.paper{{fill:{theme.paper}}}{at}.beam{{fill:{theme.ink};opacity:.07}}"
    for style in STYLES:
        for group in range(scene.groups):
            one = look(style, group, scene.groups, theme)
            fill = f"fill:{one.fill};fill-opacity:{one.opacity:g}" if one.fill else "fill:none"
            line = f";stroke:{one.line};stroke-width:{one.width:g}" if one.line else ""
            dash = ";stroke-dasharray:3 2" if one.dashed else ""
            yield f"{at}.{style}.g{group}{{{fill}{line}{dash}}}"
