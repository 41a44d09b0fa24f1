import pytest
import torch

from striate.view.units import Unit, choose_unit

MAPS = torch.arange(24.0).reshape(1, 2, 3, 4).flip(3)  # largest in channel 1 at (2, 0)


@pytest.mark.parametrize(
    ("channel", "position", "expected"),
    [
        (None, None, (1, (2, 0))),
        (0, None, (0, (2, 0))),
        (-1, (-1, 1), (1, (2, 1))),
        (None, (0, 3), (1, (0, 3))),
    ],
)
def test_what_is_not_given_is_where_the_layer_answers_most_strongly(channel, position, expected):
    assert choose_unit(MAPS, "conv", channel, position)[1:] == expected


def test_a_layer_without_places_has_units_too():
    scores = torch.tensor([[1.0, 3.0, 2.0]])
    unit = choose_unit(scores, "head", None, None)
    assert unit == Unit("head", 1, ())
    assert unit.of(scores) == 3
    assert str(unit) == "head, channel 1"


@pytest.mark.parametrize("channel", [2, -3])
def test_a_channel_that_does_not_exist_is_refused(channel):
    with pytest.raises(ValueError, match=f"channel is {channel}, but layer 'conv' has channels 0 to 1"):
        choose_unit(MAPS, "conv", channel, None)


@pytest.mark.parametrize("position", [(3, 0), (0, -5), (1,), (0, 0, 0)])
def test_a_position_that_does_not_exist_is_refused(position):
    with pytest.raises(ValueError, match=r"position is \(.*\), but the maps of layer 'conv' have size \(3, 4\)"):
        choose_unit(MAPS, "conv", 0, position)
