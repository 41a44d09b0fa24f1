import json

import pytest

from striate import models


def test_every_model_has_a_line_under_its_task(striate):
    result = striate("models")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    headings = [line.split(":")[0] for line in lines if line.split(":")[0] in models.TASKS]
    assert headings == list(models.TASKS)
    assert "classification: striate train MODEL" in lines
    for name in models.names():
        (line,) = [line for line in lines if line.split()[:1] == [name]]
        assert str(models.year(name)) in line
        assert models.paper(name)[:30] in line
    (line,) = [line for line in lines if line.startswith("alexnet ")]
    assert line.split()[1:6] == ["2012", "60,965,224", "724.4", "M", "3x224x224"]


def test_a_heading_says_what_to_type(striate):
    assert "audio: striate train MODEL" in striate("models", "--task", "audio").stdout


def test_lines_fit_a_terminal(striate, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    lines = striate("models", "--task", "segmentation").stdout.splitlines()
    assert max(map(len, lines)) == 90
    assert sum(line.endswith("…") for line in lines) == len(models.names("segmentation"))


def test_one_model_is_told_whole(striate):
    lines = dict(line.split(maxsplit=1) for line in striate("models", "unet").stdout.splitlines())
    assert lines["paper"] == models.paper("unet")
    assert lines["task"] == "segmentation"
    assert lines["keywords"] == "in_channels=1, image_size=(572, 572), classes=2, up='transposed'"
    assert lines["parameters"] == "31,030,658"
    assert lines["multiply-adds"].endswith("for an input of 1x572x572")
    assert lines["type"] == "striate train unet"


def test_json_has_a_model_a_line(striate):
    rows = [json.loads(line) for line in striate("models", "--task", "volume", "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == ["c3d-mini", "c3d"]
    assert rows[1]["parameters"] == 79_991_015
    (row,) = [json.loads(line) for line in striate("models", "vae", "--json").stdout.splitlines()]
    assert row["command"] == "striate train vae"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lenet6"], "error: model must be one of 'alexnet'"),
        (["--task", "cooking"], "error: task must be one of 'classification'"),
        (["vae", "--task", "audio"], "error: model 'vae' has one task: give a model or --task, but not both"),
    ],
)
def test_what_is_refused(striate, words, message):
    result = striate("models", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
