import pytest
import torch
from samples import BarNet, bars, draw_shapes, same_weights

from striate.data import ImageData, Images
from striate.models import create, names
from striate.train import Callback, Run, fit
from striate.train.lessons import MaskedLesson, open_lesson
from striate.train.lessons.pretraining import HELD_OUT
from striate.train.settings import DEFAULT_RECIPE, Settings

SETTINGS = Settings.from_recipe(DEFAULT_RECIPE)
QUICK = {"epochs": 1, "batch_size": 16, "lr": 1e-3, "threads": 1}


@pytest.fixture
def data():
    return bars(60)


@pytest.fixture
def lesson(data):
    return MaskedLesson("bars", data.train.images)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return create("fcmae-mini", image_size=12)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of the smallest masked autoencoder; not to be changed."""
    path = tmp_path_factory.mktemp("runs") / "pretrained"
    fit("fcmae-mini", bars(60), output=path, **QUICK)
    return path


def rows(images):
    """Each image as something that a set can hold."""
    return {image.numpy().tobytes() for image in images}


@pytest.mark.parametrize(("count", "held_out"), [(2, 1), (19, 1), (400, 20), (40000, HELD_OUT)])
def test_some_training_images_are_held_out(count, held_out):
    assert len(MaskedLesson("black", torch.zeros(count, 1, 4, 4, dtype=torch.uint8))) == count - held_out


def test_what_is_held_out_is_not_learnt_from(data, lesson):
    (learnt,) = lesson.batch(torch.arange(len(lesson)), torch.Generator(), SETTINGS)
    held_out = lesson.exhibit(create("fcmae-mini", image_size=12))["the image"]
    assert len(learnt) == 38
    assert not rows(learnt) & rows(held_out)
    assert rows(learnt) | rows(held_out) == rows(data.train.images.float() / 255)


def test_test_images_and_labels_never_reach_it(data):
    """Other test images and other labels give the same weights, and another training image does not."""
    inverted = Images(255 - data.test.images, data.test.labels)
    poisoned = ImageData("bars", Images(data.train.images, 1 - data.train.labels), inverted, data.classes)
    model, other = (fit("fcmae-mini", some, **QUICK).model for some in (data, poisoned))
    assert same_weights(model, other)
    changed = data.train.images.clone()
    changed[7] = 255 - changed[7]
    changed[8] = 255 - changed[8]  # one may be held out, and does not count then
    changed = ImageData("bars", Images(changed, data.train.labels), data.test, data.classes)
    assert not same_weights(model, fit("fcmae-mini", changed, **QUICK).model)


def test_the_loss_is_the_models_under_a_mask_of_torchs_generator(lesson, model):
    batch = lesson.batch(torch.arange(4), torch.Generator(), SETTINGS)
    torch.manual_seed(3)
    loss, merit = lesson.loss(model, batch, SETTINGS)
    torch.manual_seed(3)
    torch.testing.assert_close(loss, model.loss(model(batch[0]), batch[0]), rtol=0, atol=0)
    assert merit == 0.0
    assert lesson.loss(model, batch, SETTINGS)[0] != loss


def test_it_is_always_measured_under_the_same_masks(lesson, model):
    state = torch.get_rng_state()
    metrics = lesson.measure(model)
    assert lesson.measure(model) == metrics
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)
    assert metrics.images == 2
    assert metrics.as_json() == {"loss": metrics.loss, "images": 2}
    assert metrics.sentence().endswith("of the hidden patches, normalised, in 2 held-out training images")


def test_the_exhibit_shows_what_is_seen_and_made(lesson, model):
    shown = lesson.exhibit(model)
    seen, made, image = shown["what is seen"], shown["what is made"], shown["the image"]
    assert seen.shape == made.shape == image.shape == (2, 1, 12, 12)
    hidden = seen == 0.5
    assert hidden.sum().item() == 2 * 5 * 16  # of nine patches of 16 pixels four are seen
    torch.testing.assert_close(seen[~hidden], image[~hidden])
    torch.testing.assert_close(made[~hidden], image[~hidden])
    assert not torch.allclose(made[hidden], image[hidden])
    assert 0 <= made.min() <= made.max() <= 1


def test_mnist_is_the_default():
    lesson = open_lesson("fcmae-mini")
    assert (lesson.name, len(lesson)) == ("mnist", 59000)
    assert lesson.keywords == {"in_channels": 1, "image_size": (28, 28)}


def test_a_folder_is_read_in_the_size_that_is_asked_for(tmp_path):
    draw_shapes(tmp_path, 5)
    lesson = open_lesson("fcmae-mini", tmp_path, {"image_size": 20, "in_channels": 1})
    assert lesson.keywords == {"in_channels": 1, "image_size": (20, 20)}
    assert len(lesson) == 3 * 4 - 1  # a fifth are test images, and one is held out


def test_two_images_are_needed():
    with pytest.raises(ValueError, match="images: came as 1, expected at least 2, one of which is held out"):
        MaskedLesson("one", torch.zeros(1, 1, 8, 8, dtype=torch.uint8))


def test_a_run_is_kept_and_opened(run):
    opened = Run.open(run)
    assert opened.finished
    model = opened.load_model()
    assert model(torch.rand(1, 1, 12, 12)).patches.shape == (1, 16, 3, 3)


class Stop(Callback):
    def on_step(self, step):
        if step.step == 2:
            raise RuntimeError("stopped")


def test_a_stopped_run_goes_on_under_the_masks_that_were_to_come(run, data, tmp_path):
    with pytest.raises(RuntimeError, match="stopped"):
        fit("fcmae-mini", data, output=tmp_path / "run", save_seconds=0, callbacks=[Stop()], **QUICK)
    resumed = fit("fcmae-mini", data, output=tmp_path / "run", resume=True).model
    assert same_weights(resumed, Run.open(run).load_model())


def test_a_classifier_begins_with_the_encoder(run, data):
    pretrained, keywords = Run.open(run).load_model(), QUICK | {"lr": 1e-9}
    tuned = fit("convnext-v2-mini", data, start=run, **keywords).model
    torch.testing.assert_close(tuned.encoder.state_dict(), pretrained.encoder.state_dict(), rtol=0, atol=1e-6)
    scratch = fit("convnext-v2-mini", data, **keywords).model
    assert not torch.allclose(scratch.encoder.patches.weight, pretrained.encoder.patches.weight, atol=1e-3)
    torch.testing.assert_close(scratch.output.weight, tuned.output.weight, rtol=0, atol=1e-6)


def test_the_config_says_where_it_began_and_the_run_goes_on_without(run, data, tmp_path):
    fit("convnext-v2-mini", data, start=run, output=tmp_path / "tuned", **QUICK)
    assert Run.open(tmp_path / "tuned").config.start == str(run)
    with pytest.raises(ValueError, match=r"start is for a new run, but .*tuned is gone on with from its own weights"):
        fit("convnext-v2-mini", data, start=run, output=tmp_path / "tuned", resume=True)


def test_a_model_that_cannot_begin_with_it_leaves_no_folder(run, data, tmp_path):
    with pytest.raises(ValueError, match="'BarNet' has no encoder that could begin with the weights of 'fcmae-mini'"):
        fit(BarNet(), data, start=run, output=tmp_path / "tuned", **QUICK)
    assert not (tmp_path / "tuned").exists()


def test_every_model_for_pretraining_has_what_the_lesson_asks_of_it():
    with torch.device("meta"):
        models = [create(name) for name in names("pretraining")]
    assert models
    for model in models:
        assert all(callable(getattr(model, name)) for name in ("draw_mask", "loss", "fill"))
