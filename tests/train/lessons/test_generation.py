import pytest
import torch
from samples import bars

from striate.models import create
from striate.train import evaluate, fit
from striate.train.lessons import GenerationLesson, open_lesson


@pytest.mark.parametrize("model", ["vae", "dcgan-mini"])
def test_a_generator_is_trained_from_its_name(model, tmp_path):
    history = fit(model, bars(size=12), epochs=2, batch_size=16, threads=1, output=tmp_path / "run")
    assert history["val_loss"][-1] == history.metrics.loss < history["val_loss"][0]
    assert "val_acc" not in history
    assert history.model.decode(torch.randn(2, history.model.latent)).shape == (2, 1, 12, 12)
    assert evaluate(tmp_path / "run", GenerationLesson(bars(size=12))).loss == history.metrics.loss


def test_a_stopped_training_of_adversaries_goes_on_to_the_same_weights(tmp_path):
    data = bars(size=12)

    class Stop:
        def on_step(self, step):
            if (step.epoch, step.step) == (2, 2):
                raise RuntimeError

        def on_epoch(self, row):
            pass

    settings = {"epochs": 2, "batch_size": 16, "threads": 1}
    whole = fit("dcgan-mini", data, **settings)
    with pytest.raises(RuntimeError):
        fit("dcgan-mini", data, **settings, output=tmp_path / "run", callbacks=[Stop()])
    resumed = fit("dcgan-mini", data, output=tmp_path / "run", resume=True)
    torch.testing.assert_close(resumed.model.state_dict(), whole.model.state_dict(), rtol=0, atol=0)


def test_measuring_draws_the_same_codes_and_leaves_chance_alone():
    lesson, model = GenerationLesson(bars(size=12)), create("vae", image_size=12)
    torch.manual_seed(3)
    state = torch.get_rng_state()
    first = lesson.measure(model)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(4)
    assert lesson.measure(model).loss == first.loss
    assert first.as_json() == {"loss": first.loss, "images": first.images, "meaning": model.meaning}


def test_a_vaes_measure_is_a_bound_even_where_the_model_is_evaluated():
    images = torch.rand(4, 1, 12, 12).round()
    model = create("vae", image_size=12).eval()
    torch.manual_seed(0)
    drawn = model.objective(images)
    torch.manual_seed(0)
    torch.testing.assert_close(model.train().loss(model(images), images), drawn)
    assert model.eval().loss(model(images), images) != drawn  # the codes' means


def test_what_is_shown():
    lesson, model = GenerationLesson(bars(size=12)), create("dcgan-mini", image_size=12)
    shown = lesson.exhibit(model)
    assert {name: tuple(images.shape) for name, images in shown.items()} == {
        "made": (16, 1, 12, 12),
        "real": (16, 1, 12, 12),
    }
    assert torch.equal(lesson.exhibit(model)["made"], shown["made"])


def test_the_lesson_without_data_is_mnist():
    lesson = open_lesson("vae")
    assert (lesson.name, len(lesson), lesson.figure) == ("mnist", 60000, "")
    assert open_lesson("dcgan-mini", asked={"image_size": 20}).keywords == {"in_channels": 1, "image_size": (20, 20)}


def test_a_model_that_makes_no_images_is_refused():
    with pytest.raises(TypeError, match=r"Linear must have latent, meaning, objective\(images\) and decode\(codes\)"):
        GenerationLesson(bars()).measure(torch.nn.Linear(3, 3))
