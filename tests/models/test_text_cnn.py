import pytest
import torch
from torch import nn

from striate.models import create
from striate.models.text_cnn import TextCNN


@pytest.fixture
def model():
    torch.manual_seed(0)
    return TextCNN(vocabulary=20, classes=3, words=8, filters=5).eval()


def test_sizes_are_those_of_section_3_1():
    with torch.device("meta"):
        model = create("text-cnn", vocabulary=100)
    counts = {name: sum(p.numel() for p in child.parameters()) for name, child in model.named_children()}
    filters = sum(100 * 300 * width + 100 for width in (3, 4, 5))
    assert counts == {"words": 100 * 300, "filters": filters, "strongest": 0, "drop": 0, "output": 2 * 300 + 2}


def test_it_is_the_strongest_answer_to_every_window(model):
    text = torch.tensor([[3, 7, 9, 2, 11, 4]])
    vectors = nn.functional.pad(model.words(text)[0], (0, 0, 4, 4))  # four places of padding at both ends
    strongest = []
    for width, layer in zip((3, 4, 5), model.filters, strict=True):
        windows = vectors.unfold(0, width, 1)  # places, words, width
        answers = (windows[:, None] * layer.weight[None]).sum((2, 3)) + layer.bias
        strongest.append(answers.relu().amax(0))
    torch.testing.assert_close(model(text), model.output(torch.cat(strongest))[None])


def test_padding_counts_as_nothing(model):
    text = torch.tensor([[3, 7, 9, 2]])
    longer = torch.tensor([[3, 7, 9, 2, 0, 0, 0, 0, 0]])
    torch.testing.assert_close(model(longer), model(text))
    model(longer).sum().backward()
    assert not model.words.weight.grad[0].any()


def test_a_text_of_one_word_has_an_answer(model):
    assert model(torch.tensor([[5], [6]])).shape == (2, 3)


def test_weights_are_bounded_by_class(model):
    with torch.no_grad():
        model.output.weight[0] *= 100
    small = model.output.weight[1].clone()
    model.bound_weights(3.0)
    assert model.output.weight[0].norm().item() == pytest.approx(3, rel=1e-4)
    torch.testing.assert_close(model.output.weight[1], small)


@pytest.mark.parametrize("texts", [torch.zeros(2, 5), torch.zeros(5, dtype=torch.int64)])
def test_what_is_no_text_is_refused(model, texts):
    with pytest.raises(ValueError, match=r"texts must be the numbers of words, int64 \(N, length\), but got torch"):
        model(texts)


def test_no_filters_are_refused():
    with pytest.raises(ValueError, match="widths must have at least one width of a filter, in words, but got none"):
        create("text-cnn", widths=())
