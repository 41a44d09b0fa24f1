import io

import numpy as np
import pytest
from PIL import Image

from striate.view import sliding_window
from striate.view.sliding.gif import LONGEST
from striate.view.sliding.palette import BLUE, LIGHT, ORANGE


def rgb(colour):
    return np.frombuffer(bytes.fromhex(colour[1:]), np.uint8).astype(int)


def pictures(content):
    with Image.open(io.BytesIO(content)) as image:
        for number in range(image.n_frames):
            image.seek(number)
            yield image.info["duration"], np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("transposed", [False, True])
def test_every_frame_is_there_for_its_time_in_its_colours(transposed):
    picture = sliding_window(4, 3, stride=2, padding=1, transposed=transposed)
    drawing = picture.scene
    found = list(pictures(picture.gif()))
    assert len(found) == len(drawing.frames)
    for (duration, pixels), frame in zip(found, drawing.frames, strict=True):
        assert duration == drawing.seconds * 1000
        assert pixels.shape == (round(drawing.height), round(drawing.width), 3)
        for style, colour in (("touched", ORANGE), ("position", BLUE)):
            for box in (mark for mark in frame.marks if getattr(mark, "style", "") == style):
                middle = pixels[round(box.y + box.height / 2), round(box.x + box.width / 2)]
                assert np.abs(middle - rgb(colour)).max() < 16, (style, middle)


def test_it_repeats_and_is_white_behind():
    with Image.open(io.BytesIO(sliding_window(3, 2).gif())) as image:
        assert image.info["loop"] == 0
        assert np.abs(np.asarray(image.convert("RGB"))[2, 2] - rgb(LIGHT.paper)).max() < 8


def test_large_drawings_are_reduced():
    with Image.open(io.BytesIO(sliding_window(40, 3, frames=1).gif())) as image:
        assert max(image.size) == LONGEST


@pytest.mark.parametrize("arguments", [{"padding_mode": "circular"}, {"groups": 3}, {"padding": -1}, {"ndim": 3}])
def test_every_kind_of_mark_is_drawn(arguments):
    picture = sliding_window(3, 1, **{"padding": 1, "frames": 3, **arguments})
    assert len(list(pictures(picture.gif()))) == len(picture.scene.frames)
