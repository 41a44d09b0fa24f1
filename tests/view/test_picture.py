import pytest

from striate.view.figure import new_figure
from striate.view.picture import Picture


def test_a_figure_is_drawn_once_and_only_when_asked_for():
    drawn = []
    picture = Picture(3, lambda: drawn.append(1) or new_figure(2, 1))
    assert picture.array == 3
    assert not drawn
    assert picture.figure is picture.figure
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert drawn == [1]


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("a.pdf", b"%PDF")])
def test_the_suffix_tells_the_format_and_no_part_of_a_file_is_left(tmp_path, name, start):
    path = Picture(None, lambda: new_figure(2, 1)).save(tmp_path / name)
    assert path.read_bytes().startswith(start)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_dots_an_inch():
    picture = Picture(None, lambda: new_figure(2, 1))
    for dpi, width in ((None, 300), (100, 200)):
        assert int.from_bytes(picture.png(dpi)[16:20]) == width


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"path '.*a\.doc' must end in one of .*\.pdf.*\.png.*\.svg"):
        Picture(None, lambda: new_figure(2, 1)).save(tmp_path / "a.doc")
    assert not list(tmp_path.iterdir())
