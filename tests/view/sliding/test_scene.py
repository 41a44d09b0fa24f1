import pytest

from striate.arithmetic import Geometry, Sliding
from striate.view import sliding_window
from striate.view.sliding.scene import scene


def captions(*arguments, **more):
    return [frame.caption for frame in sliding_window(*arguments, **more).scene.frames]


def test_captions_count_what_is_touched():
    assert captions(4, 3, padding=1, ndim=1) == [
        "output (0) reads 2 inputs and 1 zero",
        "output (1) reads 3 inputs",
        "output (2) reads 3 inputs",
        "output (3) reads 2 inputs and 1 zero",
    ]
    assert (
        captions(3, 3, stride=2, padding=1, transposed=True, ndim=1)[0]
        == "input (0) reaches 2 outputs and 1 place left out"
    )
    assert captions(2, 3, padding=1, padding_mode="mean", ndim=1)[0] == "output (0) reads 2 inputs and 1 mean"
    folded = captions(2, 3, padding=1, padding_mode="circular", transposed=True, ndim=1)
    assert folded[0] == "input (0) reaches 2 outputs and 1 place folded back"
    mixed = captions(2, 3, padding=1, padding_mode=("symmetric", "constant"))
    assert mixed[0] == "output (0, 0) reads 4 inputs, 2 copies and 3 constants"


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({}, "Convolution: kernel 3 x 3"),
        ({"ndim": 1, "dilation": 2, "padding": "causal"}, "Convolution: kernel 3, dilation 2, padding 4:0"),
        (
            {"stride": (1, 2), "padding": ((1, 1), (0, 2)), "padding_mode": ("zeros", "reflect")},
            "Convolution: kernel 3 x 3, stride 1 x 2, padding 1 x 0:2, zeros x reflect",
        ),
        ({"transposed": True, "groups": 2}, "Transposed convolution: kernel 3 x 3, 2 groups"),
    ],
)
def test_titles_name_what_is_not_the_default(arguments, title):
    assert sliding_window(5, 3, **arguments).scene.title == title


def test_many_positions_are_spread_evenly_and_a_loop_stays_short():
    drawing = sliding_window(32, 3, padding=1, ndim=1, frames=10).scene
    assert [frame.position for frame in drawing.frames] == [(at,) for at in range(0, 32, 4)]
    assert "of the 32 outputs shows what it reads; 8 are shown" not in drawing.description
    assert "8 of 32 are shown" in drawing.description
    assert len(sliding_window(32, 3).scene.frames) <= 64
    assert sliding_window(4, 3).scene.seconds > sliding_window(10, 3).scene.seconds
    assert len(sliding_window(10, 3).scene.frames) * sliding_window(10, 3).scene.seconds < 25


def test_elements_0_of_one_axis_stand_below_each_other():
    still = sliding_window(4, 3, padding="causal", ndim=1).scene.still
    zeros = [mark for mark in still if getattr(mark, "style", "") == "index" and mark.text == "0"]
    assert len(zeros) == 2
    assert zeros[0].x == zeros[1].x


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_nothing_is_drawn_outside_the_paper(ndim, transposed):
    drawing = sliding_window(3, 2, padding=1, groups=2, transposed=transposed, ndim=ndim).scene
    boxes = [mark for mark in drawing.still if hasattr(mark, "width")]
    boxes += [mark for frame in drawing.frames for mark in (*frame.marks, *frame.trace) if hasattr(mark, "width")]
    assert min(box.x for box in boxes) >= 0
    assert min(box.y for box in boxes) >= 0
    assert max(box.x + box.width for box in boxes) <= drawing.width
    assert max(box.y + box.height for box in boxes) < drawing.caption_at[1]
    cells = [(box.x, box.y) for box in drawing.still if hasattr(box, "width")]
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input": 64}, r"at most 4,096 cells, but input 64 x 64 and output 62 x 62 .* make 7,940; draw a smaller"),
        ({"ndim": 4}, "ndim must be from 1 to 3 for a drawing, but got 4"),
        ({"groups": 2, "channels": (3, 4)}, "in_channels must be divisible by groups, but 3 is not divisible by 2"),
        ({"frames": 0}, "frames must be at least 1, but got 0"),
        ({"kernel_size": 9}, "kernel size 9 is larger than the padded input size 7"),
    ],
)
def test_what_cannot_be_drawn_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        sliding_window(**{"input": 7, "kernel_size": 3, **arguments})


def test_frames_know_what_they_touch():
    sliding = Sliding.of(Geometry.of((2, 2)), (3, 3))
    drawing = scene(sliding)
    assert [frame.touches for frame in drawing.frames] == [sliding.touches(at) for at in sliding.every_position()]
