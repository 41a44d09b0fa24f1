import pytest
import torch
from idx_files import idx, pixels, put_clothes

from striate.data import fashion_mnist, fetch_fashion_mnist, load
from striate.data.fashion_mnist import CLASSES, DEBIAN


@pytest.mark.parametrize("packed", [True, False])
def test_the_users_files_are_found(data_home, packed):
    put_clothes(data_home / "fashion-mnist", packed=packed)
    data = load("fashion-mnist")
    assert (data.name, data.classes) == ("fashion-mnist", CLASSES)
    assert torch.equal(data.train.images, pixels(20, 6, 4).unsqueeze(1))
    assert data.test.labels.tolist() == [9, 2, 1]
    assert load("fashion-mnist", image_size=8, channels=3).test.images.shape == (3, 3, 8, 8)


def test_debians_place_comes_second(data_home, tmp_path):
    put_clothes(tmp_path / "debian")
    assert load("fashion-mnist").classes[9] == "Ankle boot"
    put_clothes(data_home / "fashion-mnist", {"t10k-labels-idx1-ubyte": None})
    with pytest.raises(FileNotFoundError, match="data/fashion-mnist holds neither t10k-labels-idx1-ubyte nor t10k-"):
        load("fashion-mnist")


def test_without_a_setting_the_folder_is_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("STRIATE_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert fashion_mnist.data_folder() == tmp_path / ".cache" / "striate"


@pytest.mark.usefixtures("data_home")
def test_who_has_none_is_told_how_to_get_it():
    with pytest.raises(
        FileNotFoundError,
        match=r"neither in .*data/fashion-mnist nor in .*debian: `striate fetch fashion-mnist` downloads its 31 MB, "
        "`apt-get install dataset-fashion-mnist` installs them, and STRIATE_DATA names another folder",
    ):
        load("fashion-mnist")


def test_another_file_is_named_with_both_sums(data_home):
    put_clothes(
        data_home / "fashion-mnist", {"t10k-labels-idx1-ubyte": idx(torch.tensor([9, 2, 2], dtype=torch.uint8))}
    )
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte of .* has SHA-256 [0-9a-f]{64} unpacked, expected"):
        load("fashion-mnist")


@pytest.mark.usefixtures("data_home")
def test_a_folder_of_its_files_has_its_names_and_another_has_not(tmp_path):
    assert load(put_clothes(tmp_path / "mine")).classes == CLASSES
    other = idx((torch.arange(20, dtype=torch.uint8) + 1) % 10)
    data = load(put_clothes(tmp_path / "others", {"train-labels-idx1-ubyte": other}))
    assert (data.name, data.classes) == ("others", tuple("0123456789"))


@pytest.mark.parametrize("given", [True, False])
def test_what_is_fetched_can_be_loaded(data_home, tmp_path, given):
    url = put_clothes(tmp_path / "there").as_uri() + "/"
    folder = fetch_fashion_mnist(tmp_path / "mine" if given else None, url=url)
    assert folder == (tmp_path / "mine" if given else data_home / "fashion-mnist")
    assert load(folder if given else "fashion-mnist").classes == CLASSES
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    with pytest.raises(FileExistsError, match=f"folder: {folder} exists already: move it away, or give another"):
        fetch_fashion_mnist(folder, url=url)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"t10k-labels-idx1-ubyte": None}, OSError, r"there/t10k-labels-idx1-ubyte\.gz cannot be read \(.*try again"),
        ({"train-labels-idx1-ubyte": b"<html>"}, ValueError, "train-labels-idx1-ubyte of file:.* has SHA-256"),
    ],
)
def test_what_fails_leaves_nothing_behind(data_home, tmp_path, changes, error, message):
    with pytest.raises(error, match=message):
        fetch_fashion_mnist(url=put_clothes(tmp_path / "there", changes).as_uri() + "/")
    assert list(data_home.iterdir()) == []


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="the package dataset-fashion-mnist is not installed")
def test_known_facts(monkeypatch, tmp_path):
    monkeypatch.setenv("STRIATE_DATA", str(tmp_path))
    data = load("fashion-mnist")
    assert data.train.images.shape == (60000, 1, 28, 28)
    assert data.train.labels.bincount().tolist() == [6000] * 10
    assert data.test.labels.bincount().tolist() == [1000] * 10
    assert data.dark_background
    # The mean and deviation that are published for the training images.
    pixels = data.train.images.float().div_(255)
    assert pixels.mean().item() == pytest.approx(0.2860, abs=5e-5)
    assert pixels.std().item() == pytest.approx(0.3530, abs=5e-5)
