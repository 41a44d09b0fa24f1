"""The drawing as an HTML page with a slider, buttons and keys."""

from html import escape

from striate.view.sliding.scene import Scene
from striate.view.sliding.svg import svg

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root{{color-scheme:light dark;font-family:system-ui,sans-serif}}
body{{margin:0;padding:16px;background:#fff;color:#222}}
main{{max-width:{width}px;margin:auto}}
svg{{width:100%;height:auto}}
svg.held .frame,svg.held .trace{{animation:none!important;visibility:hidden!important}}
svg.held .on{{visibility:visible!important}}
nav{{display:flex;gap:8px;align-items:center;margin-top:8px}}
button{{font:inherit;min-width:44px;min-height:36px}}
input{{flex:1}}
p{{color:#6b7280;font-size:13px}}
@media(prefers-color-scheme:dark){{body{{background:#14181d;color:#eceff2}}p{{color:#98a2ad}}}}
</style>
</head>
<body>
<main>
{svg}
<nav aria-label="Positions">
<button id="play" title="Play or pause (space)">Pause</button>
<button id="back" aria-label="One position back" title="Back (left arrow)">&#8592;</button>
<button id="next" aria-label="One position on" title="On (right arrow)">&#8594;</button>
<input id="slider" type="range" min="0" max="{last}" value="0" aria-label="Position">
<output id="count" aria-live="off"></output>
</nav>
<p>Space plays and pauses, the arrow keys step, Home and End go to the first and last position.</p>
</main>
<script>
"use strict";
const drawing = document.querySelector("svg"), slider = document.getElementById("slider");
const play = document.getElementById("play"), count = document.getElementById("count");
const frames = [...drawing.querySelectorAll(".frame")], traces = [...drawing.querySelectorAll(".trace")];
let now = 0, clock = null;
function show(number) {{
  now = (number + frames.length) % frames.length;
  frames.forEach((frame, i) => frame.classList.toggle("on", i === now));
  traces.forEach((trace, i) => trace.classList.toggle("on", i <= now));
  slider.value = now;
  slider.setAttribute("aria-valuetext", frames[now].querySelector(".caption").textContent);
  count.textContent = `${{now + 1}} / ${{frames.length}}`;
}}
function run(wanted) {{
  clearInterval(clock);
  clock = wanted ? setInterval(() => show(now + 1), {milliseconds}) : null;
  play.textContent = wanted ? "Pause" : "Play";
}}
function step(number) {{ run(false); show(number); }}
play.onclick = () => run(clock === null);
document.getElementById("back").onclick = () => step(now - 1);
document.getElementById("next").onclick = () => step(now + 1);
slider.oninput = () => step(Number(slider.value));
addEventListener("keydown", event => {{
  const keys = {{ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: frames.length - 1}};
  if (event.key in keys) step(keys[event.key]);
  else if (event.key === " " && event.target.tagName !== "BUTTON") run(clock === null);
  else return;
  event.preventDefault();
}});
drawing.classList.add("held");
show(0);
run(!matchMedia("(prefers-reduced-motion: reduce)").matches);
</script>
</body>
</html>
"""


def page(scene: Scene) -> str:
    """Return the drawing as one HTML file that asks for nothing else: play, pause, step, a slider and keys.

    Without scripts the drawing plays by itself.

    >>> from striate.arithmetic import Geometry, Sliding
    >>> from striate.view.sliding.scene import scene
    >>> 'max="2"' in page(scene(Sliding.of(Geometry.of(3), 5)))
    True
    """
    return _PAGE.format(
        title=escape(scene.title),
        width=round(scene.width),
        svg=svg(scene),
        last=len(scene.frames) - 1,
        milliseconds=round(scene.seconds * 1000),
    )
