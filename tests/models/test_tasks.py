import pytest
import torch

from striate.models.tasks import CHECKS, TASKS

VALUES = {
    "in_channels": 2,
    "image_size": (5, 6),
    "volume_size": (4, 5, 6),
    "classes": 3,
    "vocabulary": 7,
    "latent": 9,
    "scale": 2,
}


@pytest.mark.parametrize("task", TASKS)
def test_the_keywords_of_a_task_are_checked_and_enough_for_an_example(task):
    keywords = TASKS[task].keywords
    assert set(keywords) <= set(CHECKS)
    with torch.random.fork_rng():
        assert len(TASKS[task].example({keyword: VALUES[keyword] for keyword in keywords}, 4)) == 4


def test_images_signals_and_words_are_in_their_range():
    torch.manual_seed(0)
    images, signals, words = (TASKS[task].example(VALUES, 50) for task in ("classification", "audio", "text"))
    for values, least in ((images, 0), (signals, -1)):
        assert least <= values.min() < least + 0.01
        assert 0.99 < values.max() <= 1
    assert set(words.unique().tolist()) == set(range(7))


@pytest.mark.parametrize(
    ("keyword", "least"), [(name, 2 if name in {"classes", "vocabulary", "scale"} else 1) for name in CHECKS]
)
def test_a_value_below_the_least_is_refused_by_its_name(keyword, least):
    assert CHECKS[keyword](least) in {least, (least,) * 2, (least,) * 3}
    with pytest.raises(ValueError, match=f"{keyword} must be at least {least}, but got {least - 1}"):
        CHECKS[keyword](least - 1)
    with pytest.raises(TypeError, match=f"{keyword} must be an int, but got 1.5"):
        CHECKS[keyword](1.5)
