import pytest
import torch
from samples import bars

from striate.models import create
from striate.models.oriented_bank import oriented_fields
from striate.train import fit


def line(horizontal, bright=True):
    """A line of three pixels' width through the middle."""
    image = torch.zeros(1, 1, 28, 28)
    image[:, :, 13:16] = 1.0
    image = image if horizontal else image.mT
    return image if bright else 1 - image


def test_fields_have_norm_1_no_answer_to_grey_and_come_in_opposite_pairs():
    fields = oriented_fields(8)
    assert fields.shape == (32, 1, 9, 9)
    torch.testing.assert_close(fields.flatten(1).norm(dim=1), torch.ones(32))
    torch.testing.assert_close(fields.flatten(1).sum(1), torch.zeros(32), rtol=0, atol=1e-5)
    torch.testing.assert_close(fields[:8], -fields[8:16], rtol=0, atol=1e-5)
    torch.testing.assert_close(fields[16:24], -fields[24:], rtol=0, atol=1e-5)


@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize("horizontal", [True, False])
def test_a_line_excites_most_the_cell_of_its_orientation_and_polarity(horizontal, bright):
    model = create("oriented-bank", orientations=4).eval()
    answers = model[:2](line(horizontal, bright))[0, :, 14, 14]
    lines = answers[:8].reshape(2, 4)  # bright and dark; vertical first, then anticlockwise
    assert divmod(int(lines.argmax()), 4) == (0 if bright else 1, 2 if horizontal else 0)


def test_a_complex_cell_answers_wherever_the_line_lies_in_its_field():
    model = create("oriented-bank", orientations=4).eval()
    image = torch.zeros(1, 1, 28, 28)
    answers = []
    for row in (13, 14):  # of a thin line, moved by a pixel within one field of complex cells
        moved = image.clone()
        moved[:, :, row] = 1.0
        simple = model[:2](moved)[0, 2, :, 14]
        answers.append((simple, model[:3](moved)[0, 2, 3, 3]))
    (first, complex_first), (second, complex_second) = answers
    assert first.argmax() != second.argmax()
    assert complex_second == pytest.approx(complex_first.item(), rel=1e-4)


@pytest.mark.parametrize(("bank", "learned"), [("oriented", False), ("random", False), ("random", True)])
def test_filters_learn_only_where_they_are_told_to(bank, learned):
    torch.manual_seed(0)
    model = create("oriented-bank", bank=bank, learned=learned, image_size=12, classes=2, orientations=2)
    before = model.simple.weight.detach().clone()
    torch.testing.assert_close(before.flatten(1).norm(dim=1), torch.ones(8))
    fit(model, bars(), epochs=1, threads=1)
    assert torch.equal(model.simple.weight, before) is not learned


def test_of_a_coloured_image_the_mean_is_seen():
    grey, colour = create("oriented-bank").eval(), create("oriented-bank", in_channels=3).eval()
    image = torch.rand(1, 3, 28, 28)
    seen = colour.simple(image)
    expected = grey.simple(image.mean(1, keepdim=True)) * 3**0.5  # both of norm 1
    torch.testing.assert_close(seen, expected)


def test_what_cannot_be_built():
    with pytest.raises(ValueError, match=r"image_size of oriented-bank is at least \(4, 4\), but got \(3, 9\)"):
        create("oriented-bank", image_size=(3, 9))
    with pytest.raises(ValueError, match="bank must be one of 'oriented', 'random', but got 'learnt'"):
        create("oriented-bank", bank="learnt")
    with pytest.raises(ValueError, match="orientations must be at least 1, but got 0"):
        create("oriented-bank", orientations=0)
