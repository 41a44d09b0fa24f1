import numpy as np
import pytest
import typer
from PIL import Image


@pytest.fixture
def photo(tmp_path):
    """A red square on a grey ground."""
    pixels = np.full((24, 32, 3), 90, np.uint8)
    pixels[6:18, 8:24] = (220, 60, 60)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def test_edges_are_bright_and_areas_dark(striate, photo, tmp_path):
    result = striate("filter", photo, "--kernel", "sobel", "-o", tmp_path / "edges.png")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    edges = pixels_of(tmp_path / "edges.png")
    assert edges.shape == (24, 32, 3)
    assert edges[12, 8, 0] == edges[6, 16, 0] > 200
    assert edges[12, 16].max() == edges[1, 1].max() == 0
    assert 0 < edges[12, 8, 1] < edges[12, 8, 0]  # green changes less than red


def test_smoothing_keeps_the_image_s_values(striate, photo, tmp_path):
    striate("filter", photo, "--kernel", "gaussian:sigma=2", "-o", tmp_path / "soft.jpg", "--grey")
    striate("filter", photo, "--kernel", "box:size=1", "-o", tmp_path / "same.png")
    assert pixels_of(tmp_path / "soft.jpg").shape == (24, 32)
    assert np.array_equal(pixels_of(tmp_path / "same.png"), pixels_of(photo))


def test_several_kernels_are_combined(striate, photo, tmp_path):
    words = ["--kernel", "line-vertical", "--kernel", "line-horizontal", "--combine", "max", "--grey"]
    striate("filter", photo, *words, "-o", tmp_path / "both.png")
    striate("filter", photo, *words[:2], *words[4:], "--scale", "positive", "-o", tmp_path / "vertical.png")
    both, vertical = pixels_of(tmp_path / "both.png"), pixels_of(tmp_path / "vertical.png")
    assert (both[12, 23] > 0, vertical[12, 23] > 0) != (False, False)
    assert both[6, 16] > 0 == vertical[6, 16] or both[5, 16] > 0 == vertical[5, 16]


def test_the_border_rule_reaches_the_picture(striate, photo, tmp_path):
    striate("filter", photo, "--kernel", "sobel", "--padding-mode", "zeros", "-o", tmp_path / "edges.png")
    assert pixels_of(tmp_path / "edges.png")[0, 16].min() > 0


def test_input_filters_and_picture_side_by_side(striate, photo, tmp_path, monkeypatch):
    striate("filter", photo, "--kernel", "gabor", "--figure", tmp_path / "figure.png")
    assert pixels_of(tmp_path / "figure.png").shape[1] > 1000
    opened = []
    monkeypatch.setattr(typer, "launch", lambda path: opened.append(path) or 0)
    assert striate("filter", photo, "--kernel", "emboss", "--show").exit_code == 0
    assert pixels_of(opened[0]).shape[1] > 1000
    monkeypatch.setattr(typer, "launch", lambda _: 1)
    failed = striate("filter", photo, "--kernel", "emboss", "--show")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("error: no program here shows images; the figure is ")


@pytest.mark.usefixtures("photo")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent.png", "--kernel", "sobel"], "error: path: no image file 'absent.png'"),
        (["broken.png", "--kernel", "sobel"], "error: broken.png: not a readable image"),
        (["photo.png", "--kernel", "sobol"], "error: kernel must be one of 'box', "),
        (["photo.png", "--kernel", "sobel", "--padding-mode", "wrap"], "error: padding_mode must be one of"),
    ],
)
def test_mistakes_write_nothing(striate, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.png").write_text("no image")
    result = striate("filter", *words, "-o", "out.png")
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert not (tmp_path / "out.png").exists()


def test_a_picture_needs_a_place_and_a_known_format(striate, photo, tmp_path):
    nowhere = striate("filter", photo, "--kernel", "sobel")
    assert nowhere.exit_code == 2
    assert "goes nowhere" in nowhere.stderr
    unknown = striate("filter", photo, "--kernel", "sobel", "-o", tmp_path / "out.xyz")
    assert unknown.exit_code == 2
    assert "cannot write images named *.xyz, use .png or .jpg" in unknown.stderr
