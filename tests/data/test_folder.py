import numpy as np
import pytest
import torch
from PIL import Image

from striate.data import load, read_image


def put(path, size=(30, 30), seed=0, grey=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (size[0], size[1], 1 if grey else 3), dtype=np.uint8)
    Image.fromarray(np.repeat(values, 3, axis=2) if grey else values).save(path)


def put_classes(root, counts, **options):
    for name, count in counts.items():
        for index in range(count):
            put(root / name / f"{index}.png", seed=index, **options)
    return root


def test_classes_sizes_and_split(tmp_path):
    data = load(put_classes(tmp_path / "shapes", {"10": 5, "2": 10, "b": 3}))
    assert data.name == "shapes"
    assert data.classes == ("2", "10", "b")
    assert data.train.labels.bincount().tolist() == [8, 4, 2]
    assert data.test.labels.bincount().tolist() == [2, 1, 1]
    assert (data.channels, data.image_size) == (3, (30, 30))


def test_split_depends_on_the_seed_only(tmp_path):
    put_classes(tmp_path, {"a": 30, "b": 30})
    first, again, other = load(tmp_path, seed=1), load(tmp_path, seed=1), load(tmp_path, seed=2)
    assert torch.equal(first.test.images, again.test.images)
    assert not torch.equal(first.test.images, other.test.images)


def test_no_image_is_lost_or_in_both_parts(tmp_path):
    for index in range(11):
        for name in ("a", "b"):
            put(tmp_path / name / f"{index}.png", seed=index + 100 * (name == "b"))
    data = load(tmp_path)
    everything = torch.cat([data.train.images, data.test.images]).flatten(1)
    assert len(everything) == 22
    assert len(everything.unique(dim=0)) == 22


@pytest.mark.parametrize("test_name", ["test", "val", "valid", "validation"])
def test_train_and_test_folders(tmp_path, test_name):
    put_classes(tmp_path / "train", {"a": 3, "b": 2})
    put_classes(tmp_path / test_name, {"a": 1, "b": 1})
    data = load(tmp_path)
    assert data.train.labels.tolist() == [0, 0, 0, 1, 1]
    assert data.test.labels.tolist() == [0, 1]


def test_train_folder_alone_is_split(tmp_path):
    put_classes(tmp_path / "train", {"a": 3, "b": 2})
    data = load(tmp_path)
    assert (len(data.train), len(data.test), data.classes) == (3, 2, ("a", "b"))


def test_a_class_may_be_called_train(tmp_path):
    assert load(put_classes(tmp_path, {"car": 2, "plane": 2, "train": 2})).classes == ("car", "plane", "train")


def test_a_class_may_be_called_test(tmp_path):
    assert load(put_classes(tmp_path, {"exam": 2, "test": 2})).classes == ("exam", "test")


def test_nested_hidden_and_other_files(tmp_path):
    put_classes(tmp_path, {"a": 2, "b": 2})
    put(tmp_path / "a" / "deep" / "er" / "x.PNG")
    for ignored in ("a/.hidden.png", "a/.cache/x.png", ".git/x.png", "__MACOSX/x.png", "loose.png"):
        put(tmp_path / ignored)
    (tmp_path / "a" / "notes.txt").write_text("not an image")
    data = load(tmp_path)
    assert data.classes == ("a", "b")
    assert len(data.train) + len(data.test) == 5


def test_different_sizes_are_fitted_to_the_median_shorter_side(tmp_path):
    for index, size in enumerate([(40, 90), (50, 44), (41, 41), (70, 60)]):
        put(tmp_path / "ab"[index % 2] / f"{index}.png", size=size)
    assert load(tmp_path).image_size == (42, 42)  # of 40, 41, 44, 60


@pytest.mark.parametrize(
    ("sizes", "side"), [([(8, 9), (10, 9)], 28), ([(300, 200), (200, 400)], 64), ([(300, 300)], 64)]
)
def test_the_common_size_is_clamped(tmp_path, sizes, side):
    for index in range(4):
        put(tmp_path / "ab"[index % 2] / f"{index}.png", size=sizes[index % len(sizes)])
    assert load(tmp_path).image_size == (side, side)


def test_a_shared_size_is_kept(tmp_path):
    assert load(put_classes(tmp_path, {"a": 2, "b": 2}, size=(12, 100))).image_size == (12, 100)


def test_size_and_channels_as_told(tmp_path):
    data = load(put_classes(tmp_path, {"a": 2, "b": 2}), image_size=(20, 24), channels=1)
    assert data.train.images.shape == (2, 1, 20, 24)


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_pixels_are_those_of_read_image(tmp_path, channels):
    for index, size in enumerate([(40, 90), (50, 44), (41, 41), (70, 60)]):
        put(tmp_path / "ab"[index % 2] / f"{index}.png", size=size, seed=index, grey=index == 3)
    data = load(tmp_path, channels=channels)
    found = torch.cat([data.train.images, data.test.images])
    for path in sorted(tmp_path.rglob("*.png")):
        expected = read_image(path, channels=data.channels, image_size=data.image_size)
        assert sum(torch.equal(image, expected) for image in found) == 1, path


def test_rgb_files_of_grey_pixels_are_grey(tmp_path):
    put_classes(tmp_path, {"a": 2, "b": 2}, grey=True)
    assert load(tmp_path).channels == 1
    put(tmp_path / "a" / "coloured.png")
    assert load(tmp_path).channels == 3


def test_class_sets_differ(tmp_path):
    put_classes(tmp_path / "train", {"a": 1, "b": 1, "c": 1})
    put_classes(tmp_path / "test", {"a": 1, "b": 1, "d": 1})
    with pytest.raises(
        ValueError, match=r"differ in classes: only the former has \['c'\], only the latter has \['d'\]"
    ):
        load(tmp_path)


def test_class_of_one_image(tmp_path):
    with pytest.raises(ValueError, match="class 'b' has 1 image, at least 2 are needed"):
        load(put_classes(tmp_path, {"a": 3, "b": 1}))


def test_one_class(tmp_path):
    with pytest.raises(
        ValueError, match="one class folder, 'a', at least 2 are needed; is the path one level too high"
    ):
        load(put_classes(tmp_path, {"a": 3}))


def test_class_without_image(tmp_path):
    put_classes(tmp_path, {"a": 3})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "notes.txt").write_text("nothing")
    with pytest.raises(FileNotFoundError, match=r"b: no image in this class folder, expected .*\.bmp .*\.png .*\.webp"):
        load(tmp_path)


def test_no_class_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no class folder, expected a folder of images .* \(or IDX files\)$"):
        load(tmp_path)
    put(tmp_path / "loose.png")
    with pytest.raises(FileNotFoundError, match="it holds images itself: put each class's in a folder of its own"):
        load(tmp_path)


def test_damaged_image_is_named(tmp_path):
    put_classes(tmp_path, {"a": 3, "b": 3})
    path = tmp_path / "b" / "1.png"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"1\.png: not a readable image, unknown format or damaged file"):
        load(tmp_path)


def test_impossible_channels(tmp_path):
    with pytest.raises(ValueError, match=r"channels: came as 4, expected 1 \(grey\) or 3 \(RGB\)"):
        load(put_classes(tmp_path, {"a": 2, "b": 2}), channels=4)
