import numpy as np
import pytest

NETWORK = """
import torch
from torch import nn

def edges():
    layer = nn.Conv2d(1, 1, 3, padding=1, bias=False)
    layer.weight.data = torch.tensor([[[[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]]])
    return layer

def pooled():
    return nn.Sequential(edges(), nn.AdaptiveAvgPool2d(1))
"""


@pytest.fixture
def scene(tmp_path):
    """A network in a Python file, and an image of 600 x 700 in a file."""
    (tmp_path / "net.py").write_text(NETWORK)
    np.save(tmp_path / "in.npy", np.random.default_rng(0).integers(0, 256, (600, 700), dtype=np.uint8))
    return tmp_path


def test_an_image_becomes_another(striate, scene):
    words = ["tile", f"{scene}/net.py:edges", scene / "in.npy", scene / "out.npy", "--tile", "256,0", "--axes", "yx"]
    result = striate(*words)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{scene}/out.npy: 600 x 700, 3 tiles in ")
    image = np.pad(np.load(scene / "in.npy") / 255, 1)
    middle, around = image[1:-1, 1:-1], image[:-2, 1:-1] + image[2:, 1:-1] + image[1:-1, :-2] + image[1:-1, 2:]
    np.testing.assert_allclose(np.load(scene / "out.npy"), around - 4 * middle, atol=1e-5)
    again = striate(*words)
    assert again.exit_code == 2
    assert "exists already and is never overwritten" in again.stderr


@pytest.mark.parametrize(
    ("subject", "tile", "message"),
    [
        ("net.py:pooled", "256", "AdaptiveAvgPool2d '1' reads all of axis 0"),
        ("net.py:edges", "0", "--tile must be whole numbers, such as 512 or 512,0, but got '0'"),
        ("net.py:edges", "large", "--tile must be whole numbers"),
        ("nothing", "256", "nothing' is no run folder, and no module in a Python file"),
    ],
)
def test_what_is_refused(striate, scene, subject, tile, message):
    result = striate("tile", f"{scene}/{subject}", scene / "in.npy", scene / "out.npy", "--tile", tile, "--axes", "yx")
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (scene / "out.npy").exists()


def test_a_run_is_opened(striate, shapes_run, scene):
    """A classifier, which is refused: its layers are named."""
    run, _, _ = shapes_run
    np.save(scene / "small.npy", np.zeros((3, 28, 28), np.uint8))
    result = striate("tile", run, scene / "small.npy", scene / "out.npy", "--tile", "8", "--axes", "cyx")
    assert result.exit_code == 2
    assert "does not give the same tile by tile as in the whole: GlobalAvgPool" in result.stderr
