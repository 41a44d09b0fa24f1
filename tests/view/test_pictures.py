import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from samples import bars, draw_shapes

from striate.train import fit
from striate.view import run_pictures

NAMES = [
    "learning_curves.png",
    "filters.png",
    "feature_maps.png",
    "deconvnet.png",
    "confusion.png",
    "mistakes.png",
    "example.png",
]


def test_the_pictures_of_a_run_on_grey_data_in_memory(tmp_path):
    data = bars(size=16)
    fit("lenet5-modern", data, epochs=1, threads=1, output=tmp_path / "run")
    paths = run_pictures(tmp_path / "run", data)
    assert paths == [tmp_path / "run" / name for name in NAMES]
    for path in paths[:-1]:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        assert min(pixels.shape[:2]) > 150
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10  # something is drawn
        assert (pixels[0, 0] == 255).all()
    assert np.array_equal(np.asarray(Image.open(paths[-1])), data.test.images[0, 0].numpy())


def test_data_are_loaded_again_where_none_are_given(tmp_path):
    draw_shapes(tmp_path / "shapes", 5)
    history = fit("lenet5-modern", tmp_path / "shapes", epochs=1, image_size=16, threads=1, output=tmp_path / "run")
    example = run_pictures(tmp_path / "run")[-1]
    assert np.array_equal(np.asarray(Image.open(example)), history.data.test.images[0].permute(1, 2, 0).numpy())


def test_an_unfinished_run_has_no_pictures_yet(tmp_path):
    class Stop:
        def on_step(self, step):
            pass

        def on_epoch(self, _):
            raise RuntimeError("stop")

    data = bars(size=16)
    with pytest.raises(RuntimeError, match="stop"):
        fit("lenet5-modern", data, epochs=2, threads=1, output=tmp_path / "run", callbacks=[Stop()])
    with pytest.raises(FileNotFoundError, match="the run is not finished"):
        run_pictures(tmp_path / "run", data)


def test_pyplot_is_never_loaded():
    code = (
        "import sys, torch; from torch import nn; from striate.view import feature_maps, filters; "
        "conv = nn.Conv2d(1, 2, 3); filters(conv).png(); "
        "feature_maps(conv, torch.rand(1, 8, 8)).png(); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_readmes_pictures_are_made_by_one_command(tmp_path):
    draw_shapes(tmp_path / "shapes", 5)
    fit("lenet5-modern", tmp_path / "shapes", epochs=1, image_size=16, threads=1, output=tmp_path / "run")
    script = Path(__file__).parents[2] / "docs" / "make_pictures.py"
    command = [sys.executable, script, tmp_path / "run", "--channels", "3", "1", "--output", tmp_path]
    subprocess.run(command, check=True)
    for name in ("feature_maps.png", "deconvnet.png"):
        with Image.open(tmp_path / name) as picture:
            assert min(picture.size) > 150
