import pytest
import torch
from torch import nn

from striate.models import create


@pytest.mark.parametrize(("middle", "weights"), [(1, 8_032), (3, 24_416), (5, 57_184)])
def test_weights_are_those_of_section_4_3(middle, weights):
    model = create("srcnn", middle=middle)
    assert sum(parameter.numel() for parameter in model.parameters() if parameter.ndim > 1) == weights


def test_it_begins_with_the_interpolated_image():
    torch.manual_seed(0)
    model, x = create("srcnn", scale=2), torch.rand(1, 1, 6, 7)
    expected = nn.functional.interpolate(x, scale_factor=2, mode="bicubic")
    torch.testing.assert_close(model.interpolate(x), expected)
    torch.testing.assert_close(model[1:](expected), model(x))


def test_a_plain_image_stays_plain_up_to_the_border():
    torch.manual_seed(0)
    made = create("srcnn")(torch.full((1, 1, 8, 8), 0.5))
    torch.testing.assert_close(made, made[:, :, :1, :1].expand_as(made))


def test_a_middle_below_1_is_refused():
    with pytest.raises(ValueError, match="middle must be at least 1, but got 0"):
        create("srcnn", middle=0)
