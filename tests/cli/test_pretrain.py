import pytest
from samples import draw_shapes

from striate.cli.pretrain import CLASSIFIERS
from striate.models import create, names
from striate.train import Run


@pytest.fixture
def shapes(tmp_path):
    draw_shapes(tmp_path / "shapes", 8)
    return tmp_path / "shapes"


def test_a_pretrained_encoder_is_kept_and_shown(striate, shapes, tmp_path):
    quick = ["--data", shapes, "--image-size", "16", "--epochs", "1", "--batch-size", "8", "--threads", "1"]
    result = striate("pretrain", *quick, "--output", "pretrained")
    assert result.exit_code == 0, result.output
    assert "Mean squared error" in result.stdout
    assert (tmp_path / "pretrained" / "example.png").is_file()
    assert result.stdout.splitlines()[-1].strip() == "striate train convnext-v2-mini --from pretrained"
    assert Run.open("pretrained").finished


def test_training_begins_with_the_run_that_is_named(striate, shapes):
    result = striate("train", "convnext-v2-mini", "--data", shapes, "--from", "nowhere")
    assert result.exit_code == 2
    assert "there is no run folder nowhere" in result.output


def test_a_model_for_another_task_is_refused(striate):
    result = striate("pretrain", "lenet5")
    assert result.exit_code == 2
    assert "model 'lenet5' is not for pretraining; known are fcmae, fcmae-mini" in result.output


def test_every_model_for_pretraining_has_a_classifier_with_its_encoder():
    assert tuple(sorted(CLASSIFIERS)) == names("pretraining")
    for name, classifier in CLASSIFIERS.items():
        assert create(classifier).encoder.state_dict().keys() == create(name).encoder.state_dict().keys()
