import pytest
import torch

from striate.models import create
from striate.models.catalogue import describe
from striate.models.convnext_v2 import MINI, Encoder

# Table 9: parameters in millions, and multiply-adds in billions at 224 x 224.
PUBLISHED = {
    "atto": (3.7, 0.55),
    "femto": (5.2, 0.78),
    "pico": (9.1, 1.37),
    "nano": (15.6, 2.45),
    "tiny": (28.6, 4.47),
    "base": (89, 15.4),
    "large": (198, 34.4),
    "huge": (660, 115),
}


@pytest.mark.parametrize("size", PUBLISHED)
def test_sizes_and_costs_are_the_published_ones(size):
    listing, (parameters, cost) = describe(f"convnext-v2-{size}"), PUBLISHED[size]
    assert round(listing.parameters / 1e6, 1 if parameters < 80 else 0) == parameters
    assert listing.multiply_adds / 1e9 == pytest.approx(cost, rel=0.005)  # norms are counted there


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    encoder = Encoder(1, *MINI)
    with torch.no_grad():
        for parameter in encoder.parameters():  # biases and the response norm begin at 0, and would hide mistakes
            parameter.add_(0.1 * torch.randn_like(parameter))
    return encoder


@pytest.fixture
def mask():
    return (torch.rand(3, 1, 7, 7, generator=torch.Generator().manual_seed(1)) > 0.6).float()


def test_masked_places_stay_zero(encoder, mask):
    features = encoder(torch.rand(3, 1, 28, 28), mask)
    hidden = (mask == 0).expand_as(features)
    assert not features[hidden].any()
    assert features[~hidden].all()


def test_of_what_is_masked_nothing_is_read(encoder, mask):
    images = torch.rand(3, 1, 28, 28)
    features = encoder(images, mask)
    hidden = mask.repeat_interleave(4, 2).repeat_interleave(4, 3) == 0
    images[hidden] += 1
    torch.testing.assert_close(encoder(images, mask), features, rtol=0, atol=0)


def test_a_mask_that_shows_all_changes_nothing(encoder):
    images = torch.rand(2, 1, 28, 28)
    torch.testing.assert_close(encoder(images, torch.ones(2, 1, 7, 7)), encoder(images))


def test_the_image_need_not_be_whole_patches():
    model = create("convnext-v2-mini", image_size=(30, 29))
    assert model(torch.rand(2, 1, 30, 29)).shape == (2, 10)


@pytest.mark.parametrize(("name", "least"), [("convnext-v2-atto", 32), ("convnext-v2-mini", 8)])
def test_a_smaller_image_is_refused(name, least):
    with pytest.raises(ValueError, match=rf"image_size of {name} is at least \({least}, {least}\)"):
        create(name, image_size=least - 1)
