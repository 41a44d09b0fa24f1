import pytest
import torch
from PIL import Image
from samples import bars
from torch import nn

from striate.train import fit, predict

DATA = bars(size=16)


class Brightness(nn.Module):
    """Scores that say how bright an image is: class 0 dark, class 1 light."""

    def forward(self, images):
        light = images.flatten(1).mean(1)
        return torch.stack([5 - 10 * light, 10 * light - 5], dim=1)


def test_labels_probabilities_and_ranking_agree_with_the_model(bars_run):
    images = DATA.test.images[:7]
    with torch.no_grad():
        probabilities = bars_run.model(images.float() / 255).softmax(1)
    predictions = predict(bars_run.run, images)
    assert [prediction.image for prediction in predictions] == [str(number) for number in range(7)]
    for prediction, row in zip(predictions, probabilities, strict=True):
        best = int(row.argmax())
        assert prediction.label == DATA.classes[best]
        assert prediction.probability == float(row[best]) == prediction.ranking[0][1]
        assert dict(prediction.ranking) == dict(zip(DATA.classes, row.tolist(), strict=True))
        assert not prediction.inverted


def test_files_of_any_size_and_mode(bars_run, tmp_path):
    for mode in ("L", "RGB", "RGBA", "P", "1", "I;16"):
        Image.new("L", (37, 61)).convert(mode.replace("I;16", "I")).convert(mode).save(
            tmp_path / f"{mode[0]}{len(mode)}.png"
        )
    paths = sorted(tmp_path.iterdir())
    predictions = predict(bars_run.run, paths)
    assert [prediction.image for prediction in predictions] == [str(path) for path in paths]
    assert len({prediction.probability for prediction in predictions}) == 1  # all are black
    (alone,) = predict(bars_run.run, str(paths[0]))
    assert (alone.image, alone.label) == (predictions[0].image, predictions[0].label)
    assert predict(bars_run.run, []) == []


def test_one_image_and_every_kind_of_tensor(bars_run):
    image = DATA.test.images[0]
    alike = [image, image[None], image.float() / 255, image.double() / 255]
    assert len({round(predict(bars_run.run, each)[0].probability, 6) for each in alike}) == 1


def test_a_light_ground_is_inverted_for_a_model_of_dark_ones():
    light = torch.full((1, 16, 16), 250, dtype=torch.uint8)
    (auto,) = predict(Brightness(), light, data=DATA)
    assert (auto.inverted, auto.label) == (True, "lying")
    (never,) = predict(Brightness(), light, data=DATA, invert=False)
    assert (never.inverted, never.label) == (False, "standing")
    (always,) = predict(Brightness(), 255 - light, data=DATA, invert=True)
    assert (always.inverted, always.label) == (True, "standing")


def test_each_image_is_inverted_by_its_own_border():
    images = torch.full((3, 1, 16, 16), 10, dtype=torch.uint8)
    images[1] = 240
    images[2, :, 1:-1, 1:-1] = 240  # light, but for its border
    assert [prediction.inverted for prediction in predict(Brightness(), images, data=DATA)] == [False, True, False]


def test_colour_and_unknown_grounds_are_never_inverted():
    light = torch.full((1, 3, 16, 16), 250, dtype=torch.uint8)
    assert not predict(Brightness(), light, data=bars(size=16, channels=3))[0].inverted
    assert not predict(Brightness(), light)[0].inverted


def test_a_module_alone_numbers_its_classes():
    prediction = predict(Brightness(), torch.full((1, 1, 4, 4), 0.9))[0]
    assert (prediction.label, [name for name, _ in prediction.ranking]) == ("1", ["1", "0"])


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (torch.rand(16, 16), ValueError, r"images has shape \(16, 16\); expected \(N, C, H, W\) or \(C, H, W\)"),
        (
            torch.rand(2, 1, 9, 9),
            ValueError,
            r"an image has shape \(1, 9, 9\); the model was trained on \(1, 16, 16\)$",
        ),
        (torch.rand(2, 16, 16, 1), ValueError, r"shape \(16, 16, 1\).*channels first: permute\(0, 3, 1, 2\)\?"),
        (torch.rand(2, 1, 16, 16) * 255, ValueError, r"float images must be in \[0, 1\].*divide by 255\?"),
        (torch.full((1, 1, 16, 16), float("nan")), ValueError, r"these are from nan to nan"),
        (
            torch.ones(2, 1, 16, 16, dtype=torch.int64),
            TypeError,
            r"images is of torch\.int64; expected uint8, or float",
        ),
    ],
)
def test_tensors_that_do_not_fit_are_refused(images, error, message):
    with pytest.raises(error, match=message):
        predict(Brightness(), images, data=DATA)


def test_other_mistakes_are_refused(bars_run, tmp_path):
    with pytest.raises(ValueError, match="unknown invert 'yes'; known are 'auto', True, False"):
        predict(bars_run.run, DATA.test.images, invert="yes")
    with pytest.raises(ValueError, match="to read image files, give data"):
        predict(Brightness(), ["some.png"])
    with pytest.raises(FileNotFoundError, match=r"absent\.png"):
        predict(bars_run.run, tmp_path / "absent.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG and no more")
    with pytest.raises(ValueError, match=r"broken\.png"):
        predict(bars_run.run, tmp_path / "broken.png")


def test_a_run_that_saved_no_epoch_has_no_weights(tmp_path):
    with pytest.raises(RuntimeError, match="stop"):
        fit("lenet5-modern", DATA, epochs=1, threads=1, output=tmp_path / "run", callbacks=[_Stop()])
    with pytest.raises(FileNotFoundError, match=r"run/model\.safetensors is missing"):
        predict(tmp_path / "run", DATA.test.images)


class _Stop:
    def on_step(self, _):
        raise RuntimeError("stop")
