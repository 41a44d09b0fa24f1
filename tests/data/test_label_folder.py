import numpy as np
import pytest
from PIL import Image

from striate.data.label_folder import load_label_folder


def save(folder, name, labels, *, palette=False, image=None):
    """An image whose grey is 20 times its label, beside its labels."""
    labels = np.asarray(labels, dtype=np.uint8)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    (image or Image.fromarray(labels % 10 * 20)).save(folder / "images" / f"{name}.bmp")
    drawn = Image.fromarray(labels)
    if palette:
        drawn.putpalette([7 * value % 256 for value in range(768)])
    drawn.save(folder / "labels" / f"{name}.png")


def halves(low, high, height=8, width=12):
    labels = np.full((height, width), low)
    labels[:, width // 2 :] = high
    return labels


@pytest.mark.parametrize("palette", [False, True])
def test_a_pixels_number_is_its_class(tmp_path, palette):
    for number in range(5):
        save(tmp_path, number, halves(number, 2), palette=palette)
    data = load_label_folder(tmp_path)
    assert data.name == tmp_path.name
    assert (len(data.train), len(data.test)) == (4, 1)
    assert data.keywords == {"classes": 5, "in_channels": 1, "image_size": (8, 12)}
    for part in (data.train, data.test):
        assert (part.inputs[:, 0].long() == 20 * part.labels).all()
    assert data.classes == ("0", "1", "2", "3", "4")


def test_parts_names_and_what_has_no_label(tmp_path):
    for part in ("train", "test"):
        save(tmp_path / part, "a", halves(1, 255))
    (tmp_path / "classes.txt").write_text("road\nsky\ncar\n")
    data = load_label_folder(tmp_path)
    assert data.classes == ("road", "sky", "car", "void")
    assert data.test.labels[0, 0, [0, -1]].tolist() == [1, 3]


def test_images_of_many_sizes_are_covered(tmp_path):
    save(tmp_path, 1, halves(0, 1, 100, 300))
    save(tmp_path, 2, halves(0, 1, 40, 30))
    data = load_label_folder(tmp_path)
    assert data.keywords["image_size"] == (128, 128)
    for part in (data.train, data.test):
        (labels,) = part.labels
        assert (labels[:, :60] == 0).all()
        assert (labels[:, 68:] == 1).all()
        assert part.inputs[0, 0, 0, [0, -1]].tolist() == [0, 20]
    assert load_label_folder(tmp_path, image_size=(16, 24), channels=3).train.inputs.shape == (1, 3, 16, 24)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder images/, expected images/ and, of the same names"):
        load_label_folder(tmp_path)
    save(tmp_path, "a", halves(0, 1))
    with pytest.raises(ValueError, match="one image, at least 2 are needed: one to learn from and one for the test"):
        load_label_folder(tmp_path)
    Image.new("L", (3, 3)).save(tmp_path / "images" / "b.png")
    with pytest.raises(FileNotFoundError, match=r"b\.png: its labels are missing, expected .*b\.png"):
        load_label_folder(tmp_path)
    (tmp_path / "images" / "b.png").unlink()
    (tmp_path / "images" / "a.bmp").unlink()
    with pytest.raises(FileNotFoundError, match=r"images: no image, expected files ending in \.bmp"):
        load_label_folder(tmp_path)


def test_labels_that_do_not_fit_are_refused(tmp_path):
    save(tmp_path, "a", halves(0, 1))
    save(tmp_path, "b", halves(0, 1), image=Image.new("L", (5, 5)))
    with pytest.raises(ValueError, match=r"labels of \(8, 12\) for an image of \(5, 5\)"):
        load_label_folder(tmp_path)
    save(tmp_path, "b", halves(0, 1))
    Image.new("RGB", (12, 8)).save(tmp_path / "labels" / "b.png")
    with pytest.raises(ValueError, match="mode RGB has colours, expected a grey or palette PNG"):
        load_label_folder(tmp_path)
    (tmp_path / "labels" / "b.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"b\.png: not a readable image"):
        load_label_folder(tmp_path)


def test_too_few_classes_are_refused(tmp_path):
    for name in "ab":
        save(tmp_path, name, halves(0, 3))
    (tmp_path / "classes.txt").write_text("ground\n")
    with pytest.raises(ValueError, match=r"classes\.txt: 1 classes named for labels up to 3, at least 4 are needed"):
        load_label_folder(tmp_path)
    (tmp_path / "classes.txt").unlink()
    for name in "ab":
        save(tmp_path, name, halves(0, 0))
    with pytest.raises(ValueError, match="1 classes named for labels up to 0, at least 2 are needed"):
        load_label_folder(tmp_path)
