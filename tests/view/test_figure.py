import pytest
from PIL import Image

from striate.view.figure import new_figure, write_figure


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_figure_is_written_in_the_format_of_its_suffix(tmp_path, suffix):
    path = tmp_path / f"figure{suffix}"
    write_figure(new_figure(2, 1), path)
    with Image.open(path) as image:
        assert image.size == (300, 150)
        assert image.format == {".png": "PNG", ".jpg": "JPEG"}[suffix]
    assert list(tmp_path.iterdir()) == [path]
