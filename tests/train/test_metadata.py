import json

import pytest
from samples import bars

from striate.train.config import DataConfig, LessonConfig
from striate.train.metadata import data_of, metadata_of


def test_a_file_says_what_a_caller_in_any_language_needs():
    data = DataConfig.of(bars(), "/home/somebody/bars")
    said = metadata_of("lenet5-modern", data)
    assert json.loads(said["classes"]) == ["lying", "standing"]
    assert (said["channels"], said["image_size"], said["dark_background"]) == ("1", "[12, 12]", "true")
    assert said["normalisation"].startswith("pixels from 0 to 1")
    assert "somebody" not in json.dumps(said)
    assert data_of(said, "bars.onnx") == data


def test_other_tasks_come_back_too():
    data = LessonConfig("", "scenes", {"image_size": (16, 16), "classes": 4}, "iou", 10, "ab")
    assert data_of(metadata_of("unet-mini", data), "scenes.onnx") == data


@pytest.mark.parametrize("said", [{}, {"author": "somebody"}, {"classes": '["a"]'}, metadata_of("lenet5", None)])
def test_a_file_that_does_not_say_it_is_named(said):
    with pytest.raises(ValueError, match=r"other\.onnx does not say what its model was trained on"):
        data_of(said, "other.onnx")
