import json

import pytest
import torch
from PIL import Image

from striate.data import ImageData, Images, load
from striate.lineage.systems import neocognitron as system


def test_five_patterns_are_learnt_named_and_drawn(striate, tmp_path):
    result = striate("neocognitron", "--output", tmp_path / "out")
    assert result.exit_code == 0
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert figures["recognised"]["shifted"] == 1
    assert 5 <= figures["cells"] <= 7
    assert "  shifted   100.0% recognised of 245" in result.stdout.splitlines()
    for name in ("cells.png", "stimuli.png"):
        with Image.open(tmp_path / "out" / name) as image:
            assert image.width > 1000


def test_digits_are_read_off_better_than_from_pixels(striate, tmp_path, monkeypatch):
    """The command on a tenth of what it takes by default, and fewer test images."""
    data = load("mnist")
    few = ImageData(
        "mnist",
        Images(data.train.images[:1200], data.train.labels[:1200]),
        Images(data.test.images[:500], data.test.labels[:500]),
        data.classes,
    )
    monkeypatch.setattr(system, "load", lambda _: few)
    monkeypatch.setattr(system, "LEARNT", 60)
    monkeypatch.setattr(system, "NAMING", 300)
    monkeypatch.setattr(system, "PLANES", (24, 24, 40))
    result = striate("neocognitron", "mnist", "--digits", "1200", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "figures.json").read_text())["accuracy"]
    assert found["U_C1"] > found["pixels"] + 0.03
    assert found["winners"] > 0.15  # a guess has 0.1
    assert f"  {found['pixels']:.2%} by a linear readout of the pixels" in result.stdout.splitlines()
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("words", "message"),
    [(["letters"], "'five', 'mnist'"), (["mnist", "--digits", "5"], "--digits")],
)
def test_what_is_not_offered_is_refused(striate, words, message):
    result = striate("neocognitron", *words)
    assert result.exit_code == 2
    assert message in result.stderr
