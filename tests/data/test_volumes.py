import numpy as np
import pytest
from PIL import Image

from striate.data.volumes import load_volumes


def put(path, size=(4, 6, 8), level=1.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.full(size, level, np.float32))


def test_a_folder_of_class_folders(tmp_path):
    for number in range(5):
        put(tmp_path / "low" / f"{number}.npy", level=0.25)
        put(tmp_path / "high" / f"{number}.npy", level=-3.0)
    data = load_volumes(tmp_path)
    assert (data.classes, data.unit) == (("high", "low"), "volumes")
    assert data.train.inputs.shape == (8, 1, 4, 6, 8)
    assert [part.inputs.amax((1, 2, 3, 4)).tolist() for part in (data.train, data.test)] == [
        [-3.0] * 4 + [0.25] * 4,
        [-3.0, 0.25],
    ]
    assert data.keywords == {"classes": 2, "in_channels": 1, "volume_size": (4, 6, 8)}


def test_volumes_of_many_sizes_are_brought_to_one(tmp_path):
    for number, depth in enumerate((3, 9)):
        for name in "ab":
            ramp = np.broadcast_to(np.linspace(0, 1, 2 * depth)[:, None, None], (2 * depth, 12, 4)).astype(np.float32)
            path = tmp_path / name / f"{number}.npy"
            path.parent.mkdir(exist_ok=True)
            np.save(path, ramp)
    with pytest.raises(ValueError, match=r"a volume of \(1, .*, but .* is \(1, .*; give volume_size or channels"):
        load_volumes(tmp_path)
    data = load_volumes(tmp_path, volume_size=6)
    assert data.train.inputs.shape == (2, 1, 6, 6, 6)
    slices = data.train.inputs[:, 0, :, 3, 3]
    assert (slices.diff(dim=1) > 0.1).all()  # a ramp stays one


def test_videos_and_folders_of_frames_are_clips(tmp_path):
    for name, levels in (("up", (0, 100, 200)), ("down", (200, 100, 0))):
        frames = [Image.new("RGB", (8, 6), (level, level, 0)) for level in levels]
        for number in range(2):
            folder = tmp_path / name / f"clip{number}"
            folder.mkdir(parents=True)
            for index, frame in enumerate(frames):
                frame.save(folder / f"{index}.png")
        frames[0].save(tmp_path / name / "a.gif", save_all=True, append_images=frames[1:])
    data = load_volumes(tmp_path, volume_size=(2, 6, 8))  # the first two frames of each
    assert data.train.inputs.shape == (4, 3, 2, 6, 8)
    rising = data.train.inputs[:, 0, 1, 0, 0] > data.train.inputs[:, 0, 0, 0, 0]
    assert [data.classes[label] for label in data.train.labels] == ["up" if up else "down" for up in rising]
    grey = load_volumes(tmp_path, channels=1)
    assert grey.train.inputs.shape == (4, 1, 3, 6, 8)
    assert grey.train.inputs.max().item() == pytest.approx(400 / 3 / 255)


def test_what_cannot_be_learnt_from_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*absent', and no volumes of that name; known: 'solids'"):
        load_volumes(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match="expected a folder of volumes for each class"):
        load_volumes(tmp_path)
    for name in "ab":
        for number in range(2):
            put(tmp_path / name / f"{number}.npy")
    with pytest.raises(ValueError, match=r"\.npy: 1 channels, but channels was given as 3"):
        load_volumes(tmp_path, channels=3)
