import json

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from striate.data import dead_leaves

QUICK = ("--filters", "32", "--size", "8", "--steps", "150")


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in (0, 1):
        pixels = (255 * dead_leaves(96, seed=seed)).to(torch.uint8)
        Image.fromarray(pixels.numpy()).save(folder / f"{seed}.png")
    return folder


def test_a_dictionary_is_learnt_from_a_folder(striate, photos, tmp_path):
    result = striate("sparse-code", photos, *QUICK, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert f"32 filters of 8 x 8 learn 2 photographs in {photos}" in result.stdout
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert figures["gabor_share_above_0.7"] > 0.5
    assert f"{figures['gabor_share_above_0.7']:.0%} of the filters are Gabor functions" in result.stdout
    assert figures["energy_last"] < figures["energy_first"]
    weight = load_file(tmp_path / "out" / "dictionary.safetensors")["weight"]
    assert weight.shape == (32, 1, 8, 8)
    assert len(figures["gabor"]) == 32
    with Image.open(tmp_path / "out" / "dictionary.png") as image:
        assert image.width > 1000


def test_white_noise_gives_no_gabor_functions(striate, tmp_path):
    result = striate("sparse-code", "--noise", *QUICK, "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "figures.json").read_text())["gabor_share_above_0.7"] < 0.1


def test_the_convolutional_form(striate, photos, tmp_path):
    words = ("--convolutional", "--filters", "4", "--size", "5", "--steps", "3", "--output", tmp_path / "out")
    assert striate("sparse-code", photos, *words).exit_code == 0
    assert json.loads((tmp_path / "out" / "figures.json").read_text())["form"] == "convolutional form"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent"], "error: photographs: no folder 'absent'"),
        (["."], "error: photographs: no image file in '.', expected one of *.bmp, "),
        ([".", "--noise"], "learns from noise, not from photographs: leave PHOTOS out"),
    ],
)
def test_mistakes_write_nothing(striate, tmp_path, words, message):
    result = striate("sparse-code", *words, "--output", "out")
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()
