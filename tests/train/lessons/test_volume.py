import numpy as np
import pytest
from samples import bars

from striate.train import fit
from striate.train.lessons import open_lesson


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b"):
        for number in range(3):
            path = tmp_path / name / f"{number}.npy"
            path.parent.mkdir(exist_ok=True)
            np.save(path, np.full((6, 10, 10), 40 * number, np.uint8))
    return tmp_path


def test_a_folder_of_volumes_is_learnt(folder):
    history = fit("c3d-mini", folder, epochs=1)
    assert history.lesson.keywords == {"classes": 2, "in_channels": 1, "volume_size": (6, 10, 10)}
    assert history.metrics.confusion.sum() == 2


def test_size_as_asked(folder):
    lesson = open_lesson("c3d-mini", str(folder), {"volume_size": (4, 8, 8)})
    assert lesson.keywords["volume_size"] == (4, 8, 8)


def test_images_are_refused():
    with pytest.raises(TypeError, match="data 'bars' are images, and the model is for volume; pass"):
        open_lesson("c3d-mini", bars(8))
