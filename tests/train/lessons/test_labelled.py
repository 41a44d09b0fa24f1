import json
import math

import pytest
import torch
from samples import squares
from torch import nn

from striate.data import Labelled, LabelledData
from striate.train import LabelledLesson, LabelledMetrics, Run, evaluate, fit
from striate.train.lessons.labelled import iou_of

QUICK = {"epochs": 3, "batch_size": 16, "lr": 0.02, "threads": 1}


class Fixed(nn.Module):
    """Scores that each pixel, 0 or 255, names the class of."""

    def forward(self, images):
        return torch.cat([1 - images, images], 1) * 4


def drawn(pixels, labels):
    some = Labelled(255 * torch.tensor(pixels, dtype=torch.uint8)[:, None], torch.tensor(labels))
    return LabelledData("drawn", some, some, ("ground", "thing"), unit="images")


def test_counts_shares_overlap_and_loss():
    metrics = evaluate(Fixed(), drawn([[[0, 0, 1, 1]], [[0, 0, 0, 1]]], [[[0, 0, 0, 1]], [[0, 0, 0, 1]]]))
    assert isinstance(metrics, LabelledMetrics)
    assert metrics.confusion.tolist() == [[5, 1], [0, 2]]
    assert (metrics.accuracy, metrics.class_iou) == (7 / 8, {"ground": 5 / 6, "thing": 2 / 3})
    assert metrics.figure == metrics.iou == pytest.approx(0.75)
    right, wrong = math.log(math.exp(4) + 1) - 4, math.log(math.exp(4) + 1)
    assert metrics.loss == pytest.approx((7 * right + wrong) / 8, rel=1e-6)
    assert metrics.sentence() == "Test mean IoU 75.00%, accuracy 87.50%, in 2 images"
    assert metrics.as_json()["images"] == 2


def test_a_class_that_is_neither_there_nor_given_does_not_count():
    confusion = torch.tensor([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    assert math.isnan(iou_of(confusion)[2])
    metrics = LabelledMetrics(0.0, confusion, ("a", "b", "c"), 8, "texts", "acc")
    assert metrics.iou == pytest.approx((3 / 4 + 4 / 5) / 2)
    assert metrics.as_json()["class_iou"]["c"] is None
    assert (metrics.figure, metrics.sentence()) == (7 / 8, "Test accuracy 87.50%, in 8 texts")


def test_the_figure_of_a_batch_is_that_of_its_samples():
    data = drawn([[[0, 0, 1, 1]], [[0, 0, 0, 1]]], [[[0, 0, 0, 1]], [[0, 0, 0, 1]]])
    for figure, expected in (("iou", 0.75), ("acc", 7 / 8)):
        lesson = LabelledLesson(data, figure)
        _, merit = lesson.loss(Fixed(), lesson.batch(torch.arange(2), torch.Generator(), None), settings())
        assert merit == pytest.approx(2 * expected)
    assert LabelledLesson(data).figure == "iou"
    with pytest.raises(ValueError, match="unknown figure 'dice'; known are 'acc', 'iou'"):
        LabelledLesson(data, "dice")


def settings():
    from striate.train.settings import DEFAULT_RECIPE, Settings

    return Settings.from_recipe(DEFAULT_RECIPE)


def test_a_module_of_ones_own_learns_labels_of_pixels_and_the_run_says_so(tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 3, padding=1))
    history = fit(model, squares(), **{**QUICK, "epochs": 10}, output=tmp_path / "run")
    assert history.figure == "iou"
    assert history["val_iou"][-1] >= 0.9
    assert history.data is None
    run = Run.open(tmp_path / "run")
    assert run.config.data.keywords == {"classes": 2, "in_channels": 1, "image_size": (12, 12)}
    assert run.history()["val_iou"] == pytest.approx(history["val_iou"], abs=1e-6)
    assert run.log.read_text().splitlines()[0] == "epoch,loss,iou,val_loss,val_iou,lr,seconds,images_per_second"
    content = json.loads((run.path / "metrics.json").read_text())
    assert content["iou"] == evaluate(model, squares()).iou == history["val_iou"][-1]


@pytest.mark.parametrize(
    ("inputs", "model"),
    [
        (torch.randint(9, (24, 5)), nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Linear(20, 2))),
        (torch.randn(24, 2, 7), nn.Sequential(nn.Flatten(), nn.Linear(14, 2))),
        (torch.zeros(24, 1, 2, 3, 3, dtype=torch.uint8), nn.Sequential(nn.Flatten(), nn.Linear(18, 2))),
    ],
)
def test_words_signals_and_volumes_are_learnt_alike(inputs, model):
    some = Labelled(inputs, torch.arange(24) % 2)
    history = fit(model, LabelledData("some", some, some, ("a", "b"), words=tuple("abcdefghi")), **QUICK)
    assert history.columns[2:5] == ("acc", "val_loss", "val_acc")
    assert history.columns[-1] == "samples_per_second"


def test_scores_of_another_shape_are_refused():
    with pytest.raises(
        ValueError, match=r"\(16, 3, 12, 12\) for 16 images of 2 classes; .* of shape \(16, 2, 12, 12\)"
    ):
        fit(nn.Conv2d(1, 3, 1), squares(), **QUICK)


def test_what_the_data_cannot_do_is_refused_before_a_folder_is_made(tmp_path):
    with pytest.raises(ValueError, match="augment: data 'squares' have no augmentation; leave it out, or pass False"):
        fit(nn.Conv2d(1, 2, 1), squares(), **QUICK, augment=True, output=tmp_path / "run")
    with pytest.raises(ValueError, match="image_size is for data that are to be loaded"):
        fit(nn.Conv2d(1, 2, 1), squares(), **QUICK, image_size=8, output=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_the_checksum_sees_one_pixel_and_one_label():
    data = squares()
    sums = {LabelledLesson(data).checksum()}
    for name in ("inputs", "labels"):
        changed = Labelled(data.test.inputs.clone(), data.test.labels.clone())
        getattr(changed, name).view(-1)[5] ^= 1
        sums.add(LabelledLesson(LabelledData("squares", data.train, changed, data.classes)).checksum())
    assert len(sums) == 3
