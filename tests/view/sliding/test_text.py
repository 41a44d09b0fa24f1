import unicodedata

import pytest

from striate.view import sliding_window

CIRCULAR = """\
input 3 x 3       output 3 x 3
[~][~][~] ~  ~    [∙] ∙  ∙
[~][∙][∙] ∙  ~     ∙  ∙  ∙
[~][∙][∙] ∙  ~     ∙  ∙  ∙
 ~  ∙  ∙  ∙  ~
 ~  ~  ~  ~  ~
output (0, 0) reads 4 inputs and 5 copies
~ copy of an element of the input"""

TRANSPOSED = """\
input 3
 ∙  ∙ [∙]
output 5
 -  1  2  1 [1][∙][-]
input (2) reaches 2 outputs and 1 place left out
- left out of the output; 1, 2, ... taps received before"""

CROPPED = """\
input 5
 x  ∙  ∙ [∙][∙] c
output 4
 o  o [∙] ∙
output (2) reads 2 inputs
c the constant, outside the input; x cut off by negative padding, still in the input"""


def test_a_border_rule():
    assert sliding_window(3, 3, padding=1, padding_mode="circular").text() == CIRCULAR


def test_a_transposed_window_counts_what_it_wrote():
    assert sliding_window(3, 3, stride=2, padding=1, transposed=True, ndim=1).text(2) == TRANSPOSED


def test_cropped_elements_and_written_outputs():
    picture = sliding_window(5, 2, padding=[(-1, 1)], padding_mode="constant", ndim=1)
    assert picture.text(2) == CROPPED


def test_planes_of_three_axes_stand_beside_each_other():
    lines = sliding_window(2, 1, ndim=3).text(5).splitlines()
    assert lines == [
        "input 2 x 2 x 2",
        " ∙  ∙     ∙ [∙]",
        " ∙  ∙     ∙  ∙",
        "output 2 x 2 x 2",
        " o  o     o [∙]",
        " o  o     ∙  ∙",
        "output (1, 0, 1) reads 1 input",
    ]


@pytest.mark.parametrize("mode", ["zeros", "constant", "mean", "reflect"])
@pytest.mark.parametrize("transposed", [False, True])
def test_every_letter_is_one_column_wide(mode, transposed):
    text = sliding_window(4, 3, padding=[(-1, 2)], padding_mode=mode, transposed=transposed, ndim=1).text(1)
    assert {unicodedata.east_asian_width(letter) for letter in text} <= {"N", "Na"}
