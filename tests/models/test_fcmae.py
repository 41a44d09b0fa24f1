import pytest
import torch

from striate.models import create
from striate.models.convnext_v2 import Encoder
from striate.models.fcmae import FCMAE


@pytest.fixture
def model():
    torch.manual_seed(0)
    return create("fcmae-mini").eval()


@pytest.fixture
def images():
    return torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(1))


def test_as_many_patches_are_seen_in_every_image(model, images):
    mask = model.draw_mask(images, torch.Generator().manual_seed(2))
    assert mask.shape == (2, 1, 7, 7)
    assert mask.sum((1, 2, 3)).tolist() == [20, 20]  # 40 % of 49
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    assert not torch.equal(mask[0], mask[1])
    torch.testing.assert_close(model.draw_mask(images, torch.Generator().manual_seed(2)), mask)


@pytest.mark.parametrize(("ratio", "seen"), [(0.001, 48), (0.999, 1)])
def test_there_is_always_a_patch_to_make_and_one_to_make_it_from(images, ratio, seen):
    assert create("fcmae-mini", ratio=ratio).draw_mask(images).sum((1, 2, 3)).tolist() == [seen, seen]


def test_what_is_made_depends_on_visible_patches_only(model, images):
    mask = model.draw_mask(images)
    made = model(images, mask).patches
    hidden = mask.repeat_interleave(4, 2).repeat_interleave(4, 3) == 0
    torch.testing.assert_close(model(torch.where(hidden, 0.3, images), mask).patches, made, rtol=0, atol=0)
    assert not torch.equal(model(torch.where(hidden, images, 0.3), mask).patches, made)


def test_the_loss_is_of_the_masked_patches(model, images):
    made = model(images)
    worse = made.patches + 5 * (made.mask == 1)
    torch.testing.assert_close(model.loss(made._replace(patches=worse), images), model.loss(made, images))
    worse = made.patches + 5 * (made.mask == 0)
    assert model.loss(made._replace(patches=worse), images) > model.loss(made, images) + 1


def test_it_learns_to_fill_in_lines():
    torch.manual_seed(0)
    images = torch.zeros(16, 1, 16, 16)
    for number, image in enumerate(images):
        image[:, :, number % 16] = 1
    model = create("fcmae-mini", image_size=16, ratio=0.5)
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    found = []
    for _ in range(40):
        loss = model.loss(model(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    assert sum(found[-5:]) < 0.8 * sum(found[:5])


def test_what_is_learnt_is_a_classifiers_encoder(model, images):
    classifier = create("convnext-v2-mini")
    classifier.encoder.load_state_dict(model.encoder.state_dict(), strict=True)
    torch.testing.assert_close(classifier.encoder(images), model.encoder(images), rtol=0, atol=0)


def test_the_published_decoder_is_512_wide_and_makes_patches_of_32():
    with torch.device("meta"):
        model = create("fcmae", size="femto")
    assert model.encoder.stride == 32
    assert model.predict.weight.shape == (3 * 32 * 32, 512, 1, 1)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"image_size": 100}, r"image_size of fcmae is divisible by 32, but got \(100, 100\); .* to \(96, 96\)"),
        ({"size": "giant"}, "size must be one of 'atto', .*'huge', but got 'giant'"),
        ({"ratio": 1.0}, "ratio must be above 0 and below 1, but got 1.0"),
    ],
)
def test_what_cannot_be_built(keywords, message):
    with pytest.raises(ValueError, match=message):
        create("fcmae", **keywords)


def test_any_encoder_can_be_pretrained():
    model = FCMAE(Encoder(3, (8, 16), (1, 1), patch=2), in_channels=3, width=16)
    assert model(torch.rand(2, 3, 12, 16)).patches.shape == (2, 48, 3, 4)
