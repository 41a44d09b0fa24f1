import torch

from striate.data import Labelled, TextData
from striate.lineage.systems.text_cnn import bag_accuracy

WORDS = ("", "…", "good", "bad", "not")


def told(rows, labels):
    part = Labelled(torch.tensor(rows), torch.tensor(labels))
    return TextData("made", part, part, ("blame", "praise"), words=WORDS, unit="texts")


def test_a_bag_of_words_tells_words_apart_and_not_their_order():
    assert bag_accuracy(told([[2, 2], [2, 0], [3, 0], [3, 3]] * 50, [1, 1, 0, 0] * 50)) == 1.0
    assert bag_accuracy(told([[4, 2, 3, 0], [4, 3, 2, 0], [4, 2, 3, 4], [4, 3, 2, 4]] * 50, [0, 1] * 100)) == 0.5
