import pytest
import torch

from striate.models import create


@pytest.mark.parametrize("image_size", [(16, 16), (17, 40), (27, 28), (28, 28), (31, 16), (64, 50)])
@pytest.mark.parametrize("in_channels", [1, 3])
def test_any_image_of_16_pixels_or_more_and_any_number_of_classes(image_size, in_channels):
    torch.manual_seed(0)
    model = create("lenet5-modern", in_channels=in_channels, image_size=image_size, classes=7)
    assert model(torch.rand(2, in_channels, *image_size)).shape == (2, 7)


def test_one_image_is_enough_to_train_on():
    torch.manual_seed(0)
    model = create("lenet5-modern", image_size=16)
    assert torch.isfinite(model(torch.rand(1, 1, 16, 16))).all()


def test_activations_are_channels_last_whatever_the_images_are():
    torch.manual_seed(0)
    model = create("lenet5-modern")
    c3 = model[: list(dict(model.named_children())).index("c3") + 1]
    assert c3(torch.rand(2, 1, 28, 28)).is_contiguous(memory_format=torch.channels_last)


def test_c5_spans_the_map_of_an_image_of_the_papers_size():
    torch.manual_seed(0)
    model = create("lenet5-modern", image_size=28)
    before_mean = model[: list(dict(model.named_children())).index("mean")]
    assert before_mean(torch.rand(1, 1, 28, 28)).shape == (1, 120, 1, 1)


@pytest.mark.parametrize("image_size", [(15, 28), (28, 15)])
def test_a_smaller_image_is_refused(image_size):
    with pytest.raises(ValueError, match=r"image_size of lenet5-modern is at least \(16, 16\), but got \(\d+, \d+\)"):
        create("lenet5-modern", image_size=image_size)
