import pytest
from samples import draw_shapes

from striate.cli.pretrain import CLASSIFIERS
from striate.models import create, names
from striate.train import Run


@pytest.fixture
def shapes(tmp_path):
    draw_shapes(tmp_path / "shapes", 8)
    return tmp_path / "shapes"


def test_a_pretrained_encoder_is_kept_shown_and_trained_on(striate, shapes, tmp_path):
    quick = ["--data", shapes, "--image-size", "16", "--epochs", "1", "--batch-size", "8", "--threads", "1"]
    result = striate("pretrain", *quick, "--output", "pretrained")
    assert result.exit_code == 0, result.output
    assert "Mean squared error" in result.stdout
    assert (tmp_path / "pretrained" / "example.png").is_file()
    next_command = result.stdout.splitlines()[-1].split()
    assert next_command == ["striate", "train", "convnext-v2-mini", "--from", "pretrained"]
    result = striate(*next_command[1:], *quick, "--output", "tuned")
    assert result.exit_code == 0, result.output
    assert Run.open("tuned").config.start == str(tmp_path / "pretrained")


def test_a_model_for_another_task_is_refused(striate):
    result = striate("pretrain", "lenet5")
    assert result.exit_code == 2
    assert "model 'lenet5' is not for pretraining; known are fcmae, fcmae-mini" in result.output


def test_every_model_for_pretraining_has_a_classifier_with_its_encoder():
    assert tuple(sorted(CLASSIFIERS)) == names("pretraining")
    for name, classifier in CLASSIFIERS.items():
        assert create(classifier).encoder.state_dict().keys() == create(name).encoder.state_dict().keys()
