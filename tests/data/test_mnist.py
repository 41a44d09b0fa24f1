import shutil

import pytest

from striate.data import load, mnist


@pytest.fixture(scope="module")
def digits():
    return load("mnist")


def test_sizes_and_classes(digits):
    assert digits.train.images.shape == (60000, 1, 28, 28)
    assert digits.test.images.shape == (10000, 1, 28, 28)
    assert digits.name == "mnist"
    assert digits.classes == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    assert digits.dark_background


def test_known_facts(digits):
    # The digits a class and the mean and deviation (0.1307, 0.3081) are those published for the database.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert digits.train.labels.bincount().tolist() == counts
    assert digits.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    pixels = digits.train.images.float().div_(255)
    assert pixels.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std().item() == pytest.approx(0.3081, abs=5e-5)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    directory = shutil.copytree(mnist.DIRECTORY, tmp_path / "mnist")
    monkeypatch.setattr(mnist, "DIRECTORY", directory)
    return directory


def test_changed_file_is_named_with_both_sums(copy):
    with (copy / "t10k-labels-idx1-ubyte.gz").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte\.gz' has SHA-256 [0-9a-f]{64}, expected b91679a0"):
        load("mnist")


def test_missing_file(copy):
    (copy / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"train-labels-idx1-ubyte\.gz' is missing from the package: install"):
        load()
