import math

import pytest
import torch
from samples import bars

from striate.data import Photographs, dead_leaves, enlarge
from striate.models import create
from striate.train import DEFAULT_RECIPE, Settings, evaluate, fit
from striate.train.lessons import SuperResolutionLesson, open_lesson
from striate.train.lessons.super_resolution import CROPS, SIDE, psnr

SETTINGS = Settings.from_recipe(DEFAULT_RECIPE)


@pytest.fixture(scope="module")
def lesson():
    train, test = ([dead_leaves(64, smallest=6, seed=seed) for seed in seeds] for seeds in ((0, 1), (2, 3)))
    return SuperResolutionLesson(Photographs("leaves", train, test), 2)


class Bicubic(torch.nn.Module):
    """What the networks are measured against."""

    def __init__(self):
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, images):
        return enlarge(images, 2) + 0 * self.unused


def test_crops_belong_together_and_are_drawn_from_everywhere(lesson):
    small, large = lesson.batch(torch.arange(300), torch.Generator().manual_seed(0), SETTINGS)
    assert small.shape == (300, 1, SIDE, SIDE)
    assert large.shape == (300, 1, 2 * SIDE, 2 * SIDE)
    found = set()
    for photograph, (little, whole) in enumerate(lesson.train):
        rows = range(little.shape[2] - SIDE + 1)
        for row in rows:
            for column in rows:
                crop = little[0, :, row : row + SIDE, column : column + SIDE]
                for which in (small == crop).all((1, 2, 3)).nonzero().flatten().tolist():
                    assert torch.equal(large[which], whole[0, :, 2 * row :, 2 * column :][:, : 2 * SIDE, : 2 * SIDE])
                    found.add((which, photograph, row, column))
    assert len({which for which, *_ in found}) == 300
    assert {row for *_, row, _ in found} == set(rows)


def test_the_generator_decides_and_augmenting_turns(lesson):
    def crops(seed, augment):
        return lesson.batch(
            torch.arange(40), torch.Generator().manual_seed(seed), SETTINGS.updated({"augment": augment})
        )

    plain, turned = crops(0, False), crops(0, True)
    assert all(torch.equal(*pair) for pair in zip(plain, crops(0, False), strict=True))
    assert not torch.equal(plain[0], crops(1, False)[0])
    ways = set()
    for small, large, *after in zip(*plain, *turned, strict=True):
        images = [(small, large), (small.flip(2), large.flip(2))]
        images += [(little.mT, whole.mT) for little, whole in images]
        equal = [torch.equal(little, after[0]) and torch.equal(whole, after[1]) for little, whole in images]
        assert any(equal)
        ways.add(equal.index(True))
    assert ways == {0, 1, 2, 3}


def test_bicubic_interpolation_has_no_gain(lesson):
    metrics = lesson.measure(Bicubic())
    assert metrics.gain == 0
    assert metrics.sentence().endswith("0.00 dB above bicubic interpolation, of 2 photographs")
    assert metrics.as_json()["photographs"] == 2
    small, large = lesson.test[0]
    error = (enlarge(small, 2) - large)[0, 0, 2:-2, 2:-2].square().mean()
    other = lesson.test[1]
    other_error = (enlarge(other[0], 2) - other[1])[0, 0, 2:-2, 2:-2].square().mean()
    wanted = -5 * math.log10(float(error)) - 5 * math.log10(float(other_error))
    assert metrics.psnr == pytest.approx(wanted, abs=1e-4)


def test_what_is_flat_counts_as_100_db():
    flat = torch.full((2, 1, 5, 5), 0.5)
    assert psnr(flat, flat).tolist() == pytest.approx([100, 100], abs=1e-3)


def test_a_border_does_not_count():
    wanted = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    made = wanted + 0.1
    made[..., :2, :], made[..., -2:, :], made[..., :2], made[..., -2:] = 5, 5, 5, 5
    assert psnr(made, wanted, border=2).item() == pytest.approx(20, abs=1e-3)
    assert psnr(made, wanted).item() < 0


def test_espcn_learns(lesson, monkeypatch):
    monkeypatch.setattr("striate.train.lessons.super_resolution.CROPS", 64)
    torch.manual_seed(0)
    model = create("espcn", scale=2)
    before = lesson.measure(model).psnr
    history = fit(model, lesson, epochs=4, batch_size=4, lr=5e-3, optimizer="adamw", weight_decay=0, threads=1)
    assert history.metrics.psnr > before + 5
    assert history["val_psnr"][-1] == history.metrics.psnr


def test_a_registered_model_learns_from_a_folder(tmp_path, monkeypatch):
    from PIL import Image

    monkeypatch.setattr("striate.train.lessons.super_resolution.CROPS", 8)
    (tmp_path / "photos").mkdir()
    for seed in range(2):
        pixels = (255 * dead_leaves(64, seed=seed)).to(torch.uint8)
        Image.fromarray(pixels.numpy()).save(tmp_path / "photos" / f"{seed}.png")
    history = fit("srcnn", tmp_path / "photos", epochs=1, batch_size=4, threads=1, output=tmp_path / "run")
    assert evaluate(tmp_path / "run").psnr == history.metrics.psnr


def test_the_photographs_of_the_package_are_the_lesson_without_data():
    lesson = open_lesson("espcn")
    assert (lesson.name, lesson.scale, len(lesson)) == ("photographs", 3, CROPS)
    shown = lesson.exhibit(torch.nn.Upsample(scale_factor=3))
    assert {tuple(images.shape) for images in shown.values()} == {(2, 1, 96, 96)}
    assert not torch.equal(shown["made larger"], shown["bicubic"])
    assert open_lesson("espcn", asked={"scale": 4}).keywords == {"in_channels": 1, "scale": 4}


def test_what_cannot_be_learnt_from_is_refused(lesson):
    with pytest.raises(ValueError, match="data 'bars' are images of one size; super-resolution learns from a folder"):
        open_lesson("srcnn", bars())
    with pytest.raises(ValueError, match="in_channels must be 1, the luminance, as in the papers, but got 3"):
        open_lesson("srcnn", asked={"in_channels": 3})
    with pytest.raises(ValueError, match=r"photographs must be of 48 x 48 or more for scale 3, but one is \(47, 60\)"):
        SuperResolutionLesson(Photographs("small", [torch.rand(47, 60)], [torch.rand(50, 50)]))
    with pytest.raises(ValueError, match=r"images of \(1, 1, 32, 32\); for scale 2 it must return \(1, 1, 64, 64\)"):
        lesson.measure(torch.nn.Upsample(scale_factor=3))
