import pytest
import torch
from samples import bars

from striate.data import Labelled, LabelledData, draw_scenes
from striate.train import evaluate, fit
from striate.train.lessons import SegmentationLesson, open_lesson
from striate.train.lessons.segmentation import PALETTE, painted


def blocks(count=48):
    """A bright square, and a darker one, at random places: three classes."""
    generator = torch.Generator().manual_seed(0)
    images = torch.zeros(count, 1, 16, 16, dtype=torch.uint8)
    labels = torch.zeros(count, 16, 16, dtype=torch.int64)
    for image, label, places in zip(images, labels, torch.randint(11, (count, 2, 2), generator=generator), strict=True):
        for number, (row, column) in enumerate(places.tolist(), 1):
            image[0, row : row + 6, column : column + 6] = 120 * number
            label[row : row + 6, column : column + 6] = number
    parts = Labelled(images[:32], labels[:32]), Labelled(images[32:], labels[32:])
    return LabelledData("blocks", *parts, classes=("ground", "dim", "bright"), unit="images")


@pytest.mark.parametrize("model", ["segnet-mini", "unet-mini", "deconvnet-mini"])
def test_a_network_learns_blocks_from_its_name(model, tmp_path):
    lesson = SegmentationLesson(blocks())
    history = fit(model, lesson, epochs=14, batch_size=4, lr=5e-3, threads=1, output=tmp_path / "run")
    assert history.metrics.iou > 0.65
    assert history["val_iou"][-1] == history.metrics.iou
    assert "mean IoU" in history.metrics.sentence()


def test_what_is_shown_is_what_is_found():
    lesson = SegmentationLesson(blocks())

    class Oracle(torch.nn.Module):
        def forward(self, images):
            return torch.cat([-images, -(images - 120 / 255).abs(), -(images - 240 / 255).abs()], 1)

    assert lesson.measure(Oracle()).iou == 1
    shown = lesson.exhibit(Oracle())
    assert list(shown) == ["images", "classes of their pixels", "found"]
    assert torch.equal(shown["found"], shown["classes of their pixels"])
    assert shown["images"].shape == (6, 1, 16, 16)


def test_classes_have_colours_of_their_own_and_more_than_there_are_repeat():
    colours = painted(torch.arange(24)[None, None])[0, :, 0].T
    assert len(colours[:11].unique(dim=0)) == len(PALETTE) == 11
    assert torch.equal(colours[11:21], colours[1:11])
    assert not colours[0].any()


def test_scenes_of_a_size_are_the_lesson_without_data(monkeypatch):
    drawn = []

    def few(**keywords):
        drawn.append(keywords)
        return draw_scenes(2, 2, **keywords)

    monkeypatch.setattr("striate.train.lessons.segmentation.draw_scenes", few)
    assert open_lesson("unet-mini").keywords == {"classes": 11, "in_channels": 1, "image_size": (64, 64)}
    assert open_lesson("unet-mini", asked={"image_size": 32}).keywords["image_size"] == (32, 32)
    assert drawn == [{}, {"size": 32}]
    with pytest.raises(ValueError, match=r"image_size of scenes is square, but got \(32, 48\)"):
        open_lesson("unet-mini", asked={"image_size": (32, 48)})


def test_what_has_no_label_a_pixel_is_refused(tmp_path):
    with pytest.raises(ValueError, match="data 'bars' have a label an image, and segmentation learns one a pixel"):
        open_lesson("unet-mini", bars())
    with pytest.raises(FileNotFoundError, match=r"no folder '.*absent', expected one that holds images/ and labels/"):
        open_lesson("unet-mini", str(tmp_path / "absent"))


def test_a_run_on_a_folder_is_evaluated_from_its_name(tmp_path):
    from PIL import Image

    data = blocks()
    for part in ("images", "labels"):
        (tmp_path / "set" / part).mkdir(parents=True)
    for number in range(12):
        Image.fromarray(data.train.inputs[number, 0].numpy()).save(tmp_path / "set" / "images" / f"{number}.png")
        labels = data.train.labels[number].to(torch.uint8).numpy()
        Image.fromarray(labels).save(tmp_path / "set" / "labels" / f"{number}.png")
    history = fit("segnet-mini", tmp_path / "set", epochs=1, batch_size=4, threads=1, output=tmp_path / "run")
    assert torch.equal(evaluate(tmp_path / "run").confusion, history.metrics.confusion)
    assert history.metrics.samples == 2
