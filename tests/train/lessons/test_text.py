import json

import pytest
import torch

from striate.data import Vocabulary, load_texts
from striate.train import fit
from striate.train.lessons import TextLesson, open_lesson


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("".join(f"{label}\t{label} {number}\n" for label in ("good", "bad") for number in range(20)))
    return path


def test_a_run_keeps_what_its_words_mean(table, tmp_path):
    history = fit("text-cnn-mini", table, epochs=1, output=tmp_path / "run")
    kept = json.loads((tmp_path / "run" / "vocabulary.json").read_text())
    vocabulary = Vocabulary(tuple(kept["words"]), kept["level"])
    data = load_texts(table)
    assert (vocabulary, kept["classes"], kept["length"]) == (data.vocabulary, ["bad", "good"], 2)
    assert history.model(vocabulary.encode(["good 3"], kept["length"])).shape == (1, 2)


def test_texts_in_memory_are_kept_likewise(table, tmp_path):
    data = load_texts(table, level="characters", length=9)
    fit("text-cnn-mini", data, epochs=1, output=tmp_path / "run")
    assert json.loads((tmp_path / "run" / "vocabulary.json").read_text())["level"] == "characters"


def test_the_data_decide_vocabulary_and_classes(table):
    lesson = open_lesson("text-cnn", str(table))
    assert isinstance(lesson, TextLesson)
    assert lesson.keywords == {"classes": 2, "vocabulary": len(load_texts(table).words)}
    indices = torch.tensor([0, 5])
    texts, labels = lesson.batch(indices, torch.Generator(), None)
    assert (texts.dtype, texts.shape, labels.shape) == (torch.int64, (2, 2), (2,))


def test_what_texts_have_not_is_refused(table):
    with pytest.raises(ValueError, match="image_size has no meaning for text, whose data decide vocabulary, classes"):
        open_lesson("text-cnn", str(table), {"image_size": 28})
