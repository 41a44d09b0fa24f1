import pytest
import rectified
import torch
from torch import nn

from striate.view import maximise


@pytest.mark.parametrize(
    ("conv", "shape"),
    [(nn.Conv1d(2, 3, 5), (2, 16)), (nn.Conv2d(1, 3, 4), (1, 9, 10)), (nn.Conv3d(1, 3, 2), (1, 5, 4, 6))],
)
def test_of_a_linear_unit_the_best_image_is_its_filter_at_its_place(conv, shape):
    nn.init.normal_(conv.weight)
    found = maximise(conv, shape, channel=1, steps=400, norm=3.0, centre=0.0).array
    filter = conv.weight[1].detach()
    expected = torch.zeros(shape)
    window = (slice(None), *(slice(p, p + k) for p, k in zip(found.unit.position, filter.shape[1:], strict=True)))
    expected[window] = 3 * filter / filter.norm()
    assert found.unit.position == tuple((n - k + 1) // 2 for n, k in zip(shape[1:], filter.shape[1:], strict=True))
    assert found.image.norm() == pytest.approx(3, rel=1e-5)
    assert (found.image - expected).norm() < 0.01 * 3
    best = 3 * float(filter.norm()) + float(conv.bias[1].detach())  # by Cauchy and Schwarz
    assert 0.9999 * best < found.history[-1] <= best * (1 + 1e-5)
    assert len(found.history) == 401


def test_a_unit_that_is_off_at_first_is_climbed_to():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    model[0].bias.data.fill_(-0.4)
    model[0].weight.data[0] = torch.tensor([[-1.0, 1, -1], [-1, 1, -1], [-1, 2, -1]])
    found = maximise(model, (1, 8, 8), "1", 0, (0, 5), steps=60).array
    assert found.history[0] == 0 < found.history[-1]
    assert found.unit.position == (0, 5)


def test_one_seed_one_image_and_nothing_else_is_touched():
    model = rectified.Net(nn.ReLU(inplace=True))
    before, state = rectified.state(model), torch.get_rng_state()
    images = [maximise(model, (1, 12, 12), "head", 1, steps=5, seed=seed).array.image for seed in (4, 4, 5)]
    assert torch.equal(images[0], images[1])
    assert not torch.equal(images[0], images[2])
    assert rectified.state(model) == before
    assert torch.equal(torch.get_rng_state(), state)


def test_jitter_shifts_the_image_that_is_asked_about():
    conv = nn.Conv2d(1, 1, 1)
    sharp = maximise(conv, (1, 9, 9), centre=0.0).array.image.abs()
    blurred = maximise(conv, (1, 9, 9), jitter=2, centre=0.0).array.image.abs()
    assert sharp.max() > 2 * blurred.max()


def test_the_picture_shows_image_and_course():
    picture = maximise(nn.Conv2d(3, 2, 3), (3, 8, 8), steps=7)
    left, right = picture.figure.axes
    assert left.images[0].get_array().shape == (8, 8, 3)
    assert len(right.lines[0].get_ydata()) == 8


@pytest.mark.parametrize(
    ("name", "value"), [("steps", 0), ("jitter", -1), ("norm", 0), ("channel", 2), ("position", (9, 9))]
)
def test_what_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValueError, match=f"^{name} is "):
        maximise(nn.Conv2d(1, 2, 3), (1, 8, 8), **{name: value})


@pytest.mark.parametrize("shape", [(8, 8), (1, 8, 8, 8), (1, 0, 8)])
def test_a_shape_of_another_rank_is_refused(shape):
    with pytest.raises(ValueError, match=r"^shape is \(.*\), expected channels and 2 spatial sizes"):
        maximise(nn.Conv2d(1, 2, 3), shape)
