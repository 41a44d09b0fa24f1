import torch

from striate.data import draw_scenes
from striate.lineage.systems.segmentation import side_by_side, three_ways
from striate.train.lessons import SegmentationLesson


def test_three_ways_learn_the_same_scenes_and_are_shown_together():
    lesson = SegmentationLesson(draw_scenes(4, 2, size=32))
    models = three_ways(lesson, epochs=1)
    assert list(models) == ["switches", "transposed", "resize"]
    rows = side_by_side(lesson, models)
    names = ["scene", "truth", "unpooling with switches", "transposed convolution", "resize-convolution"]
    assert list(rows) == names
    assert all(len(images) == 2 for images in rows.values())
    found = lesson.exhibit(models["resize"])["found"]
    assert torch.equal(rows["resize-convolution"], found)
