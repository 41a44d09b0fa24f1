import pytest
import torch

from striate.data import Photographs, dead_leaves
from striate.lineage.systems.super_resolution import answers_to_grey, checkerboard, three_ways, way_up
from striate.lineage.training import built
from striate.models.espcn import UPS
from striate.train.lessons import SuperResolutionLesson


@pytest.fixture(scope="module")
def lesson():
    return SuperResolutionLesson(Photographs("leaves", [dead_leaves(64)], [dead_leaves(64, seed=1)]), 3)


def test_three_ways_learn_the_same_crops(lesson, monkeypatch):
    monkeypatch.setattr("striate.train.lessons.super_resolution.CROPS", 8)
    models = three_ways(lesson, epochs=1)
    assert list(models) == ["subpixel", "transposed", "resize"]
    assert len({lesson.measure(model).psnr for model in models.values()}) == 3


@pytest.mark.parametrize("up", UPS)
def test_a_way_up_leads_to_the_large_image(lesson, up):
    assert way_up(built("espcn", lesson, up=up))(torch.rand(1, 32, 5, 6)).shape == (1, 1, 15, 18)


def test_resize_convolution_alone_has_no_checkerboard(lesson):
    models = {up: built("espcn", lesson, up=up) for up in UPS}
    scores = {up: checkerboard(model) for up, model in models.items()}
    assert scores["resize"] < 1e-3
    assert min(scores["subpixel"], scores["transposed"]) > 0.1
    patterns = answers_to_grey(models)
    spread = {up: float((pattern - 0.5).abs().max()) for up, pattern in patterns.items()}
    assert max(spread.values()) == 0.5
    assert spread["resize"] < 1e-3
