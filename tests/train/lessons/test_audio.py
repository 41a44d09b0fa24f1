import wave

import numpy as np
import pytest

from striate.train import fit
from striate.train.lessons import open_lesson


@pytest.fixture
def folder(tmp_path):
    for name, level in (("low", 100), ("high", 20000)):
        for number in range(3):
            path = tmp_path / name / f"{number}.wav"
            path.parent.mkdir(exist_ok=True)
            with wave.open(str(path), "wb") as file:
                file.setparams((2, 2, 8000, 0, "NONE", ""))
                file.writeframes(np.full((60, 2), level, "<i2").tobytes())
    return tmp_path


def test_a_folder_of_sounds_is_learnt(folder):
    history = fit("tcn-mini", folder, epochs=1)
    assert history.lesson.keywords == {"classes": 2, "in_channels": 1}
    assert history.figure == "acc"
    assert history.metrics.confusion.sum() == 2 * 60  # every sample of the two held-out files


def test_channels_as_asked(folder):
    assert open_lesson("wavenet-mini", str(folder), {"in_channels": 2}).keywords["in_channels"] == 2
