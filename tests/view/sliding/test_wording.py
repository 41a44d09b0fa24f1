import pytest

from striate.view import sliding_window


def captions(*arguments, **more):
    return [frame.caption for frame in sliding_window(*arguments, **more).scene.frames]


def test_captions_count_what_is_touched():
    assert captions(4, 3, padding=1, ndim=1) == [
        "output (0) reads 2 inputs and 1 zero",
        "output (1) reads 3 inputs",
        "output (2) reads 3 inputs",
        "output (3) reads 2 inputs and 1 zero",
    ]
    assert (
        captions(3, 3, stride=2, padding=1, transposed=True, ndim=1)[0]
        == "input (0) reaches 2 outputs and 1 place left out"
    )
    assert captions(2, 3, padding=1, padding_mode="mean", ndim=1)[0] == "output (0) reads 2 inputs and 1 mean"
    folded = captions(2, 3, padding=1, padding_mode="circular", transposed=True, ndim=1)
    assert folded[0] == "input (0) reaches 2 outputs and 1 place folded back"
    mixed = captions(2, 3, padding=1, padding_mode=("symmetric", "constant"))
    assert mixed[0] == "output (0, 0) reads 4 inputs, 2 copies and 3 constants"


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({}, "Convolution: kernel 3 x 3"),
        ({"ndim": 1, "dilation": 2, "padding": "causal"}, "Convolution: kernel 3, dilation 2, padding 4:0"),
        (
            {"stride": (1, 2), "padding": ((1, 1), (0, 2)), "padding_mode": ("zeros", "reflect")},
            "Convolution: kernel 3 x 3, stride 1 x 2, padding 1 x 0:2, zeros x reflect",
        ),
        ({"transposed": True, "groups": 2}, "Transposed convolution: kernel 3 x 3, 2 groups"),
    ],
)
def test_titles_name_what_is_not_the_default(arguments, title):
    assert sliding_window(5, 3, **arguments).scene.title == title
