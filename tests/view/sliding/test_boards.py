from striate.view import sliding_window
from striate.view.sliding.boards import INDEX, INSET, PITCH, Board


def test_planes_stand_beside_and_below_each_other():
    columns = Board((range(-1, 3),), (2,), channels=2, left=5, top=7)
    assert (columns.planes, columns.cells) == ((2, 1), 8)
    first, second = columns.box(0, (-1,), "element"), columns.box(1, (1,), "element")
    assert (first.x, second.x) == (5 + INSET, 5 + 2 * PITCH + INSET)
    assert second.y - first.y > PITCH
    planes = Board((range(2), range(3), range(4)), (2, 3, 4), channels=5)
    assert (planes.planes, planes.cells) == ((5, 2), 120)
    depth, channel = planes.box(0, (1, 0, 0), "element"), planes.box(1, (0, 0, 0), "element")
    origin = planes.box(0, (0, 0, 0), "element")
    assert (origin.x, channel.x) == (INDEX + INSET, origin.x)
    assert depth.y == origin.y
    assert depth.x - origin.x > 4 * PITCH
    assert channel.y - origin.y > 3 * PITCH


def test_a_frame_in_each_plane_goes_around_what_is_touched():
    board = Board((range(2), range(4), range(4)), (2, 4, 4), channels=1)
    frames = board.frames(0, [(0, 1, 1), (0, 2, 3), (1, 1, 1), (1, 2, 3)])
    assert [(frame.width, frame.height) for frame in frames] == [(3 * PITCH, 2 * PITCH)] * 2
    corner = board.box(0, (0, 1, 1), "element")
    assert (frames[0].x, frames[0].y) == (corner.x - INSET, corner.y - INSET)


def test_elements_are_numbered_and_planes_named():
    words = [word.text for word in Board((range(-1, 2), range(2), range(2)), (1, 2, 2), channels=1).numbers()]
    assert words == [*"0101", "outside", *"0101", "depth 0", *"0101", "outside"]
    words = [word.text for word in Board((range(-1, 3),), (2,), channels=2).numbers()]
    assert words == ["0", "1", "channel 0", "0", "1", "channel 1"]


def test_elements_0_of_one_axis_stand_below_each_other():
    still = sliding_window(4, 3, padding="causal", ndim=1).scene.still
    zeros = [mark for mark in still if getattr(mark, "style", "") == "index" and mark.text == "0"]
    assert len(zeros) == 2
    assert zeros[0].x == zeros[1].x
