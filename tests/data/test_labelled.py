import pytest
import torch

from striate.data import Labelled, LabelledData

PIXELS = torch.arange(4 * 3 * 6 * 5).reshape(4, 3, 6, 5).remainder(256).byte()
MAPS = torch.arange(4 * 6 * 5).reshape(4, 6, 5) % 2
WORDS = torch.arange(12).reshape(4, 3) % 7


def test_pixels_come_as_shares_and_the_rest_as_it_is():
    inputs, labels = Labelled(PIXELS, MAPS).batch(torch.tensor([2, 0]))
    assert torch.equal(inputs, PIXELS[[2, 0]].float() / 255)
    assert torch.equal(labels, MAPS[[2, 0]])
    for values in (WORDS, torch.randn(4, 1, 9)):
        inputs, labels = Labelled(values, torch.arange(4)).batch(slice(1, 3))
        assert torch.equal(inputs, values[1:3])
        assert labels.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("inputs", "keywords"),
    [
        (PIXELS, {"classes": 2, "in_channels": 3, "image_size": (6, 5)}),
        (WORDS, {"classes": 2, "vocabulary": 7}),
        (torch.zeros(4, 2, 9), {"classes": 2, "in_channels": 2}),
        (torch.zeros(4, 1, 3, 4, 5), {"classes": 2, "in_channels": 1, "volume_size": (3, 4, 5)}),
    ],
)
def test_the_data_decide_what_a_model_is_built_with(inputs, keywords):
    some = Labelled(inputs, torch.tensor([0, 1, 1, 0]))
    assert LabelledData("some", some, some, ("a", "b"), words=tuple("abcdefg")).keywords == keywords


@pytest.mark.parametrize(
    ("inputs", "labels", "error", "message"),
    [
        (PIXELS.double(), MAPS, TypeError, "inputs: came as torch.float64, expected uint8 pixels, int64 words or"),
        (PIXELS, MAPS.int(), TypeError, "labels: came as torch.int32, expected torch.int64"),
        (PIXELS[:, 0, 0], MAPS, ValueError, r"inputs: came as \(4, 5\), expected \(N, C, \*S\) for torch.uint8"),
        (WORDS[None], MAPS, ValueError, r"inputs: came as \(1, 4, 3\), expected \(N, length\) for torch.int64"),
        (PIXELS, MAPS[:3], ValueError, r"labels: came as \(3, 6, 5\) for 4 samples, expected a row a sample"),
    ],
)
def test_a_set_of_another_kind_is_refused(inputs, labels, error, message):
    with pytest.raises(error, match=message):
        Labelled(inputs, labels)


def test_sets_that_do_not_fit_are_refused():
    some = Labelled(PIXELS, MAPS)
    with pytest.raises(ValueError, match="train: label 1 names none of the 1 classes"):
        LabelledData("some", some, some, ("a",))
    with pytest.raises(ValueError, match="test: label -1 names none of the 2 classes"):
        LabelledData("some", some, Labelled(PIXELS, MAPS - 1), ("a", "b"))
    with pytest.raises(ValueError, match=r"test: 'some' has inputs of \(0, 3, 6, 5\), expected samples"):
        LabelledData("some", some, Labelled(PIXELS[:0], MAPS[:0]), ("a", "b"))
    with pytest.raises(
        ValueError, match=r"test: inputs of torch.uint8 \(3, 6, 5\) with labels \(\), expected .* \(6, 5\)"
    ):
        LabelledData("some", some, Labelled(PIXELS, torch.zeros(4, dtype=torch.int64)), ("a", "b"))
    texts = Labelled(WORDS, torch.arange(4) % 2)
    with pytest.raises(ValueError, match="train: number 6 names none of the 6 words"):
        LabelledData("some", texts, texts, ("a", "b"), words=tuple("abcdef"))
