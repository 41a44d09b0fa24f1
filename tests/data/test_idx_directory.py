import gzip

import pytest
import torch
from idx_files import idx, pixels

from striate.data import load


def labels(*values):
    return torch.tensor(values, dtype=torch.uint8)


@pytest.fixture
def write(tmp_path):
    """Writes the four files, each replaceable by keyword."""
    files = {
        "train-images-idx3-ubyte": pixels(5, 6, 4),
        "train-labels-idx1-ubyte": labels(3, 9, 3, 1, 9),
        "t10k-images-idx3-ubyte": pixels(2, 6, 4, seed=1),
        "t10k-labels-idx1-ubyte": labels(9, 1),
    }

    def write(changes=None):
        for name, tensor in (files | (changes or {})).items():
            if tensor is not None:
                content = idx(tensor)
                (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return tmp_path

    return write


def test_classes_are_the_training_labels(write):
    data = load(write())
    assert data.classes == ("1", "3", "9")
    assert data.train.labels.tolist() == [1, 2, 1, 0, 2]
    assert data.test.labels.tolist() == [2, 0]
    assert torch.equal(data.train.images, pixels(5, 1, 6, 4).reshape(5, 1, 6, 4))
    assert (data.name, data.channels, data.image_size) == (write().name, 1, (6, 4))


@pytest.mark.parametrize(
    "names",
    [
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels.gz"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "test-images.idx3-ubyte", "test-labels.idx1-ubyte"),
        ("a-b-train-images-idx3-ubyte", "a-b-train-labels-idx1-ubyte", "a-b-test-images", "a-b-test-labels"),
        ("train_images.idx", "Train_Labels.IDX", "test_images.idx.gz", "test_labels.idx"),
    ],
)
def test_names_that_people_use(tmp_path, names):
    for name, tensor in zip(names, (pixels(2, 6, 4), labels(1, 0), pixels(1, 6, 4), labels(1)), strict=True):
        (tmp_path / name).write_bytes(gzip.compress(idx(tensor)) if name.endswith(".gz") else idx(tensor))
    data = load(tmp_path)
    assert (len(data.train), len(data.test), data.classes) == (2, 1, ("0", "1"))


def test_a_plain_file_wins_over_its_own_gzip(write):
    directory = write({"train-images-idx3-ubyte.gz": pixels(1, 1, 1)})
    assert load(directory).train.images.shape == (5, 1, 6, 4)


def test_images_with_channels(write):
    rgb = {"train-images-idx3-ubyte": pixels(5, 3, 6, 4), "t10k-images-idx3-ubyte": pixels(2, 3, 6, 4)}
    assert load(write(rgb)).channels == 3


def test_missing_test_files_name_the_pattern(write):
    with pytest.raises(
        FileNotFoundError, match=r"no test images; looked for t10k-images\* or test-images\* .*found \["
    ):
        load(write({"t10k-images-idx3-ubyte": None}))


def test_missing_labels(write):
    with pytest.raises(FileNotFoundError, match=r"no train labels; looked for train-labels\* "):
        load(write({"train-labels-idx1-ubyte": None}))


def test_two_files_for_one_part(write):
    with pytest.raises(ValueError, match=r"several files of test images, \['t10k-images-idx3-ubyte', 'test-images'\]"):
        load(write({"test-images": pixels(2, 6, 4)}))


def test_counts_differ(write):
    with pytest.raises(ValueError, match=r"5 images in train-images-idx3-ubyte, 2 labels in train-labels-idx1-ubyte"):
        load(write({"train-labels-idx1-ubyte": labels(1, 2)}))


def test_label_that_training_never_names(write):
    with pytest.raises(ValueError, match=r"the test labels hold \[4\], which the training labels never name"):
        load(write({"t10k-labels-idx1-ubyte": labels(4, 1)}))


def test_channels_last(write):
    with pytest.raises(ValueError, match=r"\(5, 6, 4, 3\) looks channels-last, expected \(N, C, H, W\): permute"):
        load(write({"train-images-idx3-ubyte": pixels(5, 6, 4, 3)}))


def test_wrong_types(write):
    with pytest.raises(ValueError, match=r"images of torch\.int32 \(5, 6, 4\), expected uint8 \(N, H, W\)"):
        load(write({"train-images-idx3-ubyte": pixels(5, 6, 4).int()}))
    with pytest.raises(ValueError, match=r"images of torch\.uint8 \(5, 24\), expected uint8 \(N, H, W\)"):
        load(write({"train-images-idx3-ubyte": pixels(5, 24)}))
    with pytest.raises(ValueError, match=r"labels of torch\.float32 \(5,\), expected integers \(N,\)"):
        load(write({"train-labels-idx1-ubyte": labels(3, 9, 3, 1, 9).float()}))
