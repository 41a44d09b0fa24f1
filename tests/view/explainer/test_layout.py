import pytest

from striate.view.explainer.layout import columns, lanes


@pytest.mark.parametrize(
    ("made_of", "expected"),
    [
        ([(), (0,), (1,), (2,)], [(0, 0), (1, 0), (2, 0), (3, 0)]),
        ([(), (0,), (1,), (0, 2)], [(0, 0), (1, 0), (2, 0), (3, 0)]),  # a residual passes by
        ([(), (0,), (0,), (0,), (1, 2, 3)], [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0)]),
        ([(), (0,), (1,), (0,), (2, 3)], [(0, 0), (1, 0), (2, 0), (1, 1), (3, 0)]),  # branches of two lengths
        ([(), (), (0, 1)], [(0, 0), (0, 1), (1, 0)]),  # two inputs
    ],
)
def test_places(made_of, expected):
    assert list(zip(columns(made_of), lanes(made_of), strict=True)) == expected


def test_no_two_values_share_a_place():
    made_of = [(), (0,), (0,), (1, 2), (2,), (3, 4), (0, 5), (5,), (6, 7)]
    places = list(zip(columns(made_of), lanes(made_of), strict=True))
    assert len(set(places)) == len(places)
