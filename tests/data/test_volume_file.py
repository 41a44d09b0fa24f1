import numpy as np
import pytest
import torch
from PIL import Image

from striate.data.volume_file import read_raster, read_volume


def put_tiff(path, pages):
    images = [Image.fromarray(page) for page in pages]
    images[0].save(path, save_all=True, append_images=images[1:])
    return path


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1)])
def test_the_pages_of_a_tiff_stack_are_slices(tmp_path, dtype, top):
    values = (np.random.default_rng(0).random((4, 5, 6)) * top).astype(dtype)
    volume = read_volume(put_tiff(tmp_path / "a.tif", values))
    torch.testing.assert_close(volume, torch.from_numpy(values.astype(np.float32) / top)[None])
    assert torch.equal(read_raster(tmp_path / "a.tif"), volume[0])


def test_colours_of_pages_are_channels(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    path = put_tiff(tmp_path / "a.tiff", values)
    assert torch.equal((read_volume(path) * 255).round().byte(), torch.from_numpy(values).permute(3, 0, 1, 2))
    assert torch.equal(
        (read_raster(path) * 255).round().byte(), torch.from_numpy(values).permute(0, 3, 1, 2).flatten(0, 1)
    )


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_of_numpy(tmp_path, suffix):
    values = np.random.default_rng(0).normal(size=(2, 4, 5, 6)).astype(np.float32)
    path = tmp_path / f"a{suffix}"
    (np.save if suffix == ".npy" else np.savez)(path, values)
    assert torch.equal(read_volume(path), torch.from_numpy(values))
    (np.save if suffix == ".npy" else np.savez)(path, values[0] > 0)
    assert torch.equal(read_volume(path), torch.from_numpy(values[:1] > 0).float())
    assert read_raster(path).shape == (4, 5, 6)


def test_a_raster_may_have_one_channel(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0, 32767]], np.int16))
    assert read_raster(tmp_path / "a.npy").tolist() == [[[0.0, 1.0]]]


def test_a_pickle_is_not_executed(tmp_path):
    class Harm:
        def __reduce__(self):
            return (pytest.fail, ("executed",))

    np.save(tmp_path / "a.npy", np.array([Harm()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"a\.npy: not a readable volume, .*allow_pickle=False"):
        read_volume(tmp_path / "a.npy")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 6)), r"an array of \(5, 6\), expected \(D, H, W\) or \(C, D, H, W\)"),
        (np.zeros((5, 6, 7, 3)), r"looks as if its channels came last; move them .* numpy\.moveaxis\(array, -1, 0\)"),
        (np.zeros((0, 6, 7)), "holds nothing"),
        (np.full((2, 3, 4), np.nan), "it holds NaN or infinite values"),
        (np.zeros((2, 3, 4), complex), "values of type complex128, expected integers of up to 32 bits or floats"),
    ],
)
def test_an_array_that_is_no_volume_is_refused(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=rf"a\.npy: .*{message}"):
        read_volume(tmp_path / "a.npy")


def test_an_array_that_is_no_raster_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((1, 2, 3, 4)))
    with pytest.raises(ValueError, match=r"a\.npy: an array of \(1, 2, 3, 4\), expected \(C, H, W\) or \(H, W\)"):
        read_raster(tmp_path / "a.npy")


def test_files_that_are_no_volumes_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path: no file '.*absent\.npy'"):
        read_volume(tmp_path / "absent.npy")
    (tmp_path / "a.nii").touch()
    with pytest.raises(ValueError, match=r"a\.nii: expected a file ending in \.npy, \.npz, \.tif, \.tiff"):
        read_volume(tmp_path / "a.nii")
    (tmp_path / "a.tif").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"a\.tif: not a readable volume, unknown format or damaged file"):
        read_volume(tmp_path / "a.tif")
    np.savez(tmp_path / "a.npz", np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match="it holds 2 arrays, expected one"):
        read_volume(tmp_path / "a.npz")
    put_tiff(tmp_path / "b.tif", [np.zeros((3, 4), np.uint8), np.zeros((3, 5), np.uint8)])
    with pytest.raises(ValueError, match=r"its pages have different shapes: \(3, 4\), \(3, 5\)"):
        read_volume(tmp_path / "b.tif")
