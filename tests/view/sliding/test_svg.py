import re
from math import prod
from xml.etree import ElementTree

import numpy as np
import oracles
import pytest
from hypothesis import assume, given, settings
from jacobians import conv_jacobian, conv_transpose_jacobian, counted_weight
from strategies import MODES, problems

from striate.arithmetic import Geometry, Sliding
from striate.view import sliding_window
from striate.view.sliding.scene import MOST_CELLS, scene
from striate.view.sliding.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def read(text):
    """What a browser would draw: (class words, place on paper) of the rectangles that stay and of each frame's."""
    root = ElementTree.fromstring(text)
    still = [boxes(node) for node in root.findall(f"{SVG}rect")]
    groups = {name: [] for name in ("frame", "trace")}
    for group in root.findall(f"{SVG}g"):
        groups[group.get("class").split()[0]].append([boxes(node) for node in group.findall(f"{SVG}rect")])
    return still, groups["frame"], groups["trace"]


def boxes(node):
    return node.get("class").split()[0], (node.get("x"), node.get("y"))


def drawn_pattern(text, inputs, outputs, transposed):
    """Which outputs and inputs the frames show together, (outputs, inputs), from the rectangles alone."""
    still, frames, _ = read(text)
    cells = [at for style, at in still if style in {"element", "cropped"}]
    assert len(cells) == inputs + outputs
    from_paper = {at: number for number, at in enumerate(cells)}
    pattern = np.zeros((outputs, inputs), dtype=bool)
    for frame in frames:
        near = [from_paper[at] for style, at in frame if style == "position"]
        far = [from_paper[at] for style, at in frame if style in {"touched", "source"}]
        rows, columns = (far, near) if transposed else (near, far)
        for row in rows:
            pattern[row - inputs, columns] = True
    return pattern


@settings(max_examples=50)
@given(problems(modes=MODES, largest=5))
def test_every_frame_touches_what_the_operator_s_jacobian_does(drawing):
    problem, padding = drawing
    outputs = oracles.output_size(problem)
    padded = [n + max(b, 0) + max(a, 0) for n, (b, a) in zip(problem.size, problem.amounts, strict=True)]
    assume(prod(padded) * problem.in_channels + prod(outputs) * problem.out_channels <= MOST_CELLS)
    assume(prod(outputs) * prod(problem.size) * problem.in_channels * problem.out_channels < 10_000)
    geometry = Geometry.of(problem.kernel, problem.stride, padding, problem.dilation)
    weight = counted_weight(problem)
    ways = {
        False: (Sliding.of(geometry, problem.size, problem.modes), conv_jacobian(problem, padding, weight)),
        True: (
            Sliding.of(geometry, outputs, problem.modes, transposed=True, output_size=problem.size),
            conv_transpose_jacobian(problem, padding, weight),
        ),
    }
    for transposed, (sliding, real) in ways.items():
        channels = (problem.in_channels, problem.out_channels)
        drawing = scene(sliding, channels[::-1] if transposed else channels, problem.groups, frames=10**6)
        # a drawing shows every channel of a position at once: of the pattern only pairs within a group are compared
        same = within_groups(real.shape, problem)
        pattern = drawn_pattern(svg(drawing), real.shape[1], real.shape[0], transposed)
        assert np.array_equal(pattern & same, real != 0)


def within_groups(shape, problem):
    outs, ins = (np.arange(n) * problem.groups // n for n in shape)  # channels come first: groups are blocks
    return outs[:, None] == ins[None, :]


def test_a_picture_has_its_frames_cells_and_words():
    picture = sliding_window(7, 3, stride=2, padding="same")
    still, frames, traces = read(picture.svg())
    styles = [style for style, _ in still]
    assert (styles.count("element"), styles.count("ghost")) == (49 + 16, 81 - 49)
    assert len(frames) == len(traces) == 16
    for frame in frames:
        styles = [style for style, _ in frame]
        assert styles.count("touched") + styles.count("touched-ghost") == 9
        assert (styles.count("position"), styles.count("window")) == (1, 1)
    root = ElementTree.fromstring(picture.svg())
    assert root.find(f"{SVG}title").text == "Convolution: kernel 3 x 3, stride 2, padding 1"
    assert "floor((7 + 1 + 1 - 1*(3 - 1) - 1) / 2) + 1 = 4" in root.find(f"{SVG}desc").text
    assert root.get("aria-labelledby").split() == [root.find(f"{SVG}{name}").get("id") for name in ("title", "desc")]


def test_the_clock_shows_one_frame_at_a_time_and_keeps_the_traces():
    text = sliding_window(4, 2, ndim=1).svg()
    assert "@keyframes striate-f0{0%{visibility:visible}33.33%{visibility:hidden}}" in text
    assert "@keyframes striate-f1{0%{visibility:hidden}33.33%{visibility:visible}66.67%{visibility:hidden}}" in text
    assert "@keyframes striate-t1{0%{visibility:hidden}33.33%{visibility:visible}}" in text
    assert "animation:2.1s step-end infinite" in text
    assert "prefers-reduced-motion" in text
    assert "prefers-color-scheme:dark" in text


def test_groups_have_colours_of_their_own():
    text = sliding_window(3, 2, groups=2).svg()
    fills = [re.search(rf"#striate \.touched\.g{group}{{fill:(#\w+)", text)[1] for group in (0, 1)]
    assert fills[0] != fills[1]


@pytest.mark.parametrize("name", ["one", "two"])
def test_two_pictures_of_a_page_do_not_share_names(name):
    text = svg(sliding_window(3, 2).scene, name)
    assert set(re.findall(r'id="(\w+)', text)) == {name}
    assert set(re.findall(r"@keyframes (\w+)-", text)) == {name}
