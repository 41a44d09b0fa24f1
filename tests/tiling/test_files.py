"""From file to file, tile by tile: formats, layouts, and what is said of files that do not fit."""

import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import striate.nn as snn
from striate import tiled


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(snn.Conv2d(3, 4, 5, padding=2, padding_mode="reflect"), nn.ReLU(), snn.Conv2d(4, 2, 3, 2))


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (61, 50, 3), dtype=np.uint8)


def compute(model, pixels):
    with torch.no_grad():
        return model(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255)[0].permute(1, 2, 0).numpy()


def test_npy_to_npy(model, pixels, tmp_path):
    np.save(tmp_path / "in.npy", pixels)
    made = tiled(model, tmp_path / "in.npy", 16, output=tmp_path / "out.npy", axes="yxc")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npy", "out.npy"]
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), compute(model, pixels), atol=1e-5)
    np.testing.assert_array_equal(made, np.load(tmp_path / "out.npy"))


def test_an_image_file_has_its_axes(model, pixels, tmp_path):
    Image.fromarray(pixels).save(tmp_path / "in.png")
    tiled(model, str(tmp_path / "in.png"), 16, output=str(tmp_path / "out.npy"))
    np.testing.assert_allclose(np.load(tmp_path / "out.npy").transpose(1, 2, 0), compute(model, pixels), atol=1e-5)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiff_to_tiff(model, pixels, tmp_path, compression):
    tifffile = pytest.importorskip("tifffile")
    if compression:
        pytest.importorskip("zarr")
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric="rgb", compression=compression, byteorder=">")
    tiled(model, tmp_path / "in.tif", 16, output=tmp_path / "out.tif")
    np.testing.assert_allclose(tifffile.imread(tmp_path / "out.tif"), compute(model, pixels), atol=1e-5)


def test_zarr_to_zarr(model, pixels, tmp_path):
    zarr = pytest.importorskip("zarr")
    zarr.save_array(str(tmp_path / "in.zarr"), pixels)
    tiled(model, tmp_path / "in.zarr", 16, output=tmp_path / "out.zarr", axes="yxc")
    made = np.asarray(zarr.open_array(str(tmp_path / "out.zarr"), mode="r"))
    np.testing.assert_allclose(made, compute(model, pixels), atol=1e-5)


def test_sound_to_sound(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    torch.manual_seed(0)
    signal = np.random.default_rng(0).uniform(-0.5, 0.5, (3000, 2)).astype(np.float32)
    soundfile.write(tmp_path / "in.wav", signal, 8000, subtype="FLOAT")
    model = nn.Sequential(nn.Conv1d(2, 4, 9, 4, 4), nn.Tanh(), nn.ConvTranspose1d(4, 2, 8, 2, 3))
    tiled(model, tmp_path / "in.wav", 500, output=tmp_path / "out.wav")
    made, rate = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)
    with torch.no_grad():
        whole = model(torch.from_numpy(signal).T[None])[0].T.numpy()
    assert rate == 4000
    np.testing.assert_allclose(made, whole, atol=1e-5)
    with pytest.raises(ValueError, match=r"output must be a \.npy, \.tif or \.zarr file, or \.wav for a sound"):
        tiled(nn.Conv1d(2, 2, 3), torch.zeros(1, 2, 40), 10, output=tmp_path / "other.wav")


def test_arrays_in_and_out(model, pixels):
    made = np.zeros((31, 24, 2), np.float32)
    with pytest.raises(ValueError, match=r"output must have the shape \(30, 24, 2\), but has \(31, 24, 2\)"):
        tiled(model, pixels, 16, output=made, axes="yxc")
    tiled(model, pixels, 16, output=made[:30], axes="yxc")
    np.testing.assert_allclose(made[:30], compute(model, pixels), atol=1e-5)


def test_channels_come_last_where_the_image_has_none():
    torch.manual_seed(0)
    model, image = nn.Conv2d(1, 3, 3), torch.rand(40, 30)
    made = torch.empty(38, 28, 3)
    tiled(model, image, 8, output=made, axes="yx")
    with torch.no_grad():
        torch.testing.assert_close(made, model(image[None, None])[0].permute(1, 2, 0))
    grey = torch.empty(38, 28)
    tiled(nn.Conv2d(1, 1, 3), image, 8, output=grey, axes="yx")


def test_progress(model, pixels):
    told = []
    tiled(model, pixels, (16, None), axes="yxc", progress=lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("axes", ["yx", "yyc", "ncnc"])
def test_axes(model, pixels, axes):
    with pytest.raises(ValueError, match="axes must be one letter for each of the image's 3 dimensions"):
        tiled(model, pixels, 16, axes=axes)


def test_files_that_do_not_fit(model, pixels, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing\.npy"):
        tiled(model, tmp_path / "missing.npy", 16)
    with pytest.raises(ValueError, match=r"output must be a \.npy, \.tif or \.zarr file"):
        tiled(model, pixels, 16, output=tmp_path / "out.jpg", axes="yxc")
    (tmp_path / "out.npy").touch()
    with pytest.raises(
        FileExistsError, match=r"out\.npy exists already and is never overwritten: choose another output"
    ):
        tiled(model, pixels, 16, output=tmp_path / "out.npy", axes="yxc")
    with pytest.raises(ValueError, match="resume=True needs an output that is a path"):
        tiled(model, pixels, 16, output=np.zeros(3), axes="yxc", resume=True)


def test_a_package_that_is_missing_is_named(model, pixels, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(
        RuntimeError, match=r"the format of .*out\.part\.tif needs tifffile, .* pip install 'striate\[large\]'"
    ):
        tiled(model, pixels, 16, output=tmp_path / "out.tif", axes="yxc")
    (tmp_path / "in.tif").touch()
    with pytest.raises(RuntimeError, match=r"the format of .*in\.tif needs tifffile"):
        tiled(model, tmp_path / "in.tif", 16)


def test_a_damaged_tiff_is_named(model, tmp_path):
    pytest.importorskip("tifffile")
    (tmp_path / "in.tif").write_bytes(b"not a picture")
    with pytest.raises(ValueError, match=r"in\.tif is damaged or is no TIFF file"):
        tiled(model, tmp_path / "in.tif", 16)
