import pytest

from striate.view import sliding_window


@pytest.mark.parametrize(
    ("arguments", "sizes"),
    [
        ({"input": 7, "kernel_size": 3}, ((7, 7), (5, 5))),
        ({"input": (5, 6, 7), "kernel_size": 3}, ((5, 6, 7), (3, 4, 5))),
        ({"input": 7, "kernel_size": (3,)}, ((7,), (5,))),
        ({"input": 4, "kernel_size": 3, "stride": 2, "transposed": True, "output_padding": 1}, ((4, 4), (10, 10))),
        ({"input": 4, "kernel_size": 3, "stride": 2, "transposed": True, "output_size": (9, 10)}, ((4, 4), (9, 10))),
    ],
)
def test_the_rank_is_read_off_the_arguments(arguments, sizes):
    sliding = sliding_window(**arguments).scene.sliding
    assert (sliding.input_size, sliding.output_size) == sizes


def test_every_format_is_saved(tmp_path):
    picture = sliding_window(4, 3)
    for suffix, start in {
        ".svg": b"<svg",
        ".gif": b"GIF89a",
        ".html": b"<!DOCTYPE html>",
        ".txt": b"Convolution",
    }.items():
        picture.save(tmp_path / f"picture{suffix}")
        assert (tmp_path / f"picture{suffix}").read_bytes().startswith(start)
    assert (tmp_path / "picture.txt").read_text(encoding="utf-8").count("reads 9 inputs") == 4
    assert len(list(tmp_path.iterdir())) == 4


def test_an_unknown_suffix_is_named(tmp_path):
    with pytest.raises(
        ValueError, match=r"picture.png: cannot write pictures named \*.png, use .svg, .gif, .html, .txt"
    ):
        sliding_window(4, 3).save(tmp_path / "picture.png")
    assert not list(tmp_path.iterdir())


def test_a_notebook_shows_pictures_that_do_not_share_names():
    shown = [sliding_window(size, 3)._repr_html_() for size in (4, 5)]
    assert all(text.startswith("<svg") for text in shown)
    assert shown[0].split('id="')[1].split('"')[0] != shown[1].split('id="')[1].split('"')[0]


def test_it_prints_as_its_first_frame():
    picture = sliding_window(4, 3)
    assert str(picture) == f"{picture.scene.title}\n{picture.text(0)}"
