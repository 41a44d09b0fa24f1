import pytest

from striate.arithmetic import Geometry, Sliding
from striate.view import sliding_window
from striate.view.sliding.scene import scene


def test_many_positions_are_spread_evenly_and_a_loop_stays_short():
    drawing = sliding_window(32, 3, padding=1, ndim=1, frames=10).scene
    assert [frame.position for frame in drawing.frames] == [(at,) for at in range(0, 32, 4)]
    assert "of the 32 outputs shows what it reads; 8 are shown" not in drawing.description
    assert "8 of 32 are shown" in drawing.description
    assert len(sliding_window(32, 3).scene.frames) <= 64
    assert sliding_window(4, 3).scene.seconds > sliding_window(10, 3).scene.seconds
    assert len(sliding_window(10, 3).scene.frames) * sliding_window(10, 3).scene.seconds < 25


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
