import io
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from browser import missing
from PIL import Image

SCRIPT = Path(__file__).parents[2] / "docs" / "make_screenshots.py"
PAGE = """<!doctype html>
<body style="margin: 0; background: rgb(0, 90, 0)"><div style="height: 100px; background: rgb(200, 0, 0)"></div>"""


def run(*words):
    return subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False)


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_page_becomes_a_small_picture_under_its_name(tmp_path):
    (tmp_path / "red.html").write_text(PAGE, encoding="utf-8")
    done = run(tmp_path / "red.html", "--output", tmp_path, "--width", "400")
    assert done.returncode == 0, done.stderr
    picture = Image.open(tmp_path / "red.png")
    assert picture.mode == "P"
    pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape == (150, 600, 3)  # 1.5 pixels for one, and no more of it than there is
    assert (pixels == (200, 0, 0)).all()
    assert done.stdout == f"{tmp_path / 'red.png'}: {(tmp_path / 'red.png').stat().st_size:,} bytes\n"


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_page_that_is_not_there_is_named(tmp_path):
    done = run(tmp_path / "absent.html")
    assert done.returncode == 2
    assert f"there is no page {tmp_path / 'absent.html'}" in done.stderr


def test_colours_are_given_up_only_where_the_file_would_be_too_large():
    compressed = runpy.run_path(str(SCRIPT))["compressed"]

    def noise(height, width):
        values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(values).save(file, "PNG")
        return file.getvalue()

    colours = [len(Image.open(io.BytesIO(compressed(noise(400, width)))).getcolors()) for width in (100, 550)]
    assert colours[0] > 200
    assert 32 <= colours[1] <= 128
    with pytest.raises(ValueError, match=r"bytes with 32 colours, more than 200,000: use less --height"):
        compressed(noise(800, 800))
