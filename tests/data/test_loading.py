from pathlib import Path

import pytest
import torch
from PIL import Image

from striate.data import NAMED, ImageData, Images, load


@pytest.fixture
def few(monkeypatch):
    """Stands in for the shipped digits, so that fitting them takes no seconds."""
    generator = torch.Generator().manual_seed(2)
    part = Images(torch.randint(0, 256, (6, 1, 28, 28), generator=generator).to(torch.uint8), torch.arange(6))
    data = ImageData("mnist", part, part, tuple("012345"))
    monkeypatch.setitem(NAMED, "mnist", lambda: data)
    return data


def test_size_and_channels_as_told(few):
    data = load("mnist", image_size=32, channels=3)
    assert data.train.images.shape == data.test.images.shape == (6, 3, 32, 32)
    assert torch.equal(data.train.labels, few.train.labels)


def test_as_shipped(few):
    data = load()
    assert torch.equal(data.train.images, few.train.images)
    assert data.classes == few.classes


def test_a_directory_called_mnist(few, tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / "mnist" / name).mkdir(parents=True)
        for index in range(2):
            Image.new("L", (9, 9), 50 * index).save(tmp_path / "mnist" / name / f"{index}.png")
    monkeypatch.chdir(tmp_path)
    assert load("./mnist").classes == load(Path("mnist")).classes == ("a", "b")
    assert load("mnist").classes == few.classes


def test_unknown_name():
    with pytest.raises(
        FileNotFoundError, match="no directory 'mnits', and no data of that name; known: mnist, fashion-mnist"
    ):
        load("mnits")


def test_file(tmp_path):
    (tmp_path / "digits.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"digits\.zip' is a file, expected a directory of IDX files or of class"):
        load(tmp_path / "digits.zip")


@pytest.mark.usefixtures("few")
def test_impossible_size_and_channels():
    with pytest.raises(ValueError, match="image_size: came as 0, expected an int"):
        load(image_size=0)
    with pytest.raises(ValueError, match="channels: 0 cannot be made of 1"):
        load(channels=0)
